using System.Net;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Stack;
using Xunit;

namespace OrleansAcd.Tests.Unit.Sip;

/// <summary>Calls that go on where the first way is closed: names, connections, methods, answers that came
/// early.</summary>
public sealed class RecoveryRules
{
    private static readonly IPEndPoint Translated = new(IPAddress.Parse("203.0.113.9"), 6_000);

    /// <summary>A phone behind address translation that registered over TCP: nothing but its connection reaches
    /// it.</summary>
    [Fact]
    public void ACallOverAPhonesConnectionStaysOnItWhateverItsContactSays()
    {
        var lone = new Lone();
        var connection = new SipFlow(SipTransport.Tcp, new IPEndPoint(Lone.Peer.Address, 40_000), 3);
        lone.Receive(Sample.Request(SipMethods.Options, via: "SIP/2.0/TCP 10.0.0.9:5060"), connection);
        SipCall? call = null;
        lone.Do(now => call = lone.Stack.Invite(
            new SipInviteOptions
            {
                Target = SipUri.Parse("sip:bob@10.0.0.9:5060;transport=tcp"),
                Flow = connection with { ConnectionId = 0 },
            },
            now));

        lone.Reply(lone.LastRequest, 200).Do(now => call!.Hangup(now));

        Assert.Equal(SipMethods.Bye, lone.LastRequest.Method);
        Assert.Equal(1, lone.Requests(SipMethods.Ack));
        Assert.All(lone.Sent.Where(s => s.Message is SipRequest), s => Assert.Equal(connection, s.Flow));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void RequestsOfACallFollowThePeersSourceWhereThatIsAsked(bool followSource)
    {
        var lone = new Lone(options => options with { FollowSource = followSource });
        var invite = Sample.Request(SipMethods.Invite, extra: "Contact: <sip:alice@192.0.2.1>\r\n");
        lone.Receive(invite, new SipFlow(SipTransport.Udp, Translated));
        var call = lone.Only<SipEvent.IncomingCall>().Call;
        lone.Do(now => call.Accept(now, default));
        lone.Receive(Sample.Request(SipMethods.Ack, "z9hG4bKack", toTag: call.LocalTag));

        lone.Do(now => call.Hangup(now));

        Assert.Equal(followSource ? Translated : Lone.Peer, lone.Sent[^1].Flow.Remote);
    }

    /// <summary>A request out of order is refused, and moves nothing (RFC 3261 §12.2.2).</summary>
    [Fact]
    public void ARequestOutOfOrderDoesNotMoveTheCallToItsSource()
    {
        var lone = new Lone(options => options with { FollowSource = true });
        var call = lone.Up();

        lone.Receive(lone.InDialog(call, SipMethods.Info, 0), new SipFlow(SipTransport.Udp, Translated));
        lone.Do(now => call.Hangup(now));

        Assert.Contains(500, lone.Codes);
        Assert.Equal(Lone.Peer, lone.Sent[^1].Flow.Remote);
    }

    [Fact]
    public void ARouteByANameThatNobodyResolvesGivesWayToThePeersSource()
    {
        var lone = new Lone(options => options with { FollowSource = true });
        var call = lone.Up("Record-Route: <sip:edge.example;lr>\r\n");

        lone.Do(now => call.Hangup(now));

        Assert.Equal(SipMethods.Bye, lone.LastRequest.Method);
        Assert.Equal(Lone.Peer, lone.Sent[^1].Flow.Remote);
        Assert.Equal("<sip:edge.example;lr>", lone.LastRequest.Headers.Get(SipHeaderId.Route));
    }

    /// <summary>RFC 4028 §7.4: either method refreshes; a peer that refuses UPDATE after all gets a
    /// re-INVITE.</summary>
    [Theory]
    [InlineData(405)]
    [InlineData(501)]
    public void ARefreshThatIsRefusedAsUpdateIsSentAsReinvite(int code)
    {
        var lone = new Lone();
        lone.Outgoing();
        lone.Reply(
            lone.LastRequest, 200, extra: "Allow: INVITE, UPDATE\r\nSession-Expires: 200;refresher=uac", body: "v=0");
        lone.RunTo(100.1);

        lone.Reply(lone.LastRequest, code);

        Assert.Equal(SipMethods.Invite, lone.LastRequest.Method);
        lone.Reply(lone.LastRequest, 200, extra: "Session-Expires: 200;refresher=uac").RunTo(199);
        Assert.Equal(0, lone.Count<SipEvent.Ended>());
    }

    /// <summary>RFC 3261 §14.1: who lost the glare tries again, by then with what stands since the other's offer: a
    /// hold is not undone by a refresh.</summary>
    [Fact]
    public void ARefreshThatCrossedAnOfferSaysWhatStandsSince()
    {
        var lone = new Lone();
        var call = lone.Outgoing();
        lone.Reply(lone.LastRequest, 200, extra: "Allow: INVITE\r\nSession-Expires: 200;refresher=uac", body: "v=0");
        lone.RunTo(100.1).Reply(lone.LastRequest, 491);
        lone.Receive(Sample.Request(SipMethods.Invite, "z9hG4bKhold", "Content-Type: application/sdp\r\n", "hold",
            callId: call.CallId, toTag: call.LocalTag, fromTag: "peer"));
        lone.Do(now => call.AcceptReoffer("held"u8.ToArray(), now));
        lone.Receive(Sample.Request(SipMethods.Ack, "z9hG4bKack",
            callId: call.CallId, toTag: call.LocalTag, fromTag: "peer"));
        var before = lone.Requests(SipMethods.Invite);

        lone.RunTo(105);

        Assert.True(lone.Requests(SipMethods.Invite) > before);
        Assert.Equal("held"u8.ToArray(), lone.LastRequest.Body.ToArray());
    }

    /// <summary>RFC 4028 §10: a refresh that fails for now is tried again while the session lasts.</summary>
    [Fact]
    public void ARefreshThatFailsForNowIsTriedAgainBeforeTheSessionExpires()
    {
        var lone = new Lone();
        lone.Outgoing();
        lone.Reply(
            lone.LastRequest, 200, extra: "Allow: INVITE, UPDATE\r\nSession-Expires: 600;refresher=uac", body: "v=0");
        lone.RunTo(300.1).Reply(lone.LastRequest, 503);
        var updates = lone.Requests(SipMethods.Update);

        lone.RunTo(434.1);

        Assert.Equal(updates + 1, lone.Requests(SipMethods.Update));
        lone.Reply(lone.LastRequest, 200, extra: "Session-Expires: 600;refresher=uac").RunTo(730);
        Assert.Equal(0, lone.Count<SipEvent.Ended>());
    }

    /// <summary>Branches beyond the limit are counted, and still answered when one of them has the call.</summary>
    [Fact]
    public void ForksBeyondTheLimitAreCounted()
    {
        var lone = new Lone();
        lone.Outgoing();
        var invite = lone.LastRequest;
        for (var i = 0; i < 20; i++) lone.Reply(invite, 180, "fork" + i);

        lone.Reply(invite, 200, "fork19");

        Assert.Equal(4, lone.Stack.Counters.ForksIgnored);
        Assert.Equal("fork19", lone.Only<SipEvent.Answered>().Response.ToTag);
        Assert.Equal(1, lone.Requests(SipMethods.Ack));
    }
}
