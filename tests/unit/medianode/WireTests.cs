using System.Net;
using System.Net.Sockets;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Sip.Messages;
using Xunit;

namespace OrleansAcd.Tests.Unit.MediaNode;

/// <summary>The node on the wire, message by message: what phones do that softphones of ours do not.</summary>
public sealed class WireTests
{
    private static readonly LegId Agent = new(2);

    /// <summary>RFC 3261 section 21.1.2: who is not answered before the called phone is, hears it ring.</summary>
    [Theory]
    [InlineData(180)]
    [InlineData(183)]
    public async Task ACallerWhoIsNotAnsweredYetIsToldThatThePhoneRings(int progress)
    {
        await using var rig = await NodeRig.Start();
        using var caller = new WirePhone(rig.Node.Sip);
        using var agent = new WirePhone(rig.Node.Sip);
        var call = await rig.Offered(caller);
        await rig.Dial(call, new LegId(2), [agent.Contact(rig.Node.Node)]);

        var invite = await agent.Request(SipMethods.Invite);
        agent.Respond(invite, progress);

        Assert.Equal(caller.CallId, (await caller.Response(180)).CallId);
        agent.Respond(invite, 200, agent.Sdp("0"));
        await rig.Next<LegAnswered>();
        await rig.Command(n => new Answer(call, 1, n, LegId.Caller));
        Assert.Equal(200, (await caller.Final(SipMethods.Invite, 1)).StatusCode);
    }

    /// <summary>RFC 3262 §5: an offer in a PRACK wants an answer, and not a bare 200; the call goes on.</summary>
    [Fact]
    public async Task AnOfferInAPrackIsRefusedAndTheCallGoesOn()
    {
        await using var rig = await NodeRig.Start();
        using var caller = new WirePhone(rig.Node.Sip);
        using var agent = new WirePhone(rig.Node.Sip);
        caller.Send(SipMethods.Invite, 1, caller.Sdp(), "Require: 100rel\r\n");
        var offered = await rig.Next<LegOffered>();
        await rig.Dial(offered.Call, Agent, [agent.Contact(rig.Node.Node)]);
        agent.Respond(await agent.Request(SipMethods.Invite), 180);
        var ringing = await caller.Response(180);
        caller.ToTag = ringing.ToTag;

        caller.Send(
            SipMethods.Prack, 2, caller.Sdp(), $"RAck: {ringing.Headers.Get(SipHeaderId.RSeq)} 1 INVITE\r\n");

        Assert.Equal(488, (await caller.Final(SipMethods.Prack, 2)).StatusCode);
        await rig.Command(n => new Answer(offered.Call, 1, n, LegId.Caller));
        Assert.Equal(200, (await caller.Final(SipMethods.Invite, 1)).StatusCode);
    }

    /// <summary>RFC 3261 §11: a keep-alive of many phones, in a call and outside.</summary>
    [Fact]
    public async Task OptionsAreAnsweredInAndOutsideOfACall()
    {
        await using var rig = await NodeRig.Start();
        using var phone = new WirePhone(rig.Node.Sip);
        phone.Send(SipMethods.Options, 1);
        var outside = await phone.Final(SipMethods.Options, 1);
        await rig.Up(phone, cseq: 2);

        phone.Send(SipMethods.Options, 3);

        var inside = await phone.Final(SipMethods.Options, 3);
        Assert.Equal((200, 200), (outside.StatusCode, inside.StatusCode));
        Assert.Contains("INVITE", outside.Headers.Get(SipHeaderId.Allow), StringComparison.Ordinal);
        Assert.Equal(1, await rig.Calls());
    }

    /// <summary>RFC 3261 §13.2.1: our 200 offers, the ACK "MUST" answer; one that does not ends the call.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("v=0\r\nnonsense")]
    public async Task ALateOfferThatItsAckDoesNotAnswerEndsTheCall(string body)
    {
        await using var rig = await NodeRig.Start();
        using var phone = new WirePhone(rig.Node.Sip);
        phone.Send(SipMethods.Invite, 1);
        var offered = await rig.Next<LegOffered>();
        await rig.Command(n => new Answer(offered.Call, 1, n, LegId.Caller));
        phone.ToTag = (await phone.Final(SipMethods.Invite, 1)).ToTag;

        phone.Send(SipMethods.Ack, 1, body);

        phone.Respond(await phone.Request(SipMethods.Bye), 200);
        Assert.Equal(LegEndReason.LocalHangup, (await rig.Next<LegEnded>()).Reason);
        Assert.Equal(0, await rig.Calls());
    }

    [Fact]
    public async Task ALateOfferIsAnsweredInTheAck()
    {
        await using var rig = await NodeRig.Start();
        using var phone = new WirePhone(rig.Node.Sip);
        phone.Send(SipMethods.Invite, 1);
        var offered = await rig.Next<LegOffered>();
        await rig.Command(n => new Answer(offered.Call, 1, n, LegId.Caller));
        phone.ToTag = (await phone.Final(SipMethods.Invite, 1)).ToTag;

        phone.Send(SipMethods.Ack, 1, phone.Sdp("8"));

        Assert.Equal(LegId.Caller, (await rig.Next<LegAnswered>()).Leg);
    }

    /// <summary>RFC 3261 §13.2.1: an answer in a reliable provisional response is the answer; the 200 needs
    /// none.</summary>
    [Fact]
    public async Task AnAnswerInAReliableProvisionalResponseStands()
    {
        await using var rig = await NodeRig.Start();
        using var caller = new WirePhone(rig.Node.Sip);
        using var agent = new WirePhone(rig.Node.Sip);
        var call = await rig.Offered(caller);
        await rig.Dial(call, Agent, [agent.Contact(rig.Node.Node)]);
        var invite = await agent.Request(SipMethods.Invite);
        agent.Respond(invite, 183, agent.Sdp("0"), "Require: 100rel\r\nRSeq: 7");
        agent.Respond(await agent.Request(SipMethods.Prack), 200);

        agent.Respond(invite, 200);

        await agent.Request(SipMethods.Ack);
        Assert.Equal(Agent, (await rig.Next<LegAnswered>()).Leg);
    }

    /// <summary>A prompt that does not exist is skipped and counted; where nothing is left, playing has
    /// ended.</summary>
    [Fact]
    public async Task APromptThatIsMissingIsCountedAndPlayingGoesOn()
    {
        await using var rig = await NodeRig.Start();
        using var phone = new WirePhone(rig.Node.Sip);
        var (call, _) = await rig.Up(phone);

        await rig.Command(n => new Play(call, 1, n, LegId.Caller, new PlayId(1), ["nowhere", "never"], true));

        var ended = await rig.Next<PlayEnded>();
        Assert.Equal((new PlayId(1), true), (ended.PlayId, ended.Completed));
        await rig.Command(n => new Play(call, 1, n, LegId.Caller, new PlayId(2), ["nowhere", "default"], true));
        await phone.Hear();
        Assert.Equal(3, await rig.Figure("promptsMissing"));
    }

    /// <summary>RFC 3261 §14.2: a refused re-INVITE leaves the session as it was.</summary>
    [Fact]
    public async Task AReinviteThatWeCannotSpeakGets488AndTheCallStays()
    {
        await using var rig = await NodeRig.Start();
        using var phone = new WirePhone(rig.Node.Sip);
        await rig.Up(phone);
        phone.Send(SipMethods.Invite, 2, phone.Sdp("18"));
        var refused = await phone.Final(SipMethods.Invite, 2);
        phone.Send(SipMethods.Ack, 2);

        phone.Send(SipMethods.Invite, 3, phone.Sdp());
        var taken = await phone.Final(SipMethods.Invite, 3);
        phone.Send(SipMethods.Ack, 3);

        Assert.Equal((488, 200), (refused.StatusCode, taken.StatusCode));
        Assert.Equal(1, (await rig.Counters()).OffersNotAcceptable);
        Assert.Equal(1, await rig.Calls());
    }

    /// <summary>RFC 3261 §10: many contacts, a query, removal of one and of all, told to the agent's grain.</summary>
    [Fact]
    public async Task ContactsAreListedAndRemovedOverTheWire()
    {
        await using var rig = await NodeRig.Start(agents: "alice");
        using var phone = new WirePhone(rig.Node.Sip);
        var (one, two) = ("<sip:alice@127.0.0.1:5071>", "<sip:alice@127.0.0.1:5072>");

        var both = await phone.Register("alice", 1, $"Contact: {one}, {two}\r\nExpires: 300\r\n");
        var query = await phone.Register("alice", 3, "");
        var removed = await phone.Register("alice", 5, $"Contact: {one};expires=0\r\n");
        var none = await phone.Register("alice", 7, "Contact: *\r\nExpires: 0\r\n");

        Assert.Equal([2, 2, 1, 0], new[] { both, query, removed, none }.Select(Contacts));
        Assert.All(new[] { both, query, removed, none }, response => Assert.Equal(200, response.StatusCode));

        static int Contacts(SipResponse response) => response.Headers.All(SipHeaderId.Contact).Count();
    }

    /// <summary>Symmetric RTP that cannot be hijacked: a stranger is neither heard nor followed.</summary>
    [Fact]
    public async Task PacketsOfAStrangerAreRefusedOnceTheCallerHasLatched()
    {
        const byte Last = 0x55, Foreign = 0x33;
        await using var rig = await NodeRig.Start();
        using var phone = new WirePhone(rig.Node.Sip);
        using var agent = new WirePhone(rig.Node.Sip);
        using var stranger = new WirePhone(rig.Node.Sip);
        var (call, ok) = await rig.Up(phone);
        var port = WirePhone.AudioPort(ok);
        await rig.Join(call, Agent, agent);
        await rig.Bridge(call, LegId.Caller, Agent);
        await rig.Obeyed();
        for (var i = 0; i < 5; i++) phone.Say(port);
        phone.Say(port, payloadType: 13);
        for (var i = 0; i < 5; i++) stranger.Say(port, sound: Foreign);
        phone.Say(port, sound: Last);

        // What was sent to one socket is read in its order; the BYE goes to another and might be read before.
        var heard = new List<byte>();
        while (!heard.Contains(Last)) heard.Add((await agent.Hear())[^1]);
        phone.Send(SipMethods.Bye, 2);

        await phone.Final(SipMethods.Bye, 2);
        var ended = await rig.Next<LegEnded>();
        Assert.DoesNotContain(Foreign, heard);
        Assert.Equal((7L, 0L), (ended.Quality.PacketsReceived, ended.Quality.PacketsLost));
    }

    /// <summary>RFC 5626 §3.5.1: the ping of a TCP connection is answered by a pong.</summary>
    [Fact]
    public async Task APingOverTcpIsAnsweredByAPong()
    {
        await using var rig = await NodeRig.Start();
        using var phone = new TcpClient();
        await phone.ConnectAsync(rig.Node.Sip);

        await phone.GetStream().WriteAsync("\r\n\r\n"u8.ToArray());

        var pong = new byte[2];
        await phone.GetStream().ReadExactlyAsync(pong).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal("\r\n"u8.ToArray(), pong);
    }

    /// <summary>RFC 3261 §21.5.4: too many calls get 503 and are told when to come back.</summary>
    [Fact]
    public async Task ACallBeyondTheLimitGets503WithRetryAfter()
    {
        await using var rig = await NodeRig.Start(change: options => options with { CallsMax = 1 });
        using var first = new WirePhone(rig.Node.Sip);
        using var second = new WirePhone(rig.Node.Sip);
        await rig.Up(first);

        second.Send(SipMethods.Invite, 1, second.Sdp());

        var refused = await second.Final(SipMethods.Invite, 1);
        Assert.Equal((503, "5"), (refused.StatusCode, refused.Headers.Get(SipHeaderId.RetryAfter)));
        Assert.Equal(1, (await rig.Counters()).CallsRefused);
        Assert.Equal(1, await rig.Calls());
    }

    /// <summary>Grains that are away for good must not keep a caller, or a phone that rings, for ever.</summary>
    [Fact]
    public async Task ACallerThatNobodyDecidesOnIsTurnedAwayInTheEnd()
    {
        await using var rig = await NodeRig.Start(
            change: options => options with { DecisionMax = TimeSpan.FromMilliseconds(100) });
        using var phone = new WirePhone(rig.Node.Sip);

        phone.Send(SipMethods.Invite, 1, phone.Sdp());

        Assert.Equal(480, (await phone.Final(SipMethods.Invite, 1)).StatusCode);
        Assert.Equal(LegEndReason.SignallingLost, (await rig.Next<LegEnded>()).Reason);
        Assert.Equal((0, 1L), (await rig.Calls(), (await rig.Counters()).Undecided));
    }

    [Fact]
    public async Task APhoneThatRingsForEverIsCancelledInTheEnd()
    {
        await using var rig = await NodeRig.Start(
            change: options => options with { RingMax = TimeSpan.FromMilliseconds(100) });
        using var caller = new WirePhone(rig.Node.Sip);
        using var agent = new WirePhone(rig.Node.Sip);
        var call = await rig.Offered(caller);
        await rig.Dial(call, Agent, [agent.Contact(rig.Node.Node)]);
        agent.Respond(await agent.Request(SipMethods.Invite), 180);

        agent.Respond(await agent.Request(SipMethods.Cancel), 200);

        var failed = await rig.Next<LegFailed>();
        Assert.Equal((Agent, 408), (failed.Leg, failed.SipCode));
    }
}
