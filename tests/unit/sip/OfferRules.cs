using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Stack;
using Xunit;

namespace OrleansAcd.Tests.Unit.Sip;

/// <summary>RFC 3261 §14, RFC 3311 (UPDATE), RFC 3262 (PRACK) and RFC 4028 (session timers).</summary>
public sealed class OfferRules
{
    private const string Type = "Content-Type: application/sdp\r\n";
    private static readonly byte[] Sdp = "v=1"u8.ToArray();

    [Theory]
    [InlineData(SipMethods.Invite)]
    [InlineData(SipMethods.Update)]
    public void AnOfferOfThePeerIsAnsweredByTheOwner(string method)
    {
        var lone = new Lone();
        var call = lone.Up();
        lone.Receive(lone.InDialog(call, method, 2, Type + "Contact: <sip:new@192.0.2.9>\r\n", "v=2"));
        Assert.Equal("v=2"u8.ToArray(), lone.Only<SipEvent.Reoffered>().Request.Body.ToArray());
        lone.Do(now => call.AcceptReoffer(Sdp, now));
        Assert.Equal(200, lone.LastResponse.StatusCode);
        Assert.Equal(Sdp, lone.LastResponse.Body.ToArray());
        Assert.Equal("sip:new@192.0.2.9", call.Dialog!.RemoteTarget.ToString());
    }

    [Fact]
    public void AnOfferWhileAnotherWaitsGets500WithRetryAfter()
    {
        var lone = new Lone();
        var call = lone.Up();
        lone.Receive(lone.InDialog(call, SipMethods.Invite, 2, Type, "v=2"));
        lone.Receive(lone.InDialog(call, SipMethods.Invite, 3, Type, "v=3"));
        Assert.Equal(500, lone.LastResponse.StatusCode);
        Assert.True(RetryAfter.TryParse(lone.LastResponse.Headers.Get("Retry-After")!, out var later));
        Assert.InRange(later.Delay.TotalSeconds, 0, 10);
    }

    [Fact]
    public void AnOfferThatCrossesOursGets491()
    {
        var lone = new Lone();
        var call = lone.Up();
        lone.Do(now => call.Reinvite(Sdp, now)).Receive(lone.InDialog(call, SipMethods.Invite, 2, Type, "v=2"));
        Assert.Equal(491, lone.LastResponse.StatusCode);
        Assert.Equal(0, lone.Count<SipEvent.Reoffered>());
    }

    [Theory]
    [InlineData(true, 2.1, 4.0)]
    [InlineData(false, 0, 2.0)]
    public void After491OurOfferIsTriedAgainInTheTimeOfItsSide(bool ownsCallId, double least, double most)
    {
        var lone = new Lone();
        SipCall call;
        if (ownsCallId)
        {
            call = lone.Outgoing();
            lone.Reply(lone.LastRequest, 200, body: "v=0");
        }
        else
        {
            call = lone.Up();
        }

        lone.Do(now => call.Reinvite(Sdp, now)).Reply(lone.LastRequest, 491);
        var first = lone.Sent.Count;
        lone.RunTo(5);
        var again = lone.Sent.Skip(first).First(s => s.Message is SipRequest { Method: SipMethods.Invite });
        Assert.InRange(again.At, least, most);
        Assert.Equal(Sdp, again.Message.Body.ToArray());
        Assert.Equal(0, lone.Count<SipEvent.ReofferFailed>());
    }

    [Fact]
    public void AnOfferOfOursWaitsForTheAckOfOur2xx()
    {
        var lone = new Lone();
        var call = lone.Incoming();
        lone.Do(now => call.Accept(now, Sdp)).Do(now => call.Reinvite(Sdp, now));
        Assert.Equal(0, lone.Requests(SipMethods.Invite));
        lone.Receive(Sample.Request(SipMethods.Ack, "z9hG4bKx", toTag: call.LocalTag));
        Assert.Equal(1, lone.Requests(SipMethods.Invite));
    }

    /// <summary>RFC 3261 §13.2.1: "the first reliable non-failure message" to an INVITE without an offer has to hold
    /// ours; without one there is nothing reliable to send.</summary>
    [Fact]
    public void NothingReliableWithoutAnOfferGoesToACallerWithoutOne()
    {
        var lone = new Lone();
        var call = lone.Incoming("Require: 100rel\r\n", body: "");

        lone.Do(now => Assert.False(call.ProvisionalResponse(180, now)));
        Assert.Equal([100], lone.Codes);
        lone.Do(now => Assert.True(call.ProvisionalResponse(183, now, Sdp)));
        Assert.Equal([100, 183], lone.Codes);
    }

    /// <summary>RFC 3840 §9 and RFC 7866 §6.1.1: what the Contact says besides the URI, it says in answers
    /// too.</summary>
    [Fact]
    public void AnAnswerToAnOfferHasTheContactOfTheCall()
    {
        var lone = new Lone();
        SipCall? call = null;
        lone.Do(now => call = lone.Stack.Invite(
            new SipInviteOptions { Target = SipUri.Parse("sip:bob@192.0.2.1"), Body = Sdp, ContactParameters = "+sip.src" },
            now));
        lone.Reply(lone.LastRequest, 200, body: "v=0");
        lone.Receive(Sample.Request(SipMethods.Invite, "z9hG4bKre", Type, "v=2",
            callId: call!.CallId, toTag: call.LocalTag, fromTag: "peer"));

        lone.Do(now => call.AcceptReoffer(Sdp, now));

        Assert.EndsWith(">;+sip.src", lone.LastResponse.Headers.Get(SipHeaderId.Contact), StringComparison.Ordinal);
    }

    [Fact]
    public void ARefusedOfferLeavesTheCallUp()
    {
        var lone = new Lone();
        var call = lone.Up();
        lone.Do(now => call.Reinvite(Sdp, now)).Reply(lone.LastRequest, 488);
        Assert.Equal(488, lone.Only<SipEvent.ReofferFailed>().Code);
        Assert.Equal(SipCallState.Confirmed, call.State);
    }

    [Fact]
    public void AReinviteWithoutBodyAsksForAnOfferBothWays()
    {
        var lone = new Lone();
        var call = lone.Up();
        lone.Do(now => call.Reinvite(default, now)).Reply(lone.LastRequest, 200, body: "offer");
        Assert.True(lone.Only<SipEvent.ReofferAnswered>().NeedsAnswer);
        lone.Do(now => call.Ack(Sdp, now));
        Assert.Equal(Sdp, lone.LastRequest.Body.ToArray());

        lone.Receive(lone.InDialog(call, SipMethods.Invite, 2));
        Assert.True(lone.Only<SipEvent.Reoffered>().Request.Body.IsEmpty);
    }

    [Fact]
    public void AnEarlyUpdateIsAnsweredInItsOwnBranchOfAFork()
    {
        var lone = new Lone();
        var call = lone.Outgoing();
        var invite = lone.LastRequest;
        lone.Reply(invite, 183, "one", "Require: 100rel\r\nRSeq: 1", "v=0").Reply(invite, 183, "two");
        lone.Receive(Sample.Request(SipMethods.Update, "z9hG4bKup", Type + "Contact: <sip:one@192.0.2.9>\r\n", "v=2",
            callId: call.CallId, toTag: call.LocalTag, fromTag: "one"));
        lone.Do(now => Assert.True(call.AcceptReoffer(Sdp, now)));
        Assert.Equal(200, lone.LastResponse.StatusCode);
        Assert.Equal(SipMethods.Update, lone.LastResponse.CSeq.Method);
    }

    [Fact]
    public void AnUpdateBeforeOurAnswerIsRefused()
    {
        var lone = new Lone();
        var call = lone.Incoming();
        lone.Receive(lone.InDialog(call, SipMethods.Update, 2, Type, "v=2"));
        Assert.Equal(500, lone.LastResponse.StatusCode);

        var caller = new Lone();
        var outgoing = caller.Outgoing();
        caller.Reply(caller.LastRequest, 180, "one");
        caller.Receive(Sample.Request(SipMethods.Update, "z9hG4bKup", Type, "v=2",
            callId: outgoing.CallId, toTag: outgoing.LocalTag, fromTag: "one"));
        Assert.Equal(491, caller.LastResponse.StatusCode);
    }

    [Fact]
    public void HangingUpALateOfferCallAcknowledgesItFirst()
    {
        var lone = new Lone();
        var call = lone.Outgoing(body: "");
        lone.Reply(lone.LastRequest, 200, body: "offer").Do(now => call.Hangup(now));
        Assert.Equal([SipMethods.Invite, SipMethods.Ack, SipMethods.Bye],
            lone.Sent.Select(s => ((SipRequest)s.Message).Method));
    }

    [Fact]
    public void APeerDoesNotMakeUsRefreshFasterThanOurMinimum()
    {
        var lone = new Lone();
        var call = lone.Outgoing();
        lone.Reply(lone.LastRequest, 200, extra: "Session-Expires: 1;refresher=uac", body: "v=0");
        Assert.Equal(90, call.SessionInterval.TotalSeconds);
    }

    [Fact]
    public void AnUpdateWithoutBodyIsAnsweredHere()
    {
        var lone = new Lone();
        var call = lone.Up();
        lone.Receive(lone.InDialog(call, SipMethods.Update, 2));
        Assert.Equal(200, lone.LastResponse.StatusCode);
        Assert.Equal(0, lone.Count<SipEvent.Reoffered>());
    }

    [Fact]
    public void AReliableResponseIsRepeatedUntilItsPrack()
    {
        var lone = new Lone();
        var call = lone.Incoming("Supported: 100rel\r\n");
        lone.Do(now => call.ProvisionalResponse(183, now, Sdp, reliable: true)).RunTo(2);
        Assert.Equal([0, 0.5, 1.5], lone.Sent.Where(s => s.Message is SipResponse { StatusCode: 183 }).Select(s =>
            s.At));

        lone.Do(now => call.Accept(now, Sdp));
        Assert.DoesNotContain(200, lone.Codes);             // RFC 3262 §3: not before the PRACK
        var rseq = lone.LastResponse.Headers.Get(SipHeaderId.RSeq);
        lone.Receive(lone.InDialog(call, SipMethods.Prack, 2, $"RAck: {rseq} 1 INVITE\r\n"));
        Assert.Equal(2, lone.Codes.Count(c => c == 200));   // of PRACK and of INVITE
        Assert.Equal(SipCallState.Accepted, call.State);
    }

    [Fact]
    public void APrackThatMatchesNothingGets481()
    {
        var lone = new Lone();
        var call = lone.Incoming("Supported: 100rel\r\n");
        lone.Do(now => call.ProvisionalResponse(180, now, reliable: true));
        lone.Receive(lone.InDialog(call, SipMethods.Prack, 2, "RAck: 1 1 INVITE\r\n"));
        Assert.Equal(481, lone.LastResponse.StatusCode);
    }

    [Fact]
    public void WithoutPrackTheInviteIsRejectedAfter64T1()
    {
        var lone = new Lone();
        var call = lone.Incoming("Require: 100rel\r\n");
        lone.Do(now => call.ProvisionalResponse(180, now)).RunTo(32.1);
        Assert.Contains(504, lone.Codes);
        Assert.Equal(SipEndReason.NoPrack, lone.Only<SipEvent.Ended>().Reason);
    }

    [Fact]
    public void ReliableResponsesAreAcknowledgedInOrderAndOnce()
    {
        var lone = new Lone();
        lone.Outgoing();
        var invite = lone.LastRequest;
        lone.Reply(invite, 180, extra: "Require: 100rel\r\nRSeq: 7");
        Assert.Equal("7 1 INVITE", lone.LastRequest.Headers.Get(SipHeaderId.RAck));
        lone.Reply(invite, 180, extra: "Require: 100rel\r\nRSeq: 7").Reply(invite, 183,
            extra: "Require: 100rel\r\nRSeq: 9");
        Assert.Equal(1, lone.Requests(SipMethods.Prack));
        lone.Reply(invite, 183, extra: "Require: 100rel\r\nRSeq: 8");
        Assert.Equal(2, lone.Requests(SipMethods.Prack));
        Assert.Equal(2, lone.Count<SipEvent.Provisional>());
    }

    [Fact]
    public void AnOfferInAReliableResponseIsAnsweredInThePrack()
    {
        var lone = new Lone();
        var call = lone.Outgoing(body: "");
        lone.Reply(lone.LastRequest, 183, extra: "Require: 100rel\r\nRSeq: 7", body: "offer");
        Assert.True(lone.Only<SipEvent.Provisional>().NeedsAnswer);
        Assert.Equal(0, lone.Requests(SipMethods.Prack));
        lone.Do(now => call.Prack(Sdp, now));
        Assert.Equal(Sdp, lone.LastRequest.Body.ToArray());
    }

    [Fact]
    public void TooSmallAnIntervalGets422WithMinSe()
    {
        var lone = new Lone();
        lone.Receive(Sample.Request(SipMethods.Invite, extra: "Supported: timer\r\nSession-Expires: 60\r\n"));
        Assert.Equal([422], lone.Codes);
        Assert.Equal("90", lone.LastResponse.Headers.Get(SipHeaderId.MinSe));
    }

    [Fact]
    public void A422ToOurInviteIsTriedAgainWithTheIntervalOfThePeer()
    {
        var lone = new Lone();
        lone.Outgoing();
        lone.Reply(lone.LastRequest, 422, extra: "Min-SE: 3600");
        Assert.Equal("3600", lone.LastRequest.Headers.Get(SipHeaderId.SessionExpires));
        Assert.Equal(2u, lone.LastRequest.CSeq.Number);
        Assert.Equal(0, lone.Count<SipEvent.Failed>());
    }

    [Fact]
    public void TheCalleeMakesTheCallerRefreshAndEndsTheCallWhenItDoesNot()
    {
        var lone = new Lone();
        var call = lone.Up("Supported: timer\r\nSession-Expires: 100\r\n");
        Assert.Equal("100;refresher=uac", lone.LastResponse.Headers.Get(SipHeaderId.SessionExpires));
        Assert.False(call.IsRefresher);
        lone.RunTo(66);
        Assert.Equal(0, lone.Count<SipEvent.Ended>());
        lone.RunTo(68);                                     // 100 s less min(32 s, 100/3 s)
        Assert.Equal(SipEndReason.SessionExpired, lone.Only<SipEvent.Ended>().Reason);
        Assert.Equal(1, lone.Requests(SipMethods.Bye));
    }

    [Theory]
    [InlineData("Allow: INVITE, UPDATE", SipMethods.Update)]
    [InlineData("Allow: INVITE", SipMethods.Invite)]
    public void TheRefresherActsAtHalfTheInterval(string allow, string method)
    {
        var lone = new Lone();
        var call = lone.Outgoing();
        lone.Reply(lone.LastRequest, 200, extra: $"{allow}\r\nSession-Expires: 200;refresher=uac", body: "v=0");
        Assert.True(call.IsRefresher);
        var count = lone.Requests(method);
        lone.RunTo(99);
        Assert.Equal(count, lone.Requests(method));
        lone.RunTo(100.1);
        Assert.Equal(count + 1, lone.Requests(method));
        Assert.Equal("200;refresher=uac", lone.LastRequest.Headers.Get(SipHeaderId.SessionExpires));
        lone.Reply(lone.LastRequest, 200, extra: "Session-Expires: 200;refresher=uac").RunTo(199);
        Assert.Equal(0, lone.Count<SipEvent.Ended>());
    }
}
