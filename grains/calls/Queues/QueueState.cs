using System.Collections.Immutable;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Routing;

namespace OrleansAcd.Calls;

/// <summary>All that the Queue machine knows. The zero value is an empty line without agents.</summary>
/// <remarks>Never stored: after a restart the live calls come again with their original tickets, the agents announce
/// themselves.</remarks>
public sealed record QueueState
{
    public static readonly QueueState Empty = new();

    /// <summary>Counts changes.</summary>
    public long Version { get; init; }

    /// <summary>The queue's rules; null: never defined, then the defaults of <see cref="QueueMachine"/> hold.</summary>
    public QueueDefinition? Definition { get; init; }

    /// <summary>The centre has no such queue (any more): nobody waits here.</summary>
    public bool IsDropped { get; init; }

    /// <summary>Everybody who waits, those included who are offered to an agent just now.</summary>
    public WaitingLine Line { get; init; } = WaitingLine.Empty;

    /// <summary>Ready agents to whom nothing is offered by this queue.</summary>
    public AgentPool Pool { get; init; } = AgentPool.Create(CandidateOrder.LongestIdle);

    public ImmutableDictionary<AgentId, QueueMember> Members { get; init; } =
        ImmutableDictionary<AgentId, QueueMember>.Empty;

    /// <summary>One outstanding offer for each call at most.</summary>
    public ImmutableDictionary<CallId, OpenOffer> Offers { get; init; } = ImmutableDictionary<CallId, OpenOffer>.Empty;

    /// <summary>The open offers in the order in which they run out.</summary>
    public ImmutableSortedSet<OfferExpiry> Expiries { get; init; } = ImmutableSortedSet<OfferExpiry>.Empty;

    /// <summary>Members by what they do.</summary>
    public PresenceCounts Counts { get; init; }

    public IntervalStatistics Today { get; init; } = IntervalStatistics.Empty;

    /// <summary>The day's conversations.</summary>
    public TalkFigures Talk { get; init; }

    /// <summary>The UTC day that <see cref="Today"/> counts.</summary>
    public DateOnly Day { get; init; }

    /// <summary>Counts offers, for round robin.</summary>
    public long Turn { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    /// <summary>After a restart among waiting calls: nobody is matched before all had time to come again.</summary>
    public DateTimeOffset? SettleUntil { get; init; }

    /// <summary>The one instant at which the machine wants a Tick.</summary>
    public DateTimeOffset? Deadline { get; init; }

    public bool Settles => SettleUntil is not null;
}

/// <summary>An agent of the queue as it last told.</summary>
/// <param name="UsedEpoch">The readiness that an offer of this queue has used: the agent has to announce itself
/// anew.</param>
/// <param name="Turn">The queue's turn at the last offer to the agent.</param>
public sealed record QueueMember(AgentNotice Notice, long UsedEpoch, long Turn);

/// <summary>A call offered to an agent: at first without, then with the reservation that the agent granted.</summary>
public sealed record OpenOffer(
    AgentOffer Offer, RoutingDecision Decision, Reservation? Reservation, DateTimeOffset Until);

/// <summary>When an open offer runs out.</summary>
public readonly record struct OfferExpiry(DateTimeOffset Until, CallId Call) : IComparable<OfferExpiry>
{
    public int CompareTo(OfferExpiry other)
    {
        var byTime = Until.CompareTo(other.Until);
        return byTime != 0 ? byTime : string.CompareOrdinal(Call.Value, other.Call.Value);
    }

    public static bool operator <(OfferExpiry left, OfferExpiry right) => left.CompareTo(right) < 0;
    public static bool operator >(OfferExpiry left, OfferExpiry right) => left.CompareTo(right) > 0;
    public static bool operator <=(OfferExpiry left, OfferExpiry right) => left.CompareTo(right) <= 0;
    public static bool operator >=(OfferExpiry left, OfferExpiry right) => left.CompareTo(right) >= 0;
}

/// <summary>What was talked in a queue's calls.</summary>
public readonly record struct TalkFigures(double TalkSeconds, double HoldSeconds, long Handled);

/// <summary>How many members do what.</summary>
public readonly record struct PresenceCounts(
    int LoggedOut, int NotReady, int Ready, int Ringing, int Talking, int WrapUp)
{
    /// <summary>One member more (or, with -1, less) of a presence; Reserved counts as ringing.</summary>
    public PresenceCounts Plus(Presence presence, int one) => presence switch
    {
        Presence.NotReady => this with { NotReady = NotReady + one },
        Presence.Ready => this with { Ready = Ready + one },
        Presence.Reserved or Presence.Ringing => this with { Ringing = Ringing + one },
        Presence.Talking => this with { Talking = Talking + one },
        Presence.WrapUp => this with { WrapUp = WrapUp + one },
        _ => this with { LoggedOut = LoggedOut + one },
    };
}
