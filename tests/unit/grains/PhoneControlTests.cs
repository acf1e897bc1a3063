using OrleansAcd.Calls;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;
using Xunit;

namespace OrleansAcd.Tests.Unit.Grains;

/// <summary>What phones ask for by themselves: REFER, Replaces, direct calls, hold.</summary>
public sealed class PhoneControlTests
{
    private static readonly CallId Other = new("call-2");

    /// <summary>RFC 3515 section 2.4.4: 100 first, then how it goes, then a final code.</summary>
    [Fact]
    public void AReferIsABlindTransferAndThePhoneHearsHowItGoes()
    {
        var s = Refer(Given.Colleague("bob"));
        Assert.Equal([100], Progress(s));

        s.Step(new CallEvent.Summoned(CallScenario.Granted("bob", 3, 20)), 20.1).Progress(21, 3);
        Assert.Equal([180], Progress(s));
        s.Answer(22, 3);
        Assert.Equal([200], Progress(s));
        Assert.Equal("1<3 3<1", s.Heard);
        var order = s.Last.OfType<CallEffect.Send>().Select(e => e.Command.GetType().Name).ToList();
        Assert.True(order.IndexOf("ReferProgress") < order.IndexOf("Hangup"), "told before its dialog ends");
    }

    [Fact]
    public void AReferThatFailsTellsTheCodeAndTheCallerIsBackAtTheAgent()
    {
        var s = Refer(Given.Colleague("bob")).Step(new CallEvent.Summoned(CallScenario.Granted("bob", 3, 20)), 20.1)
            .Fail(21, 486, 3);

        Assert.Equal([486], Progress(s));
        Assert.Equal("1<2 2<1", s.Heard);
    }

    [Fact]
    public void AReferToNobodyIsTold404() => Assert.Equal([404], Progress(Refer(null)));

    [Fact]
    public void AReferIntoAQueueIsDoneAtOnce()
    {
        var s = Refer(Given.Line(Given.Sales));

        Assert.Equal([200], Progress(s));
        Assert.Equal((CallPhase.Queued, Given.Sales), (s.State.Phase, s.State.Route!.Queue));
    }

    /// <summary>RFC 4488: Refer-Sub: false.</summary>
    [Fact]
    public void APhoneThatDoesNotWantToKnowIsNotTold()
    {
        var s = CallScenario.Talk();
        s.Step(
            new CallEvent.Media(new LegReferred(Given.Call, 1, 99, new(2), "bob", null, null, "", false))
            {
                Target = Given.Colleague("bob"),
            },
            20);

        Assert.Empty(Progress(s));
        Assert.NotNull(s.State.Transfer);
    }

    [Fact]
    public void ACallerFromOutsideTransfersNobody()
    {
        var s = CallScenario.Talk().Step(
            new CallEvent.Media(new LegReferred(Given.Call, 1, 99, LegId.Caller, "bob", null, null, "", true))
            {
                Target = Given.Colleague("bob"),
            },
            20);

        Assert.Equal([603], Progress(s));
        Assert.Equal("1<2 2<1", s.Heard);
    }

    /// <summary>RFC 3891 in Refer-To: the party of the phone's other call comes, then the phone's legs go.</summary>
    [Fact]
    public void AnAttendedTransferByPhoneTakesThePartyOutOfTheOtherCall()
    {
        var s = ReferToOther();
        var asked = s.Last.OfType<CallEffect.AskHandOver>().Single().Request;
        Assert.Equal((Other, Given.Call, 2, 1), (asked.Asked, asked.Asker, asked.AskerLeg.Value, asked.Replaced.Value));

        var theirs = Given.Reservation(7, "bob", "call-2");
        s.Step(new CallEvent.HandedOver(
            new HandOverAnswer(Given.Call, new(2), Other, new(2), new("bob"), theirs, "")), 20.1);
        var take = s.Sent<TakeLeg>().Single();
        Assert.Equal((3, Other, 2), (take.Leg.Value, take.FromCall, take.FromLeg.Value));

        s.Answer(20.2, 3);
        Assert.Equal("1<3 3<1", s.Heard);
        Assert.Equal([200], Progress(s));
        Assert.Equal(theirs, s.Last.OfType<CallEffect.MoveAgent>().Single().Reservation);
        Assert.Equal(new AgentId("bob"), s.State.Agent);

        var ours = Given.Reservation(8, "bob");
        s.Step(new CallEvent.Summoned(new SummonsAnswer(Given.Call, new(3), new("bob"), ours, null, "")), 20.3);
        Assert.Equal(ours, s.Last.OfType<CallEffect.ConfirmAgent>().Single().Reservation);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AnOtherCallThatGivesNobodyChangesNothing(bool answers)
    {
        var s = ReferToOther();
        if (answers)
        {
            s.Step(new CallEvent.HandedOver(
                new HandOverAnswer(Given.Call, new(2), Other, null, null, null, "gone")), 20.1);
        }
        else s.Tick(25);

        Assert.Equal([answers ? 481 : 503], Progress(s));
        Assert.Equal("1<2 2<1", s.Heard);
    }

    [Fact]
    public void ADirectCallGivesItsOtherPartyAndIsOver()
    {
        var s = Direct().Comes(2, "bob", 2).Step(
            new CallEvent.HandOverAsked(
                new HandOver(Given.Call, Other, new(2), Given.Node, LegId.Caller, new("alice"), false)),
            9);
        var given = s.Last.OfType<CallEffect.GiveHandOver>().Single().Answer;
        Assert.Equal((2, "bob"), (given.Leg!.Value.Value, given.Party!.Value.Value));

        s.Ends(9.1, 2, LegEndReason.Moved);
        Assert.Equal((CallPhase.Closing, QueueOutcome.TransferredOut), (s.State.Phase, s.State.Outcome));
        Assert.DoesNotContain(s.Last, e => e is CallEffect.ReleaseAgent { Reservation.Agent.Value: "bob" });
        s.Step(new CallEvent.Verified(given.Reservation!), 9.2);
        Assert.Empty(s.Last);
    }

    /// <summary>The REFER came in the second call's dialog: the call with the customer goes on all the same.</summary>
    [Fact]
    public void TheCallWithTheCustomerPullsTheOthersParty()
    {
        var s = CallScenario.Talk().Step(
            new CallEvent.HandOverAsked(
                new HandOver(Given.Call, Other, LegId.Caller, Given.Node, new(2), Given.Alice, false)),
            9);

        var back = s.Last.OfType<CallEffect.AskHandOver>().Single().Request;
        Assert.Equal((Other, Given.Call, 1, true), (back.Asked, back.Asker, back.Replaced.Value, back.IsReturned));
    }

    [Fact]
    public void AnotherPhoneOfTheSameAgentTakesTheConversation()
    {
        var s = Replacing("alice");
        Assert.Equal("Answer", s.LastNames());

        s.Answer(21, 1_000_000);
        Assert.Equal("1<1000000 1000000<1", s.Heard);
        Assert.Equal(2, s.Sent<Hangup>().Single().Leg.Value);
        s.Ends(21.1, 2, LegEndReason.LocalHangup);
        Assert.DoesNotContain(s.Last, e => e is CallEffect.ReleaseAgent);
        Assert.Equal(CallPhase.Talking, s.State.Phase);
    }

    [Theory]
    [InlineData("bob")]
    [InlineData(null)]
    public void NobodyElseMayReplaceAnAgent(string? account)
    {
        var s = Replacing(account);

        Assert.Equal(403, s.Sent<Reject>().Single().SipCode);
        Assert.Equal("1<2 2<1", s.Heard);
    }

    /// <summary>Routing decides who takes a call: nobody picks up what rings elsewhere, not even its agent, whose other
    /// phones ring as well.</summary>
    [Theory]
    [InlineData("alice")]
    [InlineData("bob")]
    public void WhatRingsIsNotPickedUp(string account)
    {
        var s = new CallScenario().Offer().Assign().Progress(2);

        s.Media(3, n => new LegReplacing(
            Given.Call, 1, n, LegId.FirstByNode, new(2), Given.Caller, new AgentId(account)));

        Assert.Equal(403, s.Sent<Reject>().Single().SipCode);
        Assert.Equal(CallPhase.Ringing, s.State.Phase);
        Assert.Contains(s.State.Timeline, entry => entry.Kind == "replace-refused");
    }

    [Fact]
    public void AnAgentsPhoneCallsAColleagueWithoutAQueue()
    {
        var s = Direct();
        Assert.Equal([SummonsKind.Engage, SummonsKind.Direct],
            s.Last.OfType<CallEffect.Summon>().Select(e => e.Summons.Kind));
        Assert.Empty(s.Sent<Answer>());

        s.Comes(2, "bob", 2);
        Assert.Equal(LegId.Caller, s.Sent<Answer>().Single().Leg);
        Assert.Equal(("1<2 2<1", CallPhase.Talking), (s.Heard, s.State.Phase));
        s.Ends(30, 2);
        Assert.Equal((CallPhase.Closing, QueueOutcome.Answered), (s.State.Phase, s.State.Outcome));
    }

    [Fact]
    public void ADirectCallThatIsNotTakenIsRejectedWithItsReason()
    {
        var s = Direct().Step(new CallEvent.Summoned(CallScenario.Granted("bob", 2, 1)), 1).Fail(3, 486);

        Assert.Equal(486, s.Sent<Reject>().Single().SipCode);
        Assert.Equal((CallPhase.Ended, QueueOutcome.Rejected), (s.State.Phase, s.State.Outcome));
        Assert.Equal(ReleaseReason.CallerGone, s.Last.OfType<CallEffect.ReleaseAgent>().First().Reason);
    }

    [Fact]
    public void WhoCallsDirectlyIsHeldForItAndHasNoWrapUp()
    {
        var mine = Given.Reservation(50, "alice", expires: 60);
        var s = Direct().Step(new CallEvent.Summoned(
            new SummonsAnswer(Given.Call, LegId.Caller, Given.Alice, mine, Given.Phone, "")), 0.1);
        Assert.Equal(mine, s.Last.OfType<CallEffect.ConfirmAgent>().Single().Reservation);

        s.Comes(2, "bob", 2).CallerLeaves(30);
        Assert.Equal(ReleaseReason.Void,
            s.Last.OfType<CallEffect.ReleaseAgent>().Single(r => r.Reservation == mine).Reason);
    }

    [Fact]
    public void AnUnansweredCallerCanBeRedirected()
    {
        var s = Direct().Control(1, new CallControl.RedirectCaller("carol"), Given.Colleague("carol"));

        Assert.Equal("sip:carol@acd", s.Sent<Redirect>().Single().Contacts[0]);
        Assert.Equal((CallPhase.Ended, QueueOutcome.TransferredOut), (s.State.Phase, s.State.Outcome));
        Assert.Equal(ControlRefusal.Impossible,
            CallScenario.Talk().Control(4, new CallControl.RedirectCaller("x"), Given.Colleague("bob")).Reply.Refusal);
    }

    [Fact]
    public void ARingingPhoneIsAskedToAnswer()
    {
        var s = new CallScenario().Offer().Assign().Progress(2).Control(3, new CallControl.AnswerPhone());

        Assert.Equal(2, s.Sent<AskToAnswer>().Single().Leg.Value);
    }

    private static CallScenario Refer(DialTarget? target)
    {
        var s = CallScenario.Talk();
        return s.Step(
            new CallEvent.Media(new LegReferred(Given.Call, 1, s.State.SeenSequence + 1, new(2), "x", null, null, "",
                true)) { Target = target },
            20).Sync();
    }

    private static CallScenario ReferToOther()
    {
        var s = CallScenario.Talk();
        return s.Media(20, n => new LegReferred(Given.Call, 1, n, new(2), "bob", Other, new(1), "", true));
    }

    private static CallScenario Replacing(string? account) => CallScenario.Talk().Media(20, n => new LegReplacing(
        Given.Call, 1, n, LegId.FirstByNode, new(2), Given.Caller,
        account is null ? null : new AgentId(account)));

    /// <summary>Alice's phone calls bob.</summary>
    private static CallScenario Direct() => new CallScenario().Step(
        new CallEvent.Offered(Given.Offered("bob") with { Account = Given.Alice }, null)
        {
            Target = Given.Colleague("bob"),
        },
        0);

    private static List<int> Progress(CallScenario s) => [.. s.Sent<ReferProgress>().Select(p => p.SipCode)];
}
