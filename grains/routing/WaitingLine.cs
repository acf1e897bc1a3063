using System.Collections.Immutable;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Grains;

namespace OrleansAcd.Routing;

/// <summary>The calls that wait in one queue, in the one order of <see cref="CallRank"/>.</summary>
/// <remarks>Immutable; insert, remove, best and lookup are O(log n). A call that is offered to an agent is held: it
/// keeps its place but is not offered again until it is freed. Ranks are grouped in tiers, one for each priority; in a
/// tier the first has waited longest, so if an agent may not take the first yet, it may take none of that
/// tier.</remarks>
public sealed class WaitingLine
{
    public static readonly WaitingLine Empty = new(
        ImmutableDictionary<CallId, Ticket>.Empty, ImmutableSortedSet<CallRank>.Empty,
        ImmutableSortedSet<CallRank>.Empty);

    private readonly ImmutableDictionary<CallId, Ticket> _tickets;
    private readonly ImmutableSortedSet<CallRank> _free;
    private readonly ImmutableSortedSet<CallRank> _held;

    private WaitingLine(
        ImmutableDictionary<CallId, Ticket> tickets, ImmutableSortedSet<CallRank> free,
        ImmutableSortedSet<CallRank> held) =>
        (_tickets, _free, _held) = (tickets, free, held);

    public int Count => _tickets.Count;

    public int FreeCount => _free.Count;

    public static CallRank RankOf(Ticket ticket) => new(ticket.Priority, ticket.EnqueuedAt, ticket.Call);

    public Ticket? Find(CallId call) => _tickets.GetValueOrDefault(call);

    /// <summary>Adds a call at its place; one that is there already stays as it is.</summary>
    public WaitingLine Add(Ticket ticket) => _tickets.ContainsKey(ticket.Call)
        ? this
        : new WaitingLine(_tickets.Add(ticket.Call, ticket), _free.Add(RankOf(ticket)), _held);

    public WaitingLine Remove(CallId call)
    {
        if (Find(call) is not { } ticket) return this;

        var rank = RankOf(ticket);
        var held = _held.Remove(rank);
        return new WaitingLine(_tickets.Remove(call), ReferenceEquals(held, _held) ? _free.Remove(rank) : _free, held);
    }

    /// <summary>The call is offered: it keeps its place and is not offered to anybody else.</summary>
    public WaitingLine Hold(CallId call)
    {
        if (Find(call) is not { } ticket) return this;

        var rank = RankOf(ticket);
        return new WaitingLine(_tickets, _free.Remove(rank), _held.Add(rank));
    }

    /// <summary>The offer came to nothing: the call is at its old place and may be offered.</summary>
    public WaitingLine Free(CallId call)
    {
        if (Find(call) is not { } ticket) return this;

        var rank = RankOf(ticket);
        return new WaitingLine(_tickets, _free.Add(rank), _held.Remove(rank));
    }

    /// <summary>Gives every call another priority; the order among them stays.</summary>
    public WaitingLine WithPriority(int priority)
    {
        var tickets = _tickets.ToBuilder();
        foreach (var (call, ticket) in _tickets) tickets[call] = ticket with { Priority = priority };

        return new WaitingLine(
            tickets.ToImmutable(), [.. _free.Select(r => r with { Priority = priority })],
            [.. _held.Select(r => r with { Priority = priority })]);
    }

    /// <summary>The best free call that has waited at least this long; null: none.</summary>
    public CallRank? Best(TimeSpan eligibleFrom, DateTimeOffset now)
    {
        foreach (var head in FreeHeads())
        {
            if (now - head.EnqueuedAt >= eligibleFrom) return head;
        }

        return null;
    }

    /// <summary>The first free call of each priority, in order.</summary>
    public IEnumerable<CallRank> FreeHeads() => Heads(_free);

    /// <summary>All calls in order, offered or not.</summary>
    public IEnumerable<CallRank> InOrder()
    {
        using var held = _held.GetEnumerator();
        var hasHeld = held.MoveNext();
        foreach (var rank in _free)
        {
            for (; hasHeld && held.Current < rank; hasHeld = held.MoveNext()) yield return held.Current;
            yield return rank;
        }

        for (; hasHeld; hasHeld = held.MoveNext()) yield return held.Current;
    }

    /// <summary>The free calls in order.</summary>
    public IEnumerable<CallRank> FreeInOrder() => _free;

    /// <summary>When the call that has waited longest came; null: nobody waits.</summary>
    public DateTimeOffset? OldestEnqueuedAt()
    {
        DateTimeOffset? oldest = null;
        foreach (var head in Heads(_free).Concat(Heads(_held)))
        {
            if (oldest is null || head.EnqueuedAt < oldest) oldest = head.EnqueuedAt;
        }

        return oldest;
    }

    /// <summary>How many calls came before an instant: O(log n) for each priority.</summary>
    public int CountBefore(DateTimeOffset enqueuedBefore) =>
        CountBefore(_free, enqueuedBefore) + CountBefore(_held, enqueuedBefore);

    /// <summary>1 for the first in line; 0: not here.</summary>
    public int PositionOf(CallId call) => Find(call) is { } ticket
        ? IndexAfter(_free, RankOf(ticket)) + IndexAfter(_held, RankOf(ticket)) + 1
        : 0;

    private static int CountBefore(ImmutableSortedSet<CallRank> ranks, DateTimeOffset enqueuedBefore)
    {
        var count = 0;
        var start = 0;
        while (start < ranks.Count)
        {
            var priority = ranks[start].Priority;
            count += IndexAfter(ranks, new CallRank(priority, enqueuedBefore, new CallId(""))) - start;
            start = IndexAfter(ranks, EndOf(priority));
        }

        return count;
    }

    private static IEnumerable<CallRank> Heads(ImmutableSortedSet<CallRank> ranks)
    {
        var index = 0;
        while (index < ranks.Count)
        {
            var head = ranks[index];
            yield return head;
            index = IndexAfter(ranks, EndOf(head.Priority));
        }
    }

    /// <summary>Sorts after every call of a priority.</summary>
    private static CallRank EndOf(int priority) => new(priority, DateTimeOffset.MaxValue, new CallId("\uFFFF"));

    private static int IndexAfter(ImmutableSortedSet<CallRank> ranks, CallRank rank)
    {
        var index = ranks.IndexOf(rank);
        return index < 0 ? ~index : index;
    }
}
