using System.Net;
using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Digest;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Registrar;
using OrleansAcd.Sip.Stack;

namespace OrleansAcd.Tests.Conformance.Sip;

/// <summary>A node as the wire sees it, with the least owner: no number is configured, so every call is answered
/// 404.</summary>
internal sealed class Answerer
{
    private static readonly SipFlow Flow = new(SipTransport.Udp, new IPEndPoint(IPAddress.Parse("192.0.2.99"), 5060));
    private readonly SipStack _stack = new(new SipStackOptions { Host = "192.0.2.1" }, new SeededIdSource(4));
    private readonly RegistrarService _registrar = new(
        new RegistrarCore(new RegistrarOptions()),
        new DigestAuthenticator(new DigestServerOptions("acd.test"), new NoAccounts(), "0123456789abcdef"u8,
            new SeededIdSource(1)),
        []);

    public SipStack Stack => _stack;

    /// <summary>Every final response that a datagram is answered with within 64*T1.</summary>
    public List<SipResponse> Answers(byte[] datagram)
    {
        var responses = new List<SipResponse>();
        var now = Instant.FromMilliseconds(1000);
        _stack.HandleMessage(datagram, Flow, now);
        Drain(responses, now);
        var end = now + TimeSpan.FromSeconds(40);
        for (var steps = 0; steps < 100 && _stack.NextDeadline <= end; steps++)
        {
            now = _stack.NextDeadline;
            _stack.HandleTimeout(now);
            Drain(responses, now);
        }

        return responses;
    }

    private void Drain(List<SipResponse> responses, Instant now)
    {
        while (_stack.TryPoll(out var output))
        {
            if (output.Event is { } happened) Own(happened, now);
            else if (Final(output.Bytes) is { } response) responses.Add(response);
        }
    }

    private static SipResponse? Final(ReadOnlyMemory<byte> bytes)
    {
        // A 400 copies the headers it complains of, so it may itself be what we would not accept.
        SipParser.TryParse(bytes.Span, out var message, out _);
        return message is SipResponse { IsProvisional: false } response ? response : null;
    }

    private void Own(SipEvent happened, Instant now)
    {
        switch (happened)
        {
            case SipEvent.IncomingCall incoming:
                incoming.Call.Reject(404, now);
                break;
            case SipEvent.RequestReceived { Request: { Request.Method: SipMethods.Register } register }:
                var reply = _registrar.Handle(register.Request, register.Flow, now);
                register.Respond(reply.Status, now, reply.Reason, reply.Headers);
                break;
            case SipEvent.RequestReceived other:
                other.Request.Respond(405, now);
                break;
            default:
                break;
        }
    }

    private sealed class NoAccounts : IDigestAccounts
    {
        public DigestAccount? Find(string user, string realm) => null;
    }
}
