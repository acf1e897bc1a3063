using System.Net;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Node;
using OrleansAcd.Sip.Digest;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Stack;
using OrleansAcd.Tests.Unit.Sip;
using Xunit;

namespace OrleansAcd.Tests.Unit.MediaNode;

/// <summary>Whose a request is: that of the phone that registered the same way.</summary>
public sealed class PhoneBookTests
{
    private static readonly IPEndPoint Somewhere = new(IPAddress.Parse("192.0.2.1"), 40_000);
    private static readonly SipFlow Registered = new(SipTransport.Tls, Somewhere, 3);

    private readonly PhoneBook _phones = new(
        new NodeId("n"), new byte[16], new SeededIdSource(1), _ => { }, () => DateTimeOffset.UnixEpoch);

    public PhoneBookTests()
    {
        _phones.Apply(new NodeSettings(1, "acd", [NodeRig.Account("carl")]), Instant.Zero);
        Register(Registered);
    }

    [Fact]
    public void ACallerIsTheAgentWhosePhoneSendsThatWayUnderThatName()
    {
        Assert.Equal(new AgentId("carl"), Who("carl", Registered));
        Assert.Null(Who("dora", Registered));
        Assert.Null(Who("carl", Registered with { Remote = new IPEndPoint(Somewhere.Address, 40_001) }));
    }

    /// <summary>A datagram may claim any address: that of a connection over TLS it does not prove.</summary>
    [Theory]
    [InlineData(SipTransport.Udp)]
    [InlineData(SipTransport.Tcp)]
    public void TheSameAddressByAnotherTransportIsNobody(SipTransport transport) =>
        Assert.Null(Who("carl", new SipFlow(transport, Somewhere)));

    private AgentId? Who(string user, SipFlow flow) =>
        _phones.WhoCalls(Request(SipMethods.Invite, 1, user), flow, Instant.Zero);

    private void Register(SipFlow flow)
    {
        var lone = new Lone();
        lone.Receive(Request(SipMethods.Register, 1), flow);
        lone.Do(now => _phones.Register(lone.Events.OfType<SipEvent.RequestReceived>().Last().Request, now));
        var client = new DigestClient("carl", "carl-pw", new SeededIdSource(2));
        var challenges = lone.LastResponse.Headers.All(SipHeaderId.WwwAuthenticate);
        Assert.True(client.TryAnswer(challenges, SipMethods.Register, "sip:192.0.2.2", [], out var credentials));
        lone.Receive(Request(SipMethods.Register, 2, extra: $"Authorization: {credentials}\r\n"), flow);
        lone.Do(now => _phones.Register(lone.Events.OfType<SipEvent.RequestReceived>().Last().Request, now));
        Assert.Equal(200, lone.LastResponse.StatusCode);
    }

    private static SipRequest Request(string method, uint cseq, string user = "carl", string extra = "") =>
        (SipRequest)Sample.Parse(
            $"{method} sip:192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/TLS 192.0.2.1;branch=z9hG4bK{method}{cseq}\r\n"
            + $"Max-Forwards: 70\r\nFrom: <sip:{user}@192.0.2.2>;tag=a\r\nTo: <sip:{user}@192.0.2.2>\r\n"
            + $"Call-ID: c\r\nCSeq: {cseq} {method}\r\nContact: <sip:{user}@192.0.2.1>\r\n{extra}"
            + "Content-Length: 0\r\n\r\n");
}
