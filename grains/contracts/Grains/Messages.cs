using System.Collections.Immutable;
using Orleans;
using OrleansAcd.Contracts.Media;

namespace OrleansAcd.Contracts.Grains;

/// <summary>A call's place in a line: it survives every failed offer, overflow and restart.</summary>
/// <param name="EnqueuedAt">When the call first waited; never changed afterwards.</param>
/// <param name="Priority">Higher goes first.</param>
/// <param name="Hops">How often the call has overflowed; at <see cref="HopsMax"/> it stays where it is.</param>
[GenerateSerializer, Immutable, Alias("acd.Ticket")]
public sealed record Ticket(CallId Call, QueueId Queue, DateTimeOffset EnqueuedAt, int Priority, int Hops = 0)
{
    public const int HopsMax = 4;

    /// <summary>When the wait began that this queue's figures count; null: with <see cref="EnqueuedAt"/>. A call that
    /// was transferred back keeps its place, but the talk before was no wait.</summary>
    [Id(0)]
    public DateTimeOffset? WaitsSince { get; init; }
}

/// <summary>An agent promised to one call by the Agent grain. Unconfirmed, it expires.</summary>
/// <param name="Epoch">Raised at each reservation of the agent: an older one is void.</param>
/// <param name="WrapUp">The wrap-up that follows the conversation.</param>
[GenerateSerializer, Immutable, Alias("acd.Reservation")]
public sealed record Reservation(
    AgentId Agent, CallId Call, QueueId Queue, long Epoch, DateTimeOffset ExpiresAt, TimeSpan WrapUp);

/// <summary>What the Call grain needs to ring the agent.</summary>
[GenerateSerializer, Immutable, Alias("acd.AgentPhone")]
public sealed record AgentPhone(string Display, ImmutableArray<PhoneContact> Contacts);

/// <summary>From the queue to the call: ring this agent.</summary>
/// <param name="Decision">Why this agent: what was considered and what decided, for the call's timeline.</param>
[GenerateSerializer, Immutable, Alias("acd.Assignment")]
public sealed record Assignment(
    Reservation Reservation, AgentPhone Phone, TimeSpan RingTimeout, RoutingDecision Decision);

/// <summary>One routing decision, explained.</summary>
/// <param name="Considered">The candidates in order, best first; at most 16 are kept.</param>
/// <param name="Waiting">How many calls waited in the queue.</param>
/// <param name="Ready">How many agents were ready.</param>
[GenerateSerializer, Immutable, Alias("acd.RoutingDecision")]
public sealed record RoutingDecision(
    string Strategy, AgentId Winner, string Reason, int Waiting, int Ready, ImmutableArray<ConsideredAgent> Considered);

/// <summary>An agent that a decision looked at, with the values that order candidates.</summary>
[GenerateSerializer, Immutable, Alias("acd.ConsideredAgent")]
public sealed record ConsideredAgent(AgentId Agent, DateTimeOffset ReadySince, int SkillSum, string Verdict);

/// <summary>A queue's offer of a call to an agent; without a call: the queue has none for the agent (an empty
/// bid).</summary>
/// <param name="ReadyEpoch">The agent's readiness that this answers; an older one is refused.</param>
/// <param name="Rank">The call's place in the one order of all waiting calls: less goes first.</param>
[GenerateSerializer, Immutable, Alias("acd.AgentOffer")]
public sealed record AgentOffer(
    AgentId Agent, QueueId Queue, long ReadyEpoch, CallId? Call, CallRank Rank, TimeSpan RingTimeout, TimeSpan WrapUp);

/// <summary>The one key that orders waiting calls: priority, then enqueue time, then call id (design section
/// 7).</summary>
[GenerateSerializer, Immutable, Alias("acd.CallRank")]
public readonly record struct CallRank(
    [property: Id(0)] int Priority, [property: Id(1)] DateTimeOffset EnqueuedAt, [property: Id(2)] CallId Call)
    : IComparable<CallRank>
{
    public int CompareTo(CallRank other)
    {
        var byPriority = other.Priority.CompareTo(Priority);
        if (byPriority != 0) return byPriority;

        var byTime = EnqueuedAt.CompareTo(other.EnqueuedAt);
        return byTime != 0 ? byTime : string.CompareOrdinal(Call.Value, other.Call.Value);
    }

    public static bool operator <(CallRank left, CallRank right) => left.CompareTo(right) < 0;
    public static bool operator >(CallRank left, CallRank right) => left.CompareTo(right) > 0;
    public static bool operator <=(CallRank left, CallRank right) => left.CompareTo(right) <= 0;
    public static bool operator >=(CallRank left, CallRank right) => left.CompareTo(right) >= 0;
}

/// <summary>An agent's readiness as told to its queues.</summary>
/// <param name="ReadyEpoch">Raised at every change; a queue ignores an older one.</param>
/// <param name="ReadySince">Start of the current idle time (definitions 1.3, LIA).</param>
[GenerateSerializer, Immutable, Alias("acd.AgentNotice")]
public sealed record AgentNotice(
    AgentId Agent, QueueId Queue, long ReadyEpoch, Presence Presence, string Reason, DateTimeOffset ReadySince,
    ImmutableSortedDictionary<string, int> Skills, int CallsHandled, bool Member);

/// <summary>What an agent does. The zero value takes no calls.</summary>
public enum Presence
{
    LoggedOut,
    NotReady,
    Ready,
    Reserved,
    Ringing,
    Talking,
    WrapUp,
}

/// <summary>Why an offer came to nothing.</summary>
public enum OfferFailure
{
    RingNoAnswer,
    Rejected,
    Busy,
    Unreachable,

    /// <summary>The reservation expired before the call used it.</summary>
    Expired,

    /// <summary>The phone is forwarded elsewhere (3xx), where offers do not follow it.</summary>
    Forwarded,
}

/// <summary>How a reservation ended, as the call sees it.</summary>
public enum ReleaseReason
{
    /// <summary>The conversation ended: wrap-up follows.</summary>
    Finished,

    /// <summary>The caller went away before the agent answered: the agent is ready again, idle time kept.</summary>
    CallerGone,

    RingNoAnswer,
    Rejected,
    Busy,
    Unreachable,

    /// <summary>The call knows nothing of it.</summary>
    Void,

    /// <summary>The phone is forwarded elsewhere.</summary>
    Forwarded,
}

/// <summary>How a call left a queue (definitions section 1).</summary>
public enum QueueOutcome
{
    None,
    Answered,
    Abandoned,
    ShortAbandoned,
    OverflowedOut,
    TransferredOut,
    TimedOut,
    Rejected,
    SystemLost,
}

/// <summary>What a person or program wants an agent to be.</summary>
/// <param name="Reason">For NotReady: lunch, training ... at most 64 characters.</param>
[GenerateSerializer, Immutable, Alias("acd.AgentChange")]
public sealed record AgentChange(AgentWish Wish, string Reason);

public enum AgentWish
{
    Login,
    Logout,
    Ready,
    NotReady,
    EndWrapUp,
}
