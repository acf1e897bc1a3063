using OrleansAcd.Calls;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;
using Xunit;

namespace OrleansAcd.Tests.Unit.Grains;

/// <summary>Supervisors in a call: permission, visibility, and what they never cost. Agents past the queues.</summary>
public sealed class SupervisionTests
{
    private static readonly AgentId Sue = new("sue");

    [Fact]
    public void WithoutTheRightForTheQueueNobodyListens()
    {
        var s = CallScenario.Talk().Control(
            10, new CallControl.Watch(Sue, SupervisionMode.Barge), null, SupervisionMode.Monitor);
        Assert.Equal(ControlRefusal.NotPermitted, s.Reply.Refusal);
        Assert.Empty(s.Last);

        s = HearingTests.Watched(SupervisionMode.Monitor).Control(
            20, new CallControl.ChangeWatch(Sue, SupervisionMode.TakeOver), null, SupervisionMode.Monitor);
        Assert.Equal(ControlRefusal.NotPermitted, s.Reply.Refusal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TheAgentSeesTheSupervisorWhereTheQueueSaysSo(bool visible)
    {
        var route = Given.Route() with { MonitoringVisible = visible };
        var s = HearingTests.Watched(SupervisionMode.Monitor, route);

        var view = CallViews.Of(s.State, Given.T0);
        Assert.Equal(visible, view.Legs.Any(l => l.Role == "supervisor"));
        Assert.Equal(visible, view.Timeline.Any(t => t.Kind.StartsWith("supervisor", StringComparison.Ordinal)));
        Assert.Equal(visible, s.Last.OfType<CallEffect.Monitored>().Any(m => m.Shown));
        Assert.Equal("1<2 2<1 3<1 3<2", s.Heard);
        s.Ends(30, 3);
        Assert.Equal(visible, s.Last.OfType<CallEffect.Monitored>().Any(m => !m.Shown));
    }

    [Fact]
    public void TheAgentToWhomTheCallerIsTransferredIsToldOfTheSupervisorToo()
    {
        var s = HearingTests.Watched(SupervisionMode.Monitor, Given.Route() with { MonitoringVisible = true });
        s.Control(30, new CallControl.BlindTransfer("bob"), Given.Colleague("bob")).Comes(32, "bob", 4);

        var told = s.All.OfType<CallEffect.Monitored>().Where(m => m.Reservation.Agent.Value == "bob");
        Assert.True(Assert.Single(told).Shown);
        s.Ends(40, 3);
        Assert.Equal(
            ("bob", false),
            s.Last.OfType<CallEffect.Monitored>().Select(m => (m.Reservation.Agent.Value, m.Shown)).Single());
    }

    [Fact]
    public void WhatIsHiddenIsInTheJournalAllTheSame()
    {
        var step = CallMachine.Step(
            CallScenario.Talk().State,
            new CallEvent.Controlled(new CallControl.Watch(Sue, SupervisionMode.Monitor))
            {
                May = [SupervisionMode.Monitor],
            },
            Given.T0.AddSeconds(10));

        Assert.True(step.Entries.Single().IsHidden);
    }

    [Fact]
    public void TheSupervisorIsToldWhatBecomesOfThePlace()
    {
        var s = HearingTests.Watched(SupervisionMode.Whisper);
        var report = s.Last.OfType<CallEffect.Report>().Single();
        Assert.Equal((Sue, true, SupervisionMode.Whisper),
            (report.Supervisor, report.Told.IsListening, report.Told.Mode));

        s.CallerLeaves(20).Ends(20.1, 3, LegEndReason.LocalHangup);
        Assert.False(s.Last.OfType<CallEffect.Report>().Single().Told.IsListening);
    }

    [Theory]
    [InlineData(LegEndReason.RemoteHangup)]
    [InlineData(LegEndReason.MediaLost)]
    public void ASupervisorWhoGoesCostsNobodyAnything(LegEndReason reason)
    {
        var s = HearingTests.Watched(SupervisionMode.Barge).Ends(20, 3, reason);

        Assert.Equal("1<2 2<1", s.Heard);
        Assert.Equal(ReleaseReason.Void, s.Last.OfType<CallEffect.ReleaseAgent>().Single().Reason);
    }

    [Fact]
    public void OnlyOneSupervisorTakesOver()
    {
        var s = HearingTests.Watched(SupervisionMode.TakeOver).Control(
            20, new CallControl.Watch(new("tom"), SupervisionMode.TakeOver), null, SupervisionMode.TakeOver);

        Assert.Equal(ControlRefusal.Impossible, s.Reply.Refusal);
    }

    [Fact]
    public void ACallThatNobodyTalksInIsNotWatched() => Assert.Equal(
        ControlRefusal.Impossible,
        new CallScenario().Offer()
            .Control(1, new CallControl.Watch(Sue, SupervisionMode.Monitor), null, SupervisionMode.Monitor)
            .Reply.Refusal);

    [Theory]
    [InlineData(SummonsKind.Transfer, null)]
    [InlineData(SummonsKind.Direct, null)]
    [InlineData(SummonsKind.Transfer, "the agent is not ready")]
    [InlineData(SummonsKind.Direct, null, true)]
    [InlineData(SummonsKind.Supervise, null, true)]
    public void AnAgentComesPastTheQueuesWhenReadyAndToDirectCallsAlsoWhenNot(
        SummonsKind kind, string? refused, bool notReady = false)
    {
        var s = new AgentScenario().Start().Phone(1);
        if (refused is not null || notReady) s.Ask(AgentWish.NotReady, 2, "lunch");
        s.Step(new AgentEvent.Summoned(SummonsOf(kind)), 3);

        var answer = s.Last.OfType<AgentEffect.AnswerSummons>().Single().Answer;
        Assert.Equal(refused ?? "", answer.Refused);
        Assert.Equal(refused is null ? Presence.Reserved : Presence.NotReady, s.State.Presence);
        if (refused is null) Assert.NotEmpty(answer.Phone!.Contacts);
    }

    [Fact]
    public void ABusyAgentDoesNotComeAndASummonsAskedTwiceIsAnsweredAlike()
    {
        var s = new AgentScenario().Start().Phone(1).Step(new AgentEvent.Summoned(SummonsOf(SummonsKind.Transfer)), 3);
        var first = s.Last.OfType<AgentEffect.AnswerSummons>().Single().Answer.Reservation;
        s.Step(new AgentEvent.Summoned(SummonsOf(SummonsKind.Transfer)), 4);
        Assert.Equal(first, s.Last.OfType<AgentEffect.AnswerSummons>().Single().Answer.Reservation);

        s.Step(new AgentEvent.Summoned(SummonsOf(SummonsKind.Transfer) with { Call = new("call-2") }), 5);
        Assert.Equal("the agent is busy", s.Last.OfType<AgentEffect.AnswerSummons>().Single().Answer.Refused);
    }

    [Fact]
    public void AReservationThatMovesLetsNoQueueComeBetween()
    {
        var s = new AgentScenario().Start().Phone(1).Bid("call-1", 2).Confirm(3);
        var old = s.State.Current!;
        s.Step(new AgentEvent.Moved(old, new("call-2"), new(3)), 9);

        var now = s.Last.OfType<AgentEffect.AnswerSummons>().Single().Answer.Reservation!;
        Assert.Equal((Presence.Talking, "call-2"), (s.State.Presence, now.Call.Value));
        s.Step(new AgentEvent.Released(old, ReleaseReason.Void), 10);
        Assert.Equal(Presence.Talking, s.State.Presence);
        s.Step(new AgentEvent.Released(now, ReleaseReason.Finished), 11);
        Assert.Equal(Presence.WrapUp, s.State.Presence);
    }

    [Fact]
    public void WhoWatchesAnAgentHearsOfItsCallsUntilTheLeaseIsOver()
    {
        var s = new AgentScenario().Start().Phone(1).Step(new AgentEvent.WatchAsked(Sue, true), 1.5);
        Assert.Null(s.Last.OfType<AgentEffect.TellWatcher>().Single().Call);

        s.Bid("call-1", 2).Confirm(3);
        Assert.Equal("call-1", s.Last.OfType<AgentEffect.TellWatcher>().Single().Call!.Value.Value);
        s.Release(ReleaseReason.Finished, 60);
        Assert.Empty(s.Last.OfType<AgentEffect.TellWatcher>());
    }

    [Fact]
    public void WatchersOfAnAgentAreBounded()
    {
        var s = new AgentScenario().Start().Phone(1);
        for (var i = 0; i < 50; i++) s.Step(new AgentEvent.WatchAsked(new($"sup{i:D2}"), true), 2);

        Assert.Equal(AgentMachine.WatchersMax, s.State.Watchers.Count);
    }

    private static Summons SummonsOf(SummonsKind kind) => new(
        Given.Call, new(3), Given.Alice, Given.Support, kind, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(10));
}
