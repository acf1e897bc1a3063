using System.Collections.Immutable;
using System.Globalization;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;

namespace OrleansAcd.Routing;

/// <summary>Puts a routing decision into words: who was looked at, who won, and why.</summary>
public static class Decisions
{
    /// <summary>At most so many candidates are kept with a decision.</summary>
    public const int ConsideredMax = 16;

    /// <summary>The winner for a call that has waited this long, chosen from the pool as it was before.</summary>
    public static RoutingDecision Explain(
        RoutingStrategy strategy, AgentPool pool, Candidate winner, TimeSpan wait, DateTimeOffset now, int waiting)
    {
        var considered = pool.Considered(wait, ConsideredMax);
        var list = ImmutableArray.CreateBuilder<ConsideredAgent>(considered.Length);
        foreach (var one in considered)
        {
            list.Add(new ConsideredAgent(one.Agent, one.ReadySince, one.SkillSum, Verdict(one, winner, wait)));
        }

        return new RoutingDecision(
            CandidateOrder.NameOf(strategy), winner.Agent, Reason(strategy, winner, now), waiting, pool.Count,
            list.MoveToImmutable());
    }

    private static string Verdict(Candidate one, Candidate winner, TimeSpan wait)
    {
        if (one.Agent == winner.Agent) return "chosen";
        if (one.EligibleFrom == SkillRules.Never) return "lacks a skill";
        return one.EligibleFrom > wait
            ? $"lacks a skill before {Seconds(one.EligibleFrom)} s of wait"
            : "later in order";
    }

    private static string Reason(RoutingStrategy strategy, Candidate winner, DateTimeOffset now) => strategy switch
    {
        RoutingStrategy.MostSkilled => $"most skilled: {Number(winner.SkillSum)} in all",
        RoutingStrategy.LeastSkilled => $"fewest skills that qualify: {Number(winner.SkillCount)}",
        RoutingStrategy.FewestCalls => $"fewest calls: {Number(winner.CallsHandled)}",
        RoutingStrategy.RoundRobin => "next in turn",
        _ => $"longest idle: {Seconds(now - winner.ReadySince)} s",
    };

    private static string Seconds(TimeSpan span) =>
        Math.Max(0, span.TotalSeconds).ToString("0.#", CultureInfo.InvariantCulture);

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
