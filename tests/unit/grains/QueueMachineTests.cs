using OrleansAcd.Calls;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Routing;
using Xunit;

namespace OrleansAcd.Tests.Unit.Grains;

/// <summary>The waiting line and its matching, rule by rule.</summary>
public sealed class QueueMachineTests
{
    private QueueState _state = QueueMachine.Step(QueueState.Empty, new QueueEvent.Started(Given.Queue(), []), Given.T0)
        .Next;
    private List<QueueEffect> _last = [];

    [Fact]
    public void ACallGoesToTheLongestIdleAgent()
    {
        Ready("anna", 1, readySince: -5);
        Ready("bert", 1, readySince: -9);
        Enqueue("c1", 1);

        Assert.Equal("bert", Offers().Single().Agent.Value);
    }

    [Fact]
    public void ARefusedCallIsOfferedToTheNextAgent()
    {
        Ready("anna", 1, readySince: -5);
        Ready("bert", 1, readySince: -9);
        Enqueue("c1", 1);
        Step(new QueueEvent.Refused(Offers().Single()), 1.1);

        Assert.Equal("anna", Offers().Single().Agent.Value);
    }

    [Fact]
    public void AnAgentGrainThatDoesNotAnswerLosesTheOffer()
    {
        Ready("anna", 1);
        Enqueue("c1", 1);
        Ready("bert", 2, at: 2);
        Step(new QueueEvent.Tick(), 4);

        Assert.Equal("bert", Offers().Single().Agent.Value);
    }

    [Fact]
    public void AFailedOfferLeavesTheCallFirst()
    {
        Ready("anna", 1);
        Enqueue("c1", 1);
        Enqueue("c2", 2);
        var reservation = Given.Reservation(7, "anna", "c1");
        Step(new QueueEvent.Granted(reservation, Given.Phone), 2);
        Step(new QueueEvent.OfferFailed(reservation, OfferFailure.RingNoAnswer), 17);
        Ready("bert", 5, at: 18);

        Assert.Equal("c1", Offers().Single().Call!.Value.Value);
    }

    [Fact]
    public void AGrantForACallThatLeftIsGivenBack()
    {
        Ready("anna", 1);
        Enqueue("c1", 1);
        Step(new QueueEvent.Left(new CallId("c1"), QueueOutcome.Abandoned), 2);
        Step(new QueueEvent.Granted(Given.Reservation(7, "anna", "c1"), Given.Phone), 2.1);

        Assert.Equal(ReleaseReason.CallerGone, _last.OfType<QueueEffect.ReleaseAgent>().Single().Reason);
    }

    [Fact]
    public void AnOlderNoticeIsIgnored()
    {
        Ready("anna", 5);
        Step(new QueueEvent.AgentChanged(Given.Notice("anna", 4, Presence.Talking)), 1);

        Assert.Equal(1, _state.Pool.Count);
    }

    [Fact]
    public void SkillsRelaxWhileTheCallerWaitsWithoutAnyOtherEvent()
    {
        Define(Given.Queue(skills: new SkillRequirement("english", 3,
            [new SkillRelaxation(TimeSpan.FromSeconds(30), 1)])));
        Step(new QueueEvent.AgentChanged(Given.Notice("anna", 1, skills: ("english", 1))), 0);
        Enqueue("c1", 1);
        Assert.Empty(Offers());
        Assert.Equal(Given.T0.AddSeconds(31), _state.Deadline);

        Step(new QueueEvent.Tick(), 31);
        Assert.Equal("anna", Offers().Single().Agent.Value);
    }

    [Fact]
    public void AnOverdueCallOverflowsUnlessItHasMovedTooOften()
    {
        Define(Given.Queue(overflow: new OverflowRule(TimeSpan.FromSeconds(60), Given.Sales)));
        Step(new QueueEvent.Enqueued(Given.Ticket("stays", 0, hops: Ticket.HopsMax)), 0);
        Enqueue("moves", 1);
        Assert.Equal(Given.T0.AddSeconds(61), _state.Deadline);

        Step(new QueueEvent.Tick(), 61);
        Assert.Equal("moves", _last.OfType<QueueEffect.Overflow>().Single().Call.Value);
        Assert.Equal(1, _state.Today.FlowedOut);
        Assert.NotNull(_state.Line.Find(new CallId("stays")));
    }

    [Fact]
    public void APriorityChangeAppliesToThoseWhoWait()
    {
        Enqueue("c1", 1);
        Define(Given.Queue() with { Priority = 5 });

        Assert.Equal(5, _state.Line.InOrder().Single().Priority);
    }

    [Fact]
    public void AChangedRingTimeoutAppliesToThoseWhoWait()
    {
        Enqueue("c1", 1);
        Define(Given.Queue() with { RingTimeout = TimeSpan.FromSeconds(7) });
        Ready("anna", 2, at: 2);

        Assert.Equal(TimeSpan.FromSeconds(7), Offers().Single(o => o.Call is not null).RingTimeout);
    }

    [Fact]
    public void AQueueThatTheCentreDropsLetsItsCallsGoAndThoseThatComeLate()
    {
        Enqueue("c1", 1);
        Step(new QueueEvent.Defined(null), 2);
        Assert.Equal("c1", Gone().Single().Value);
        Assert.Equal(0, _state.Line.Count);

        Enqueue("c2", 3);
        Assert.Equal("c2", Gone().Single().Value);
        Step(new QueueEvent.Defined(Given.Queue()), 4);
        Enqueue("c3", 5);
        Assert.Empty(Gone());
    }

    [Fact]
    public void AnOfferOfADroppedQueueGoesOnAndItsCallIsLetGoWhenItFails()
    {
        Ready("anna", 1);
        Enqueue("c1", 2);
        var reservation = Given.Reservation(agent: "anna", call: "c1");
        Step(new QueueEvent.Granted(reservation, Given.Phone), 3);
        Step(new QueueEvent.Defined(null), 4);
        Assert.Empty(Gone());

        Step(new QueueEvent.OfferFailed(reservation, OfferFailure.RingNoAnswer), 5);
        Assert.Equal("c1", Gone().Single().Value);
    }

    [Fact]
    public void AfterARestartNobodyIsMatchedUntilAllHadTimeToComeAgain()
    {
        Ready("anna", 1);
        Step(new QueueEvent.Enqueued(Given.Ticket("second", -10)), 0.2);
        Assert.Empty(Offers());
        Step(new QueueEvent.Enqueued(Given.Ticket("first", -20)), 1.5);
        Step(new QueueEvent.Tick(), 2.5);

        Assert.Equal("first", Offers().Single().Call!.Value.Value);
    }

    [Fact]
    public void OneMoreDayStartsWithEmptyFigures()
    {
        Enqueue("c1", 1);
        Step(new QueueEvent.Left(new CallId("c1"), QueueOutcome.Answered), 5);
        Assert.Equal(1, _state.Today.Answered);

        Step(new QueueEvent.Tick(), 24 * 3600);
        Assert.Equal(0, _state.Today.Answered);
    }

    [Fact]
    public void RoundRobinAdvancesOnTheOffer()
    {
        Define(Given.Queue(RoutingStrategy.RoundRobin));
        Ready("anna", 1);
        Ready("bert", 1);
        Enqueue("c1", 1);
        var first = Offers().Single();
        Step(new QueueEvent.Left(new CallId("c1"), QueueOutcome.Abandoned), 2);
        Ready(first.Agent.Value, 2, at: 3);
        Enqueue("c2", 4);

        Assert.Equal(("anna", "bert"), (first.Agent.Value, Offers().Single().Agent.Value));
    }

    /// <summary>Definitions 1.3, the fairness invariant: nobody waits while an eligible agent is free or gets a later
    /// call.</summary>
    [Fact]
    public void NoEnvyAndNoLostPlaceWhateverHappens()
    {
        for (var seed = 0; seed < 100; seed++) new QueueProperty(seed).Run(steps: 400);
    }

    private void Define(QueueDefinition queue) => Step(new QueueEvent.Defined(queue), 0);

    private void Enqueue(string call, double at) => Step(new QueueEvent.Enqueued(Given.Ticket(call, at)), at);

    private void Ready(string agent, long epoch, double readySince = 0, double at = 0) =>
        Step(new QueueEvent.AgentChanged(Given.Notice(agent, epoch, readySince: readySince)), at);

    private List<CallId> Gone() => [.. _last.OfType<QueueEffect.LetGo>().Select(e => e.Call)];

    private List<AgentOffer> Offers() =>
        [.. _last.OfType<QueueEffect.OfferAgent>().Select(e => e.Offer).Where(o => o.Call is not null)];

    private void Step(QueueEvent e, double at)
    {
        (_state, var effects) = QueueMachine.Step(_state, e, Given.T0.AddSeconds(at));
        _last = [.. effects];
    }
}
