using System.Collections.Immutable;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Routing;
using Xunit;

namespace OrleansAcd.Tests.Unit.Grains;

/// <summary>Definitions 1.1 and 1.3: service levels, strategies, skills, and the order of waiting calls.</summary>
public sealed class RoutingTests
{
    /// <summary>The ICMI sample: A=1000, B=60, A≤20=860, B≤20=20, S=10.</summary>
    [Theory]
    [InlineData(ServiceLevelFormula.Sl1, 0.8302)]
    [InlineData(ServiceLevelFormula.Sl2, 0.8600)]
    [InlineData(ServiceLevelFormula.Sl3, 0.8113)]
    [InlineData(ServiceLevelFormula.Sl4, 0.8269)]
    [InlineData(ServiceLevelFormula.Sl5, 0.8208)]
    [InlineData(ServiceLevelFormula.Sl6, 0.8190)]
    public void ServiceLevelsOfTheIcmiSample(ServiceLevelFormula formula, double expected)
    {
        var day = IntervalStatistics.Empty;
        for (var i = 0; i < 860; i++) day = day.WithAnswered(TimeSpan.FromSeconds(i % 21));
        for (var i = 0; i < 140; i++) day = day.WithAnswered(TimeSpan.FromSeconds(21 + i));
        for (var i = 0; i < 10; i++) day = day.WithAbandoned(TimeSpan.FromSeconds(3), isShort: true);
        for (var i = 0; i < 10; i++) day = day.WithAbandoned(TimeSpan.FromSeconds(20), isShort: false);
        for (var i = 0; i < 40; i++) day = day.WithAbandoned(TimeSpan.FromSeconds(20.5), isShort: false);

        var counts = day.Within(TimeSpan.FromSeconds(20));

        Assert.Equal(new WaitCounts(1000, 860, 60, 20, 10), counts);
        Assert.Equal(expected, ServiceLevel.Of(counts, formula)!.Value, 4);
    }

    [Fact]
    public void AnEmptyIntervalHasNoServiceLevelAndNoAsa()
    {
        Assert.Null(ServiceLevel.Of(IntervalStatistics.Empty.Within(TimeSpan.FromSeconds(20))));
        Assert.Null(IntervalStatistics.Empty.Asa());
        Assert.Null(IntervalStatistics.Empty.AbandonmentRate());
    }

    [Fact]
    public void WithinIsInclusive()
    {
        var day = IntervalStatistics.Empty.WithAnswered(TimeSpan.FromSeconds(20))
            .WithAnswered(TimeSpan.FromSeconds(20.001));

        Assert.Equal(1, day.Within(TimeSpan.FromSeconds(20)).AnsweredWithin);
    }

    [Fact]
    public void AsaIsTheMeanWaitOfAnsweredCallsOnly()
    {
        var day = IntervalStatistics.Empty.WithAnswered(TimeSpan.FromSeconds(4)).WithAnswered(TimeSpan.FromSeconds(8))
            .WithAbandoned(TimeSpan.FromSeconds(600), isShort: false);

        Assert.Equal(TimeSpan.FromSeconds(6), day.Asa());
        Assert.Equal(TimeSpan.FromSeconds(8), day.AnsweredPercentile(0.9));
    }

    [Fact]
    public void ShortAbandonsAreNeitherOfferedNorAbandoned()
    {
        var day = IntervalStatistics.Empty.WithOffered().WithOffered().WithOffered()
            .WithAbandoned(TimeSpan.FromSeconds(2), isShort: true)
                .WithAbandoned(TimeSpan.FromSeconds(9), isShort: false)
            .WithAnswered(TimeSpan.FromSeconds(1));

        Assert.Equal(0.5, day.AbandonmentRate());
    }

    [Theory]
    [InlineData(RoutingStrategy.LongestIdle, "anna")]
    [InlineData(RoutingStrategy.MostSkilled, "bert")]
    [InlineData(RoutingStrategy.LeastSkilled, "cleo")]
    [InlineData(RoutingStrategy.FewestCalls, "dora")]
    [InlineData(RoutingStrategy.RoundRobin, "emil")]
    public void EachStrategyHasItsWinner(RoutingStrategy strategy, string winner)
    {
        var pool = AgentPool.Create(CandidateOrder.For(strategy))
            .With(Agent("anna", ready: 1, sum: 3, skills: 3, calls: 5, turn: 4))
            .With(Agent("bert", ready: 2, sum: 9, skills: 4, calls: 5, turn: 3))
            .With(Agent("cleo", ready: 3, sum: 3, skills: 1, calls: 5, turn: 2))
            .With(Agent("dora", ready: 4, sum: 3, skills: 3, calls: 0, turn: 5))
            .With(Agent("emil", ready: 5, sum: 3, skills: 3, calls: 5, turn: 1));

        Assert.Equal(winner, pool.Best(TimeSpan.Zero)!.Agent.Value);
    }

    [Theory]
    [InlineData(RoutingStrategy.LongestIdle)]
    [InlineData(RoutingStrategy.MostSkilled)]
    [InlineData(RoutingStrategy.LeastSkilled)]
    [InlineData(RoutingStrategy.FewestCalls)]
    [InlineData(RoutingStrategy.RoundRobin)]
    public void TheLastTieIsTheAgentsId(RoutingStrategy strategy)
    {
        var pool = AgentPool.Create(CandidateOrder.For(strategy)).With(Agent("zoe")).With(Agent("adam"))
            .With(Agent("mia"));

        Assert.Equal("adam", pool.Best(TimeSpan.Zero)!.Agent.Value);
        Assert.Equal("mia", pool.Without(new AgentId("adam")).Best(TimeSpan.Zero)!.Agent.Value);
    }

    [Fact]
    public void SkillsRelaxWithTheWaitAndNeverTighten()
    {
        ImmutableArray<SkillRequirement> need =
        [
            new("english", 3, [new SkillRelaxation(TimeSpan.FromSeconds(30), 1),
                new SkillRelaxation(TimeSpan.FromSeconds(60), 2)]),
        ];

        Assert.Equal(TimeSpan.Zero, SkillRules.EligibleFrom(need, Skills(("english", 3))));
        Assert.Equal(TimeSpan.FromSeconds(30), SkillRules.EligibleFrom(need, Skills(("english", 1))));
        Assert.Equal(SkillRules.Never, SkillRules.EligibleFrom(need, Skills()));
        Assert.Equal(1, SkillRules.MinAt(need[0], TimeSpan.FromSeconds(90)));
    }

    [Fact]
    public void AnAbsentSkillMeetsOnlyANeedThatIsGone()
    {
        ImmutableArray<SkillRequirement> need = [new("english", 3, [new SkillRelaxation(TimeSpan.FromSeconds(45), 0)])];

        Assert.Equal(TimeSpan.FromSeconds(45), SkillRules.EligibleFrom(need, Skills(("french", 5))));
        Assert.Equal(SkillRules.Never, SkillRules.EligibleFrom([new("english", 1, [])], Skills(("french", 5))));
    }

    [Fact]
    public void AnAgentThatMayNotTakeTheCallYetIsPassedOver()
    {
        var pool = AgentPool.Create(CandidateOrder.LongestIdle)
            .With(Agent("anna", ready: 1, from: 30)).With(Agent("bert", ready: 9));

        Assert.Equal("bert", pool.Best(TimeSpan.FromSeconds(10))!.Agent.Value);
        Assert.Equal("anna", pool.Best(TimeSpan.FromSeconds(30))!.Agent.Value);
        Assert.Equal(TimeSpan.FromSeconds(30), pool.NextEligibility(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void PriorityThenEnqueueTimeThenIdOrderTheLine()
    {
        var line = WaitingLine.Empty.Add(Given.Ticket("c", 5)).Add(Given.Ticket("b", 1)).Add(Given.Ticket("a", 5))
            .Add(Given.Ticket("vip", 9, priority: 1));

        Assert.Equal(["vip", "b", "a", "c"], line.InOrder().Select(r => r.Call.Value));
        Assert.Equal(3, line.PositionOf(new CallId("a")));
    }

    [Fact]
    public void AHeldCallKeepsItsPlaceAndIsNotOffered()
    {
        var line = WaitingLine.Empty.Add(Given.Ticket("a", 1)).Add(Given.Ticket("b", 2)).Hold(new CallId("a"));

        Assert.Equal("b", line.Best(TimeSpan.Zero, Given.T0.AddSeconds(9))!.Value.Call.Value);
        Assert.Equal("a", line.Free(new CallId("a")).Best(TimeSpan.Zero, Given.T0.AddSeconds(9))!.Value.Call.Value);
        Assert.Equal(1, line.PositionOf(new CallId("a")));
    }

    [Fact]
    public void TheLineAgreesWithASortedListWhateverHappens()
    {
        for (var seed = 0; seed < 50; seed++) CheckLine(seed);
    }

    [Fact]
    public void ADecisionNamesWhoWasConsideredAndWhy()
    {
        var winner = Agent("bert", ready: 2);
        var pool = AgentPool.Create(CandidateOrder.LongestIdle).With(winner).With(Agent("anna", ready: 3))
            .With(Agent("cleo", ready: 1, from: 30));

        var decision = Decisions.Explain(
            RoutingStrategy.LongestIdle, pool, winner, TimeSpan.FromSeconds(5), Given.T0.AddSeconds(12), waiting: 4);

        Assert.Equal("longest idle: 10 s", decision.Reason);
        Assert.Equal(["bert", "anna", "cleo"], decision.Considered.Select(c => c.Agent.Value));
        Assert.Equal(["chosen", "later in order", "lacks a skill before 30 s of wait"],
            decision.Considered.Select(c => c.Verdict));
    }

    private static void CheckLine(int seed)
    {
        var random = new Random(seed);
        var line = WaitingLine.Empty;
        var model = new SortedSet<CallRank>();
        for (var i = 0; i < 200; i++)
        {
            var ticket = Given.Ticket($"c{random.Next(60)}", random.Next(30), random.Next(3));
            if (line.Find(ticket.Call) is { } there)
            {
                line = line.Remove(ticket.Call);
                model.Remove(WaitingLine.RankOf(there));
            }
            else
            {
                line = line.Add(ticket);
                model.Add(WaitingLine.RankOf(ticket));
            }

            Assert.Equal(model, line.InOrder());
            var before = Given.T0.AddSeconds(random.Next(30));
            Assert.Equal(model.Count(r => r.EnqueuedAt < before), line.CountBefore(before));
            Assert.Equal(model.Count > 0 ? model.Min(r => (DateTimeOffset?)r.EnqueuedAt) : null,
                line.OldestEnqueuedAt());
            var now = Given.T0.AddSeconds(30);
            var from = TimeSpan.FromSeconds(random.Next(30));
            var best = model.Where(r => now - r.EnqueuedAt >= from).Select(r => (CallRank?)r).FirstOrDefault();
            Assert.True(best == line.Best(from, now), $"seed {seed}");
        }
    }

    private static Candidate Agent(
        string id, double ready = 0, int sum = 0, int skills = 0, int calls = 0, long turn = 0, double from = 0) =>
        new(new AgentId(id), Given.T0.AddSeconds(ready), sum, skills, calls, turn, TimeSpan.FromSeconds(from));

    private static ImmutableSortedDictionary<string, int> Skills(params (string Name, int Level)[] skills) =>
        skills.ToImmutableSortedDictionary(s => s.Name, s => s.Level);
}
