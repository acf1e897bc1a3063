using System.Collections.Immutable;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Contracts.Views;

namespace OrleansAcd.Calls;

/// <summary>Where a call is. The zero value knows nothing of any call.</summary>
public enum CallPhase
{
    New,

    /// <summary>In the line; hears greeting and music.</summary>
    Queued,

    /// <summary>An agent's phone is being called.</summary>
    Dialling,

    /// <summary>An agent's phone rings.</summary>
    Ringing,

    Talking,

    /// <summary>Decided how it ended; legs are still going down.</summary>
    Closing,

    Ended,
}

/// <summary>All that the Call machine knows.</summary>
public sealed record CallState
{
    public static readonly CallState Empty = new();

    /// <summary>Counts changes.</summary>
    public long Version { get; init; }

    public CallPhase Phase { get; init; }

    public CallId Id { get; init; }

    public NodeId Node { get; init; }

    public int Epoch { get; init; }

    /// <summary>The last media event seen; an older one is a repetition.</summary>
    public long SeenSequence { get; init; }

    /// <summary>The last media command sent.</summary>
    public long SentSequence { get; init; }

    public string Number { get; init; } = "";

    public PartyIdentity Caller { get; init; } = new("", "");

    public ImmutableArray<SipHeader> Headers { get; init; } = [];

    public QueueRoute? Route { get; init; }

    public int Hops { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? EnqueuedAt { get; init; }

    public DateTimeOffset? AnsweredAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Talk time of conversations before the current one.</summary>
    public TimeSpan TalkedBefore { get; init; }

    public bool CallerOpen { get; init; }

    /// <summary>The leg to the agent that is dialled, ringing or up; others that still make noise are late and are hung
    /// up.</summary>
    public LegId? AgentLeg { get; init; }

    public int LastLeg { get; init; } = LegId.Caller.Value;

    public int LastPlay { get; init; }

    public Reservation? Reservation { get; init; }

    /// <summary>Closing: what the agent is told when its leg is down.</summary>
    public ReleaseReason ReleaseWith { get; init; }

    /// <summary>The agent that talked last, or is offered the call.</summary>
    public AgentId? Agent { get; init; }

    public int Offers { get; init; }

    public QueueOutcome Outcome { get; init; }

    public string EndedBy { get; init; } = "";

    /// <summary>The caller's ACK must have come by then.</summary>
    public DateTimeOffset? AnswerUntil { get; init; }

    public DateTimeOffset? RingUntil { get; init; }

    /// <summary>When to tell queue or agent again, in case they have restarted.</summary>
    public DateTimeOffset? RefreshAt { get; init; }

    public DateTimeOffset? ClosingUntil { get; init; }

    public DateTimeOffset? CallUntil { get; init; }

    /// <summary>The last entry of the journal.</summary>
    public long Sequence { get; init; }

    public ImmutableList<TimelineEntry> Timeline { get; init; } = [];

    /// <summary>Entries that the bounded timeline has dropped.</summary>
    public int TimelineDropped { get; init; }

    /// <summary>The one instant at which the machine wants a Tick.</summary>
    public DateTimeOffset? Deadline => Phase is CallPhase.New or CallPhase.Ended
        ? null
        : Earliest.Of(AnswerUntil, RingUntil, RefreshAt, ClosingUntil, CallUntil);

    public bool IsOffering => Phase is CallPhase.Dialling or CallPhase.Ringing;
}
