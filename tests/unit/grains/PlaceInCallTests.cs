using OrleansAcd.Calls;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;
using Xunit;

namespace OrleansAcd.Tests.Unit.Grains;

/// <summary>Who is where in a call when several do something at once: two supervisors, agents who watch and are watched
/// as consulted, conferences whose agent goes; and what counts for whom.</summary>
public sealed class PlaceInCallTests
{
    private static readonly AgentId Sue = new("sue");
    private static readonly AgentId Tom = new("tom");
    private static readonly AgentId Bob = new("bob");
    private static readonly SupervisionMode[] All = Enum.GetValues<SupervisionMode>();

    [Fact]
    public void AWhisperIsForTheAgentWhoIsWatchedAlsoWhenAColleagueConsultsIt()
    {
        var s = HearingTests.Consulted().Control(
            20, new CallControl.Watch(Sue, SupervisionMode.Whisper) { Agent = Bob }, null, All).Comes(21, "sue", 4);
        Assert.Equal(("2<3 3<2 3<4 4<2 4<3", "1"), (s.Heard, s.Music));

        s.Control(22, new CallControl.Swap());
        Assert.Equal(("1<2 2<1 3<4 4<3", "3"), (s.Heard, s.Music));
        s.Control(23, new CallControl.Conference()).Control(23, new CallControl.Swap());
        Assert.Equal("1<2 1<3 2<1 2<3 3<1 3<2 3<4 4<1 4<2 4<3", s.Heard);
    }

    [Fact]
    public void WhereTheWatchedAgentIsNotInTheCallTheAgentWhoTalksIsCoached()
    {
        var s = CallScenario.Talk().Control(
            20, new CallControl.Watch(Sue, SupervisionMode.Whisper) { Agent = Bob }, null, All).Comes(21, "sue", 3);

        Assert.Equal("1<2 2<1 2<3 3<1 3<2", s.Heard);
    }

    [Fact]
    public void EveryAgentInTheCallIsToldThatSomebodyListensWhereTheQueueSaysSo()
    {
        var s = CallScenario.Talk(Given.Route() with { MonitoringVisible = true })
            .Control(10, new CallControl.Consult("bob"), Given.Colleague("bob")).Comes(11, "bob", 3)
            .Step(new CallEvent.Summoned(CallScenario.Granted("nobody", 9, 12)), 12)
            .Control(20, new CallControl.Watch(Sue, SupervisionMode.Monitor), null, All).Comes(21, "sue", 4);

        Assert.Equal([("alice", true), ("bob", true)], Told(s));
        s.Ends(30, 4);
        Assert.Equal([("alice", false), ("bob", false)], Told(s));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AgentsAreToldAgainWhetherSomebodyListensInCaseTheyHaveRestarted(bool isListening)
    {
        var s = HearingTests.Watched(SupervisionMode.Monitor, Given.Route() with { MonitoringVisible = true });
        if (!isListening) s.Ends(12, 3);
        s.Tick(3 + CallMachine.TalkRefresh.TotalSeconds + 5);

        Assert.Equal([("alice", isListening)], Told(s));
    }

    [Fact]
    public void OfTwoSupervisorsWhoWereCalledToTakeOverTheFirstDoesAndTheOtherListens()
    {
        var s = CallScenario.Talk()
            .Control(10, new CallControl.Watch(Sue, SupervisionMode.TakeOver), null, All)
            .Control(10, new CallControl.Watch(Tom, SupervisionMode.TakeOver), null, All)
            .Comes(11, "sue", 3).Comes(12, "tom", 4);

        Assert.Equal("1<3 3<1 4<1 4<3", s.Heard);
        Assert.Equal(SupervisionMode.Monitor, s.State.Find(Tom)!.Mode);
        Assert.Equal(["alice", "sue"], s.State.Segments.Select(x => x.Agent!.Value.Value));
    }

    [Fact]
    public void TwoSupervisorsOfOneCallAreHeardEachAsTheModeSays()
    {
        var s = HearingTests.Watched(SupervisionMode.Whisper)
            .Control(20, new CallControl.Watch(Tom, SupervisionMode.Barge), null, All).Comes(21, "tom", 4);
        Assert.Equal("1<2 1<4 2<1 2<3 2<4 3<1 3<2 3<4 4<1 4<2", s.Heard);

        s.Ends(30, 3);
        Assert.Equal("1<2 1<4 2<1 2<4 4<1 4<2", s.Heard);
    }

    [Fact]
    public void AConferenceThatItsAgentLeavesToSomebodyOutsideCountsForTheAgentNoMore()
    {
        var s = CallScenario.Talk().Control(10, new CallControl.AddParty("+1"), Given.Outside()).Answer(11, 3)
            .Ends(33, 2);
        Assert.Equal(("1<3 3<1", null), (s.Heard, s.State.Agent));

        s.CallerLeaves(53);
        Assert.Equal(
            [("alice", "", 30.0), ("", "provider", 20.0)],
            s.State.Segments.Select(x => (x.Agent?.Value ?? "", x.Target, x.TalkSeconds)));
    }

    [Fact]
    public void ATransferThatFailsAfterItsAgentLeftTheConferenceLeavesTheCallerToTheColleague()
    {
        var s = CallScenario.Talk().Control(10, new CallControl.AddParty("bob"), Given.Colleague("bob"))
            .Comes(11, "bob", 3).Control(20, new CallControl.BlindTransfer("carol"), Given.Colleague("carol"))
            .Ends(21, 2).Step(new CallEvent.Summoned(new SummonsAnswer(
                Given.Call, new(4), new("carol"), null, null, "the agent is busy")), 22);

        Assert.Equal((CallPhase.Talking, "1<3 3<1", Bob), (s.State.Phase, s.Heard, s.State.Agent!.Value));
        s.CallerLeaves(40);
        Assert.Equal(("bob", 18.0), (s.State.Segments[^1].Agent!.Value.Value, s.State.Segments[^1].TalkSeconds));
    }

    [Fact]
    public void ASupervisorWhoTookOverAndTransfersAndGoesDoesNotGiveTheCallerBackMeanwhile()
    {
        var s = HearingTests.Watched(SupervisionMode.TakeOver)
            .Control(20, new CallControl.BlindTransfer("bob"), Given.Colleague("bob")).Ends(22, 3);
        Assert.Equal(("", "1"), (s.Heard, s.Music));

        s.Comes(30, "bob", 4);
        Assert.Equal("1<4 4<1", s.Heard);
        Assert.Equal(["alice", "sue", "bob"], s.State.Segments.Select(x => x.Agent!.Value.Value));
    }

    [Fact]
    public void ATransferThatFailsBringsTheAgentBackWhoseSupervisorHadTakenOverAndGone()
    {
        var s = HearingTests.Watched(SupervisionMode.TakeOver)
            .Control(20, new CallControl.BlindTransfer("bob"), Given.Colleague("bob")).Ends(22, 3)
            .Step(new CallEvent.Summoned(new SummonsAnswer(
                Given.Call, new(4), new("bob"), null, null, "the agent is busy")), 23);

        Assert.Equal(("1<2 2<1", Given.Alice), (s.Heard, s.State.Agent!.Value));
        Assert.NotNull(s.State.OpenSegment!.AnsweredAt);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ACallerWhoWasMutedIsHeardByWhoTakesTheCallNext(bool byQueue)
    {
        var s = CallScenario.Talk().Control(10, new CallControl.Mute(LegId.Caller));
        if (byQueue)
        {
            s.Control(11, new CallControl.BlindTransfer("support"), Given.Line(Given.Support))
                .Step(new CallEvent.Assigned(Given.Assignment(Given.Reservation(9, "bob", expires: 40))), 12)
                .Answer(13, 3);
        }
        else s.Control(11, new CallControl.BlindTransfer("bob"), Given.Colleague("bob")).Comes(12, "bob", 3);

        Assert.Equal("1<3 3<1", s.Heard);
    }

    /// <summary>Definitions section 3, pain 7: talk goes to who talked, also beside the caller, and once.</summary>
    [Theory]
    [InlineData("complete", 9, 20)]
    [InlineData("cancel", 9, 0)]
    [InlineData("conference", 29, 0)]
    [InlineData("agent-goes", 19, 10)]
    public void WhoIsConsultedIsCreditedWithEverySecondOnce(string how, double beside, double served)
    {
        var s = HearingTests.Consulted();
        if (how == "complete") s.Control(20, new CallControl.CompleteTransfer());
        if (how == "cancel") s.Control(20, new CallControl.CancelConsult());
        if (how is "conference" or "agent-goes") s.Control(20, new CallControl.Conference());
        if (how == "agent-goes") s.Ends(30, 2);
        s.CallerLeaves(40);

        var counted = s.All.OfType<CallEffect.CountTalk>().Select(c => c.Segment).Where(x => x.Agent == Bob).ToList();
        Assert.Equal(beside, counted.Where(x => x.Queue is null).Sum(x => x.TalkSeconds));
        Assert.Equal(served, counted.Where(x => x.Queue is not null).Sum(x => x.TalkSeconds));
    }

    [Fact]
    public void WhoCallsAColleagueTalksAsLongAsTheColleague()
    {
        var leg = Given.Offered("bob") with { Account = Given.Alice };
        var s = new CallScenario().Step(new CallEvent.Offered(leg, null) { Target = Given.Colleague("bob") }, 0)
            .Comes(10, "bob", 2).CallerLeaves(40);

        Assert.Equal(
            [("alice", 30.0), ("bob", 30.0)],
            s.All.OfType<CallEffect.CountTalk>().Select(c => (c.Segment.Agent!.Value.Value, c.Segment.TalkSeconds))
                .Order());
    }

    [Theory]
    [InlineData(LegEndReason.RemoteHangup)]
    [InlineData(LegEndReason.Moved)]
    public void WhoIsHandedOverToAnotherCallIsCreditedOnce(LegEndReason reason)
    {
        var leg = Given.Offered("bob") with { Account = Given.Alice };
        var s = new CallScenario().Step(new CallEvent.Offered(leg, null) { Target = Given.Colleague("bob") }, 0)
            .Comes(10, "bob", 2).Ends(40, 2, reason);

        Assert.Equal(
            30.0,
            s.All.OfType<CallEffect.CountTalk>().Where(c => c.Segment.Agent == Bob).Sum(c => c.Segment.TalkSeconds));
    }

    [Theory]
    [InlineData(RecordingPolicy.Never, true)]
    [InlineData(RecordingPolicy.Always, false)]
    public void WhoRemainsOfAConferenceIsRecordedAsItsOwnRuleSays(RecordingPolicy rule, bool stops)
    {
        var s = new CallScenario();
        s.Offer().Answer(0.1, 1)
            .Step(new CallEvent.Assigned(Given.Assignment()) { Recording = new(RecordingPolicy.Always) }, 1).Answer(3);
        var bob = Given.Colleague("bob") with { Recording = new(rule) };
        s.Control(10, new CallControl.AddParty("bob"), bob).Comes(11, "bob", 3).Ends(30, 2);

        Assert.Equal(stops, s.State.Recording is null);
        Assert.Equal(stops, s.Sent<StopRecord>().Any());
    }

    private static IEnumerable<(string, bool)> Told(CallScenario s) =>
        s.Last.OfType<CallEffect.Monitored>().Select(m => (m.Reservation.Agent.Value, m.Shown));
}
