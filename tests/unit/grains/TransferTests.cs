using OrleansAcd.Calls;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;
using Xunit;

namespace OrleansAcd.Tests.Unit.Grains;

/// <summary>Transfers: nobody is cut, nobody loses the place, talk counts for who talked.</summary>
public sealed class TransferTests
{
    [Fact]
    public void ABlindTransferReachesTheColleagueAndFreesTheAgent()
    {
        var s = CallScenario.Talk().Control(63, new CallControl.BlindTransfer("bob"), Given.Colleague("bob"));
        Assert.Equal(("", "1"), (s.Heard, s.Music));
        Assert.Equal(SummonsKind.Transfer, s.Last.OfType<CallEffect.Summon>().Single().Summons.Kind);

        s.Comes(70, "bob", 3);
        Assert.Equal(("1<3 3<1", new AgentId("bob")), (s.Heard, s.State.Agent!.Value));
        Assert.Equal(2, s.Sent<Hangup>().Single().Leg.Value);
        s.Ends(70.1, 2, LegEndReason.LocalHangup);
        Assert.Equal(ReleaseReason.Finished, s.Last.OfType<CallEffect.ReleaseAgent>().Single().Reason);
    }

    [Fact]
    public void EveryTransferIsAStretchOfItsOwnAndTalkGoesToWhoTalked()
    {
        var s = CallScenario.Talk().Control(63, new CallControl.BlindTransfer("bob"), Given.Colleague("bob"))
            .Comes(70, "bob", 3).CallerLeaves(100);

        var (first, second) = (s.State.Segments[0], s.State.Segments[1]);
        Assert.Equal(("alice", 60, 7, QueueOutcome.TransferredOut),
            (first.Agent!.Value.Value, first.TalkSeconds, first.HoldSeconds, first.Outcome));
        Assert.Equal(("bob", 30, 0, QueueOutcome.Answered),
            (second.Agent!.Value.Value, second.TalkSeconds, second.HoldSeconds, second.Outcome));
        Assert.Equal(2, s.All.OfType<CallEffect.CountTalk>().Count());
    }

    [Theory]
    [InlineData(486)]
    [InlineData(480)]
    [InlineData(503)]
    public void ATransferThatFailsBringsCallerAndAgentTogetherAgain(int code)
    {
        var s = CallScenario.Talk().Control(63, new CallControl.BlindTransfer("bob"), Given.Colleague("bob"))
            .Step(new CallEvent.Summoned(CallScenario.Granted("bob", 3, 63)), 63.1).Fail(65, code, 3);

        Assert.Equal("1<2 2<1", s.Heard);
        Assert.Contains("show:transfer-failed", s.LastNames(), StringComparison.Ordinal);
    }

    [Fact]
    public void ATargetThatDoesNotAnswerHasADeadline()
    {
        var s = CallScenario.Talk().Control(63, new CallControl.BlindTransfer("bob"), Given.Colleague("bob"))
            .Step(new CallEvent.Summoned(CallScenario.Granted("bob", 3, 63)), 63.1).Progress(64, 3).Tick(83.2);

        Assert.Equal("1<2 2<1", s.Heard);
        Assert.Single(s.Sent<CancelDial>());
        Assert.Equal(ReleaseReason.RingNoAnswer, s.Last.OfType<CallEffect.ReleaseAgent>().Single().Reason);
    }

    [Theory]
    [InlineData("the agent is busy")]
    [InlineData("the agent is not ready")]
    public void AnAgentWhoDoesNotComeCostsNothing(string why)
    {
        var s = CallScenario.Talk().Control(63, new CallControl.BlindTransfer("bob"), Given.Colleague("bob"))
            .Step(new CallEvent.Summoned(new SummonsAnswer(Given.Call, new(3), new("bob"), null, null, why)), 63.1);

        Assert.Equal("1<2 2<1", s.Heard);
        Assert.Contains(s.State.Timeline, t => t.Detail.Contains(why, StringComparison.Ordinal));
    }

    [Fact]
    public void ASummonsThatNobodyAnswersHasADeadlineAndALateAgentIsGivenBack()
    {
        var s = CallScenario.Talk().Control(63, new CallControl.BlindTransfer("bob"), Given.Colleague("bob")).Tick(66);
        Assert.Equal("1<2 2<1", s.Heard);

        s.Step(new CallEvent.Summoned(CallScenario.Granted("bob", 3, 66)), 66.1);
        Assert.Equal("release:CallerGone", s.LastNames());
    }

    [Fact]
    public void AnAgentWhoHangsUpDuringATransferLeavesTheCallerToTheTarget()
    {
        var s = Ringing().Ends(66, 2);
        Assert.Equal(("", "1"), (s.Heard, s.Music));

        Assert.Equal("1<3 3<1", s.Answer(68, 3).Heard);
        Assert.Equal(["alice", "bob"], s.State.Segments.Select(x => x.Agent!.Value.Value));
    }

    [Fact]
    public void AFailedTransferWhoseAgentHasGoneIsBackAtTheOldPlace()
    {
        var s = Ringing().Ends(66, 2).Fail(70, 486, 3);

        Assert.Equal(CallPhase.Queued, s.State.Phase);
        var ticket = s.Last.OfType<CallEffect.Enqueue>().Single().Ticket;
        Assert.Equal((Given.T0, Given.T0.AddSeconds(70)), (ticket.EnqueuedAt, ticket.WaitsSince));
    }

    [Fact]
    public void ATransferBackIntoAQueueKeepsThePlaceAndTheTalkIsNoWait()
    {
        var s = CallScenario.Talk().Control(63, new CallControl.BlindTransfer("sales"), Given.Line(Given.Sales));

        var ticket = s.Last.OfType<CallEffect.Enqueue>().Single().Ticket;
        Assert.Equal((Given.Sales, Given.T0, Given.T0.AddSeconds(63)),
            (ticket.Queue, ticket.EnqueuedAt, ticket.WaitsSince!.Value));
        Assert.Equal((CallPhase.Queued, "1"), (s.State.Phase, s.Music));
        Assert.Equal(QueueOutcome.TransferredOut, s.State.Segments[0].Outcome);
        Assert.Equal(Given.Sales, s.State.Segments[1].Queue);
        s.Ends(63.1, 2, LegEndReason.LocalHangup);
        Assert.Equal(ReleaseReason.Finished, s.Last.OfType<CallEffect.ReleaseAgent>().Single().Reason);
    }

    [Fact]
    public void ANumberOutsideIsDialledThroughItsTrunkWithTheNumberThatWasCalled()
    {
        var s = CallScenario.Talk().Control(63, new CallControl.BlindTransfer("+15559999"), Given.Outside());

        var dial = s.Sent<Dial>().Single();
        Assert.Equal(("provider", EncryptionPolicy.Require), (dial.Trunk, dial.Encryption));
        Assert.Equal(("sip:+15559999@provider.example;transport=tls", "tls"),
            (dial.Contacts[0].Uri, dial.Contacts[0].Transport));
        Assert.Equal(("sip:support@acd", 0), (dial.From.Uri, dial.Headers.Length));
        Assert.DoesNotContain("5559999", string.Join('\n', s.State.Timeline), StringComparison.Ordinal);
        Assert.Equal("1<3 3<1", s.Answer(70, 3).Heard);
        Assert.Equal("provider", s.State.Segments[1].Target);
    }

    [Fact]
    public void CompletingAConsultationGivesTheCallerToTheExpert()
    {
        var s = HearingTests.Consulted().Control(20, new CallControl.CompleteTransfer());

        Assert.Equal(("1<3 3<1", ""), (s.Heard, s.Music));
        Assert.Equal(2, s.Sent<Hangup>().Single().Leg.Value);
        Assert.Equal(7, s.State.Segments[0].TalkSeconds);
    }

    [Fact]
    public void WhoTakesAHeldCallerHearsTheCaller() => Assert.Equal(
        "1<3 3<1",
        CallScenario.Talk().Control(10, new CallControl.Hold(null))
            .Control(11, new CallControl.BlindTransfer("bob"), Given.Colleague("bob")).Comes(12, "bob", 3).Heard);

    [Fact]
    public void CompletingWhileItRingsIsATransfer()
    {
        var s = CallScenario.Talk().Control(10, new CallControl.Consult("bob"), Given.Colleague("bob"))
            .Control(11, new CallControl.CompleteTransfer()).Comes(12, "bob", 3);

        Assert.Equal("1<3 3<1", s.Heard);
    }

    [Theory]
    [InlineData(LegEndReason.RemoteHangup)]
    [InlineData(LegEndReason.MediaLost)]
    public void AnExpertWhoIsLostInAConsultationNeverCostsTheCaller(LegEndReason reason)
    {
        var s = HearingTests.Consulted().Ends(20, 3, reason);

        Assert.Equal(("1<2 2<1", ""), (s.Heard, s.Music));
    }

    [Theory]
    [InlineData(LegEndReason.RemoteHangup)]
    [InlineData(LegEndReason.MediaLost)]
    public void AnAgentWhoGoesDuringAConsultationLeavesTheCallerToTheExpert(LegEndReason reason) =>
        Assert.Equal("1<3 3<1", HearingTests.Consulted().Ends(20, 2, reason).Heard);

    [Fact]
    public void AnAgentWhoIsLostWhileTheExpertRingsLosesTheCallersPlaceForNobody()
    {
        var s = CallScenario.Talk().Control(10, new CallControl.Consult("bob"), Given.Colleague("bob"))
            .Ends(11, 2, LegEndReason.MediaLost).Tick(13);

        Assert.Equal(CallPhase.Queued, s.State.Phase);
        Assert.Equal(Given.T0, s.Last.OfType<CallEffect.Enqueue>().Single().Ticket.EnqueuedAt);
    }

    [Fact]
    public void AConferenceGoesOnWhenTheAgentHangsUp()
    {
        var s = HearingTests.Consulted().Control(20, new CallControl.Conference()).Ends(30, 2);

        Assert.Equal(("1<3 3<1", new AgentId("bob")), (s.Heard, s.State.Agent!.Value));
    }

    [Fact]
    public void TheLastOneWithTheCallerCannotBeRemoved()
    {
        var s = CallScenario.Talk().Control(10, new CallControl.RemoveParty(new LegId(2)));

        Assert.Equal(ControlRefusal.Impossible, s.Reply.Refusal);
        Assert.Equal("1<2 2<1", s.Heard);
    }

    [Fact]
    public void WhenTheCallerLeavesEverybodyIsLetGoAndTheRecordHasOneOutcome()
    {
        var s = HearingTests.Consulted().CallerLeaves(20);
        Assert.Equal([2, 3], s.Sent<Hangup>().Select(h => h.Leg.Value));

        s.Ends(20.1, 2, LegEndReason.LocalHangup).Ends(20.2, 3, LegEndReason.LocalHangup);
        Assert.Equal((CallPhase.Ended, QueueOutcome.Answered), (s.State.Phase, s.State.Outcome));
        Assert.Single(s.All.OfType<CallEffect.Complete>());
        Assert.Equal(2, s.All.OfType<CallEffect.ReleaseAgent>().Count(r => r.Reason == ReleaseReason.Finished));
    }

    [Fact]
    public void KeysAreSentAndStandNowhereElse()
    {
        var keys = new CallControl.PressKeys(LegId.Caller, "12#", TimeSpan.FromMilliseconds(100));
        var s = CallScenario.Talk().Control(10, keys);

        Assert.Equal("12#", s.Sent<SendDtmf>().Single().Digits);
        Assert.DoesNotContain("12#", string.Join('\n', s.State.Timeline) + keys, StringComparison.Ordinal);
        s.Control(11, keys with { Digits = "12x" });
        Assert.Equal(ControlRefusal.Invalid, s.Reply.Refusal);
    }

    private static CallScenario Ringing() => CallScenario.Talk()
        .Control(63, new CallControl.BlindTransfer("bob"), Given.Colleague("bob"))
        .Step(new CallEvent.Summoned(CallScenario.Granted("bob", 3, 63)), 63.1).Progress(64, 3);
}
