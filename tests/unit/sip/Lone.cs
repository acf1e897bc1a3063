using System.Net;
using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Stack;

namespace OrleansAcd.Tests.Unit.Sip;

/// <summary>One stack at 192.0.2.2 and a peer at 192.0.2.1 that the test plays by hand, in virtual time.</summary>
internal sealed class Lone
{
    public static readonly IPEndPoint Peer = new(IPAddress.Parse("192.0.2.1"), 5060);

    public Lone(Func<SipStackOptions, SipStackOptions>? change = null)
    {
        var options = new SipStackOptions { Host = "192.0.2.2", ContactUser = "u" };
        Stack = new SipStack(change?.Invoke(options) ?? options, new SeededIdSource(1));
    }

    public SipStack Stack { get; }

    public Instant Now { get; private set; }

    public List<SipEvent> Events { get; } = [];

    public List<(double At, SipFlow Flow, SipMessage Message)> Sent { get; } = [];

    public SipResponse LastResponse => (SipResponse)Sent.Last(s => s.Message is SipResponse).Message;

    public SipRequest LastRequest => (SipRequest)Sent.Last(s => s.Message is SipRequest).Message;

    public IEnumerable<int> Codes => Sent.Select(s => s.Message).OfType<SipResponse>().Select(r => r.StatusCode);

    public T Only<T>() where T : SipEvent => Events.OfType<T>().Single();

    public int Count<T>() where T : SipEvent => Events.OfType<T>().Count();

    public int Requests(string method) => Sent.Count(s => s.Message is SipRequest r && r.Method == method);

    public Lone Receive(SipMessage message, SipFlow? flow = null) => Receive(SipWriter.ToArray(message), flow);

    public Lone Receive(string text) => Receive(System.Text.Encoding.UTF8.GetBytes(text), null);

    public Lone Receive(byte[] bytes, SipFlow? flow)
    {
        Stack.HandleMessage(bytes, flow ?? new SipFlow(SipTransport.Udp, Peer), Now);
        return Drain();
    }

    public Lone Do(Action<Instant> act)
    {
        act(Now);
        return Drain();
    }

    public Lone RunTo(double seconds)
    {
        var until = Instant.FromMilliseconds(seconds * 1000);
        while (Stack.NextDeadline <= until)
        {
            Now = Stack.NextDeadline;
            Stack.HandleTimeout(Now);
            Drain();
        }

        Now = until;
        return this;
    }

    /// <summary>An incoming call, not answered.</summary>
    public SipCall Incoming(string extra = "", string body = "v=0")
    {
        var type = body.Length > 0 ? "Content-Type: application/sdp\r\n" : "";
        Receive(Sample.Request(SipMethods.Invite, extra: "Contact: <sip:alice@192.0.2.1>\r\n" + type + extra,
            body: body));
        return Events.OfType<SipEvent.IncomingCall>().Last().Call;
    }

    /// <summary>An incoming call that is up.</summary>
    public SipCall Up(string extra = "")
    {
        var call = Incoming(extra);
        Do(now => call.Accept(now, "v=0"u8.ToArray()));
        Receive(Sample.Request(SipMethods.Ack, "z9hG4bKack", toTag: call.LocalTag));
        return call;
    }

    /// <summary>A request of the peer inside that call.</summary>
    public SipRequest InDialog(SipCall call, string method, uint cseq, string extra = "", string body = "") =>
        Sample.Request(method, "z9hG4bK" + method + cseq, extra, body, cseq: cseq, toTag: call.LocalTag);

    /// <summary>The peer's response to a request that the stack has sent.</summary>
    public Lone Reply(SipRequest request, int code, string tag = "peer", string extra = "", string body = "")
    {
        var response = SipResponse.For(request, code, null, tag);
        if (code != 100) response.Headers.Add(SipHeaderId.Contact, "<sip:bob@192.0.2.1>");
        foreach (var line in extra.Split("\r\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = line.IndexOf(':');
            response.Headers.Add(line[..colon], line[(colon + 1)..].Trim());
        }

        response.Body = System.Text.Encoding.UTF8.GetBytes(body);
        return Receive(response);
    }

    /// <summary>A call to the peer, not answered.</summary>
    public SipCall Outgoing(string body = "v=0", string target = "sip:bob@192.0.2.1")
    {
        SipCall? call = null;
        Do(now => call = Stack.Invite(new SipInviteOptions
        {
            Target = SipUri.Parse(target),
            Body = System.Text.Encoding.UTF8.GetBytes(body),
        }, now));
        return call!;
    }

    private Lone Drain()
    {
        while (Stack.TryPoll(out var output))
        {
            if (output.Event is { } happened) Events.Add(happened);
            else Sent.Add((Now.TotalMilliseconds / 1000, output.Flow, Sample.Parse(output.Bytes.Span)));
        }

        return this;
    }
}
