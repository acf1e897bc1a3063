using System.Collections.Immutable;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Views;

namespace OrleansAcd.Calls;

/// <summary>What happens to a queue.</summary>
public abstract record QueueEvent
{
    /// <summary>The grain starts; these agents belong to the queue by the centre.</summary>
    public sealed record Started(QueueDefinition? Definition, ImmutableArray<AgentId> Agents) : QueueEvent;

    /// <summary>The queue's rules; null: the centre has no such queue.</summary>
    public sealed record Defined(QueueDefinition? Definition) : QueueEvent;

    public sealed record Enqueued(Ticket Ticket) : QueueEvent;

    public sealed record Left(CallId Call, QueueOutcome Outcome) : QueueEvent;

    public sealed record OfferFailed(Reservation Reservation, OfferFailure Failure) : QueueEvent;

    public sealed record AgentChanged(AgentNotice Notice) : QueueEvent;

    public sealed record Granted(Reservation Reservation, AgentPhone Phone) : QueueEvent;

    public sealed record Refused(AgentOffer Offer) : QueueEvent;

    /// <summary>A conversation of the queue is over and counts.</summary>
    public sealed record Talked(CallSegment Segment) : QueueEvent;

    public sealed record Tick : QueueEvent;
}

/// <summary>What a Queue machine wants done. Each may be repeated.</summary>
public abstract record QueueEffect
{
    public sealed record OfferAgent(AgentOffer Offer) : QueueEffect;

    public sealed record AssignCall(Assignment Assignment) : QueueEffect;

    /// <summary>Gives a reservation back that no call needs.</summary>
    public sealed record ReleaseAgent(Reservation Reservation, ReleaseReason Reason) : QueueEffect;

    public sealed record Overflow(CallId Call, QueueId From, QueueId To) : QueueEffect;

    /// <summary>The centre has dropped the queue: the call goes where its number leads now.</summary>
    public sealed record LetGo(CallId Call, QueueId From) : QueueEffect;

    /// <summary>Asks an agent to announce itself.</summary>
    public sealed record AskAgent(AgentId Agent, QueueId Queue) : QueueEffect;
}

/// <summary>The outcome of one step.</summary>
public readonly record struct QueueTransition(QueueState Next, ImmutableArray<QueueEffect> Effects);
