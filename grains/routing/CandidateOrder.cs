using OrleansAcd.Contracts.Centre;

namespace OrleansAcd.Routing;

/// <summary>The total orders of ready agents (definitions 1.3): who is less is asked first; the last tie is the agent's
/// id.</summary>
public static class CandidateOrder
{
    public static readonly IComparer<Candidate> LongestIdle = Comparer<Candidate>.Create(ByIdle);

    /// <summary>Highest sum of required skills, then longest idle.</summary>
    public static readonly IComparer<Candidate> MostSkilled =
        Comparer<Candidate>.Create((a, b) => Then(b.SkillSum.CompareTo(a.SkillSum), a, b));

    /// <summary>Smallest set of skills that qualifies, then longest idle: protects agents with scarce skills.</summary>
    public static readonly IComparer<Candidate> LeastSkilled = Comparer<Candidate>.Create((a, b) =>
        Then(First(a.SkillCount.CompareTo(b.SkillCount), a.SkillSum.CompareTo(b.SkillSum)), a, b));

    public static readonly IComparer<Candidate> FewestCalls =
        Comparer<Candidate>.Create((a, b) => Then(a.CallsHandled.CompareTo(b.CallsHandled), a, b));

    /// <summary>Least recently offered a call by this queue; the turn advances on the offer, not on the
    /// answer.</summary>
    public static readonly IComparer<Candidate> RoundRobin =
        Comparer<Candidate>.Create((a, b) => First(a.Turn.CompareTo(b.Turn), ById(a, b)));

    public static IComparer<Candidate> For(RoutingStrategy strategy) => strategy switch
    {
        RoutingStrategy.MostSkilled => MostSkilled,
        RoutingStrategy.LeastSkilled => LeastSkilled,
        RoutingStrategy.FewestCalls => FewestCalls,
        RoutingStrategy.RoundRobin => RoundRobin,
        _ => LongestIdle,
    };

    /// <summary>The strategy as the centre document and decisions spell it.</summary>
    public static string NameOf(RoutingStrategy strategy) => strategy switch
    {
        RoutingStrategy.MostSkilled => "most-skilled",
        RoutingStrategy.LeastSkilled => "least-skilled",
        RoutingStrategy.FewestCalls => "fewest-calls",
        RoutingStrategy.RoundRobin => "round-robin",
        _ => "longest-idle",
    };

    private static int Then(int first, Candidate a, Candidate b) => first != 0 ? first : ByIdle(a, b);

    private static int ByIdle(Candidate a, Candidate b) => First(a.ReadySince.CompareTo(b.ReadySince), ById(a, b));

    private static int ById(Candidate a, Candidate b) => string.CompareOrdinal(a.Agent.Value, b.Agent.Value);

    private static int First(int first, int second) => first != 0 ? first : second;
}
