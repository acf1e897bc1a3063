using System.Collections.Immutable;
using OrleansAcd.Contracts;

namespace OrleansAcd.Routing;

/// <summary>A queue's ready agents, grouped by the wait from which on they may take calls, each group in the strategy's
/// order.</summary>
/// <remarks>Immutable; every change is O(log n), and so is the best agent, for a handful of groups: there are no more
/// of them than steps of relaxation.</remarks>
public sealed class AgentPool
{
    private readonly IComparer<Candidate> _order;
    private readonly ImmutableDictionary<AgentId, Candidate> _byId;
    private readonly ImmutableSortedDictionary<TimeSpan, ImmutableSortedSet<Candidate>> _groups;

    private AgentPool(
        IComparer<Candidate> order, ImmutableDictionary<AgentId, Candidate> byId,
        ImmutableSortedDictionary<TimeSpan, ImmutableSortedSet<Candidate>> groups) =>
        (_order, _byId, _groups) = (order, byId, groups);

    public int Count => _byId.Count;

    public static AgentPool Create(IComparer<Candidate> order) => new(
        order, ImmutableDictionary<AgentId, Candidate>.Empty,
        ImmutableSortedDictionary<TimeSpan, ImmutableSortedSet<Candidate>>.Empty);

    public bool Contains(AgentId agent) => _byId.ContainsKey(agent);

    /// <summary>Adds an agent, or replaces what is known of it.</summary>
    public AgentPool With(Candidate candidate)
    {
        var groups = Without(candidate.Agent)._groups;
        var group = groups.GetValueOrDefault(candidate.EligibleFrom) ?? ImmutableSortedSet.Create(_order);
        return new AgentPool(
            _order, _byId.SetItem(candidate.Agent, candidate),
            groups.SetItem(candidate.EligibleFrom, group.Add(candidate)));
    }

    public AgentPool Without(AgentId agent)
    {
        if (!_byId.TryGetValue(agent, out var candidate)) return this;

        var group = _groups[candidate.EligibleFrom].Remove(candidate);
        var groups = group.IsEmpty
            ? _groups.Remove(candidate.EligibleFrom)
            : _groups.SetItem(candidate.EligibleFrom, group);
        return new AgentPool(_order, _byId.Remove(agent), groups);
    }

    /// <summary>The first agent in the strategy's order who may take a call that has waited this long.</summary>
    public Candidate? Best(TimeSpan wait)
    {
        Candidate? best = null;
        foreach (var (from, group) in _groups)
        {
            if (from > wait) break;
            if (best is null || _order.Compare(group.Min!, best) < 0) best = group.Min;
        }

        return best;
    }

    /// <summary>The least wait, longer than the given one, at which more of these agents may take the call; null:
    /// none.</summary>
    public TimeSpan? NextEligibility(TimeSpan wait)
    {
        foreach (var from in _groups.Keys)
        {
            if (from > wait) return from == SkillRules.Never ? null : from;
        }

        return null;
    }

    /// <summary>The agents a decision looked at, best first, those who may not take the call last.</summary>
    public ImmutableArray<Candidate> Considered(TimeSpan wait, int max)
    {
        if (_groups.Count == 1) return First(max);

        var able = new List<Candidate>();
        var unable = new List<Candidate>();
        foreach (var (from, group) in _groups)
        {
            var list = from > wait ? unable : able;
            var taken = 0;
            foreach (var candidate in group)
            {
                if (taken++ == max) break;
                list.Add(candidate);
            }
        }

        able.Sort(_order);
        able.AddRange(unable);
        return [.. able.Count > max ? able.GetRange(0, max) : able];
    }

    private ImmutableArray<Candidate> First(int max)
    {
        var list = ImmutableArray.CreateBuilder<Candidate>(Math.Min(max, Count));
        foreach (var group in _groups.Values)
        {
            foreach (var candidate in group)
            {
                if (list.Count == max) break;
                list.Add(candidate);
            }
        }

        return list.ToImmutable();
    }
}
