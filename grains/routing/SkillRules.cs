using System.Collections.Immutable;
using OrleansAcd.Contracts.Centre;

namespace OrleansAcd.Routing;

/// <summary>Who may take a queue's calls, and from which wait on (definitions 1.3, skills with relaxation).</summary>
/// <remarks>A step of relaxation never raises the need, so an agent who may take a call may take every call that waits
/// longer: eligibility is one number, the wait from which on. That is what keeps matching O(log n).</remarks>
public static class SkillRules
{
    /// <summary>The agent never may.</summary>
    public static readonly TimeSpan Never = TimeSpan.MaxValue;

    /// <summary>The least wait at which an agent of these skills may take a call; <see cref="Never"/>: at
    /// none.</summary>
    public static TimeSpan EligibleFrom(
        ImmutableArray<SkillRequirement> required, ImmutableSortedDictionary<string, int> skills)
    {
        var from = TimeSpan.Zero;
        foreach (var need in required)
        {
            var one = EligibleFrom(need, skills);
            if (one > from) from = one;
        }

        return from;
    }

    /// <summary>The minimum that is asked for after a wait.</summary>
    public static int MinAt(SkillRequirement need, TimeSpan wait)
    {
        var min = need.Min;
        foreach (var step in need.Relax)
        {
            if (step.After <= wait) min = Math.Min(min, step.Min);
        }

        return min;
    }

    /// <summary>The agent's levels of the skills that the queue asks for, added up.</summary>
    public static int Sum(ImmutableArray<SkillRequirement> required, ImmutableSortedDictionary<string, int> skills)
    {
        var sum = 0;
        foreach (var need in required) sum += skills.GetValueOrDefault(need.Name);
        return sum;
    }

    private static TimeSpan EligibleFrom(SkillRequirement need, ImmutableSortedDictionary<string, int> skills)
    {
        if (Meets(need.Min, need.Name, skills)) return TimeSpan.Zero;

        var from = Never;
        foreach (var step in need.Relax)
        {
            if (step.After < from && Meets(step.Min, need.Name, skills)) from = step.After;
        }

        return from;
    }

    /// <summary>A skill that the agent has not is not a skill at level 0: it meets only a need that is gone.</summary>
    private static bool Meets(int min, string name, ImmutableSortedDictionary<string, int> skills) =>
        min <= 0 || (skills.TryGetValue(name, out var level) && level >= min);
}
