using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Stack;
using OrleansAcd.Sip.Transfer;
using Xunit;

namespace OrleansAcd.Tests.Unit.Sip;

/// <summary>RFC 3515, 4488 and 3892: a phone asks to be transferred, and is told how it goes.</summary>
public sealed class ReferRules
{
    private const string To = "Refer-To: <sip:sales@192.0.2.2>\r\n";
    private const string Contact = "Contact: <sip:alice@192.0.2.1>\r\n";

    [Fact]
    public void AReferIsTold_AndAcceptedWith202ThenNotifiedAtOnce()
    {
        var (lone, call) = Referred(To + "Referred-By: \"A\" <sip:alice@example.com>\r\n");

        var referral = Accept(lone);

        Assert.Equal("sip:sales@192.0.2.2", referral.Headers.Target.ToString());
        Assert.Equal(("sip:alice@example.com", true), (referral.Headers.ReferredBy, referral.Headers.WantsProgress));
        Assert.Null(referral.Headers.Replaces);
        Assert.Equal(202, lone.LastResponse.StatusCode);
        Assert.Single(lone.LastResponse.Contacts);
        AssertNotify(lone.LastRequest, "refer", "active;expires=180", "SIP/2.0 100 Trying\r\n");
        Assert.Single(lone.LastRequest.Contacts);
        Assert.Equal(SipCallState.Confirmed, call.State);
    }

    /// <summary>§2.4.5: "each NOTIFY ... MUST contain a body of type message/sipfrag"; the last one ends it.</summary>
    [Fact]
    public void AFinalCodeEndsTheSubscription()
    {
        var (lone, call) = Referred(To);
        var referral = Accept(lone);
        lone.Reply(lone.LastRequest, 200).Do(now => call.NotifyRefer(referral, 180, now));
        AssertNotify(lone.LastRequest, "refer", "active;expires=180", "SIP/2.0 180 Ringing\r\n");

        lone.Reply(lone.LastRequest, 200).Do(now => call.NotifyRefer(referral, 200, now));

        AssertNotify(lone.LastRequest, "refer", "terminated;reason=noresource", "SIP/2.0 200 OK\r\n");
        Assert.Equal(SipReferralState.Over, referral.State);
        Assert.False(call.NotifyRefer(referral, 486, lone.Now));
        Assert.Equal(3, lone.Requests(SipMethods.Notify));
    }

    /// <summary>A NOTIFY that overtook another would have the later CSeq first.</summary>
    [Fact]
    public void TheNextNotifyWaitsForTheAnswerOfTheOneBefore()
    {
        var (lone, call) = Referred(To);
        var referral = Accept(lone);
        var first = lone.LastRequest;
        lone.Do(now => call.NotifyRefer(referral, 180, now)).Do(now => call.NotifyRefer(referral, 200, now));
        Assert.Equal(1, lone.Requests(SipMethods.Notify));

        lone.Reply(first, 200);

        AssertNotify(lone.LastRequest, "refer", "terminated;reason=noresource", "SIP/2.0 200 OK\r\n");
        Assert.Equal(2, lone.Requests(SipMethods.Notify));
    }

    /// <summary>§2.4.6: "the second and subsequent REFER requests ... id parameter ... CSeq".</summary>
    [Fact]
    public void TheSecondReferHasItsCSeqAsId()
    {
        var (lone, call) = Referred(To);
        lone.Do(now => call.RejectRefer(Last(lone), 603, now));
        Assert.Equal(603, lone.LastResponse.StatusCode);

        lone.Receive(lone.InDialog(call, SipMethods.Refer, 93, Contact + To));
        Accept(lone);

        Assert.Equal("refer;id=93", lone.LastRequest.Headers.Get(SipHeaderId.Event));
    }

    /// <summary>RFC 4488 §4: no subscription where none is wanted.</summary>
    [Fact]
    public void ReferSubFalseIsAnswered200AndNeverNotified()
    {
        var (lone, call) = Referred(To + "Refer-Sub: false\r\nRequire: norefersub\r\n");

        var referral = Accept(lone);

        Assert.False(referral.Headers.WantsProgress);
        Assert.Equal((200, "false"), (lone.LastResponse.StatusCode, lone.LastResponse.Headers.Get("Refer-Sub")));
        Assert.False(call.NotifyRefer(referral, 200, lone.Now));
        Assert.Equal(0, lone.Requests(SipMethods.Notify));
    }

    /// <summary>RFC 3891 §4: "the Replaces header field ... is escaped" in the Refer-To URI.</summary>
    [Fact]
    public void TheReplacesInsideReferToIsRead()
    {
        var (lone, _) = Referred("Refer-To: <sip:bob@192.0.2.9?Replaces=425928%40phone.example%3Bto-tag%3D7743%3B"
            + "from-tag%3D6472&Subject=x>\r\n");

        var headers = Last(lone).Headers;

        Assert.Equal(new Replaces("425928@phone.example", "7743", "6472"), headers.Replaces);
        Assert.Equal("sip:bob@192.0.2.9", headers.Target.ToString());
    }

    [Theory]
    [InlineData("", 400)]
    [InlineData(To + To, 400)]
    [InlineData("Refer-To: <sip:a@b>, <sip:c@d>\r\n", 400)]
    [InlineData("Refer-To: <sip:a@b?Replaces=x>\r\n", 400)]
    [InlineData("Refer-To: <sip:a@b?Replaces=x%3Bto-tag%3D1%3Bfrom-tag%3D2&Replaces=y%3Bto-tag%3D1%3Bfrom-tag%3D2>\r\n",
        400)]
    [InlineData("Refer-To: <sip:a@b?Replaces=x%3Bto-tag%3D1%3Bfrom-tag%3D2&Require=join>\r\n", 400)]
    [InlineData("Refer-To: <sip:a@b?Replaces=x%3Bto-tag%3D1%3Bfrom-tag%3D2&Join=y%3Bto-tag%3D1%3Bfrom-tag%3D2>\r\n",
        400)]
    [InlineData("Refer-To: <mailto:a@b>\r\n", 416)]
    [InlineData("Refer-To: <sip:a@b;method=SUBSCRIBE>\r\n", 501)]
    [InlineData(To + "Referred-By: <sip:\r\n", 400)]
    [InlineData(To + "Referred-By: <sip:a@b>\r\nReferred-By: <sip:c@d>\r\n", 400)]
    public void AReferThatCannotBeDoneIsRefused(string headers, int code)
    {
        var (lone, call) = Referred(headers);

        Assert.Equal((code, 0), (lone.LastResponse.StatusCode, lone.Count<SipEvent.Referred>()));
        Assert.Equal((SipCallState.Confirmed, 1L), (call.State, lone.Stack.Counters.ReferralsRefused));
    }

    [Fact]
    public void AReferOutsideADialogIsRefused()
    {
        var lone = new Lone().Receive(Sample.Request(SipMethods.Refer, extra: Contact + To));

        Assert.Equal((403, 0), (lone.LastResponse.StatusCode, lone.Events.Count));
    }

    [Fact]
    public void AReferBeforeTheCallIsUpIsRefused()
    {
        var lone = new Lone();
        var call = lone.Incoming();

        lone.Receive(lone.InDialog(call, SipMethods.Refer, 2, Contact + To));

        Assert.Equal((403, SipCallState.Incoming), (lone.LastResponse.StatusCode, call.State));
    }

    [Fact]
    public void NoMoreThanFourReferralsAreOpenAtOnce()
    {
        var lone = new Lone();
        var call = lone.Up();
        for (var i = 0u; i <= SipCall.ReferralsMax; i++)
        {
            lone.Receive(lone.InDialog(call, SipMethods.Refer, 2 + i, Contact + To));
        }

        Assert.Equal((491, SipCall.ReferralsMax), (lone.LastResponse.StatusCode, lone.Count<SipEvent.Referred>()));

        lone.Do(now => call.RejectRefer(Last(lone), 603, now))
            .Receive(lone.InDialog(call, SipMethods.Refer, 20, Contact + To));
        Assert.Equal(SipCall.ReferralsMax + 1, lone.Count<SipEvent.Referred>());
    }

    /// <summary>RFC 5057 §5.3.3: an error to a NOTIFY ends the subscription, not the call.</summary>
    [Theory]
    [InlineData(481)]
    [InlineData(489)]
    [InlineData(500)]
    public void ARefusedNotifyEndsTheSubscriptionAlone(int code)
    {
        var (lone, call) = Referred(To);
        var referral = Accept(lone);

        lone.Reply(lone.LastRequest, code);

        Assert.Equal((SipReferralState.Over, SipCallState.Confirmed), (referral.State, call.State));
        Assert.False(call.NotifyRefer(referral, 200, lone.Now));
    }

    [Fact]
    public void ANotifyThatNobodyAnswersEndsTheSubscriptionAlone()
    {
        var (lone, call) = Referred(To);
        var referral = Accept(lone);

        lone.RunTo(33);

        Assert.Equal((SipReferralState.Over, SipCallState.Confirmed), (referral.State, call.State));
    }

    [Fact]
    public void ASubscriptionThatLastsTooLongTimesOut()
    {
        var (lone, _) = Referred(To);
        var referral = Accept(lone);

        lone.Reply(lone.LastRequest, 200).RunTo(181);

        Assert.Equal(SipReferralState.Over, referral.State);
        Assert.Equal("terminated;reason=timeout",
            lone.Sent.Select(s => s.Message).OfType<SipRequest>().Last(r => r.Method == SipMethods.Notify)
                .Headers.Get(SipHeaderId.SubscriptionState));
    }

    [Fact]
    public void TheTimeOutTellsTheLatestThatIsKnown()
    {
        var (lone, call) = Referred(To);
        var referral = Accept(lone);
        lone.Reply(lone.LastRequest, 200).RunTo(170).Do(now => call.NotifyRefer(referral, 180, now));
        lone.Do(now => call.NotifyRefer(referral, 183, now));

        lone.RunTo(180);

        var told = lone.Sent.Select(s => s.Message).OfType<SipRequest>().Last(r => r.Method == SipMethods.Notify);
        AssertNotify(told, "refer", "terminated;reason=timeout", "SIP/2.0 183 Session Progress\r\n");
    }

    [Fact]
    public void AHangUpTellsWhoWaitsBeforeTheBye()
    {
        var (lone, call) = Referred(To);
        Accept(lone);
        lone.Reply(lone.LastRequest, 200);

        lone.Do(now => call.Hangup(now));

        var sent = lone.Sent.Select(s => s.Message).OfType<SipRequest>().TakeLast(2).ToArray();
        Assert.Equal((SipMethods.Notify, SipMethods.Bye), (sent[0].Method, sent[1].Method));
        Assert.Equal("terminated;reason=noresource", sent[0].Headers.Get(SipHeaderId.SubscriptionState));
    }

    /// <summary>The outcome that waited for the answer of the NOTIFY before goes out with the end.</summary>
    [Fact]
    public void AHangUpDoesNotSwallowTheOutcome()
    {
        var (lone, call) = Referred(To);
        var referral = Accept(lone);

        lone.Do(now => call.NotifyRefer(referral, 200, now)).Do(now => call.Hangup(now));

        var told = lone.Sent.Select(s => s.Message).OfType<SipRequest>().Last(r => r.Method == SipMethods.Notify);
        AssertNotify(told, "refer", "terminated;reason=noresource", "SIP/2.0 200 OK\r\n");
    }

    [Fact]
    public void AnUnansweredReferIsAnsweredWhenThePeerHangsUp()
    {
        var (lone, call) = Referred(To);

        lone.Receive(lone.InDialog(call, SipMethods.Bye, 50));

        Assert.Contains(481, lone.Codes);
        Assert.False(call.AcceptRefer(Last(lone), lone.Now));
    }

    /// <summary>The peer's side: a status line is read out of what it is told, and nothing else.</summary>
    [Theory]
    [InlineData("SIP/2.0 200 OK\r\n", 200)]
    [InlineData("SIP/2.0 603 Declined\r\nX: y\r\n", 603)]
    [InlineData("SIP/2.0 180", 180)]
    [InlineData("SIP/2.0 2000 OK", 0)]
    [InlineData("SIP/2.0 99x", 0)]
    [InlineData("SIP/2.0 720 No", 0)]
    [InlineData("INVITE sip:a@b SIP/2.0", 0)]
    [InlineData("", 0)]
    public void ASipFragIsReadByItsStatusLine(string body, int code)
    {
        var isRead = SipFrag.TryReadStatus(System.Text.Encoding.UTF8.GetBytes(body), out var read);

        Assert.Equal(code != 0, isRead);
        if (isRead) Assert.Equal(code, read);
    }

    [Fact]
    public void APhoneThatRingsIsAskedToAnswer()
    {
        var lone = new Lone();
        var call = lone.Outgoing();
        Assert.False(call.AskToTalk(lone.Now));
        lone.Reply(lone.LastRequest, 180);

        lone.Do(now => Assert.True(call.AskToTalk(now)));

        Assert.Equal((SipMethods.Notify, "talk"),
            (lone.LastRequest.Method, lone.LastRequest.Headers.Get(SipHeaderId.Event)));
        lone.Reply(lone.LastRequest, 481);
        Assert.Equal(SipCallState.Calling, call.State);
    }

    private static (Lone Lone, SipCall Call) Referred(string headers)
    {
        var lone = new Lone();
        var call = lone.Up();
        lone.Receive(lone.InDialog(call, SipMethods.Refer, 2, Contact + headers));
        return (lone, call);
    }

    private static SipReferral Last(Lone lone) => lone.Events.OfType<SipEvent.Referred>().Last().Referral;

    private static SipReferral Accept(Lone lone)
    {
        var referral = Last(lone);
        lone.Do(now => Assert.True(referral.Call.AcceptRefer(referral, now)));
        return referral;
    }

    private static void AssertNotify(SipRequest notify, string name, string state, string body)
    {
        Assert.Equal(SipMethods.Notify, notify.Method);
        Assert.Equal(name, notify.Headers.Get(SipHeaderId.Event));
        Assert.Equal(state, notify.Headers.Get(SipHeaderId.SubscriptionState));
        Assert.Equal(SipFrag.ContentType, notify.Headers.Get(SipHeaderId.ContentType));
        Assert.Equal(body, System.Text.Encoding.UTF8.GetString(notify.Body.Span));
    }
}
