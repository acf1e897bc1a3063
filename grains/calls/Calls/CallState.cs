using System.Collections.Immutable;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
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

    /// <summary>Everybody in the call, in the order of coming; at most <see cref="CallMachine.PartiesMax"/>.</summary>
    public ImmutableArray<CallParty> Parties { get; init; } = [];

    /// <summary>The agent's private talk; null: none.</summary>
    public Consultation? Consultation { get; init; }

    /// <summary>The caller goes to somebody who is called; null: not.</summary>
    public Transfer? Transfer { get; init; }

    /// <summary>A party of another call is awaited; null: none.</summary>
    public Handing? Handing { get; init; }

    /// <summary>Reservations that other calls have now: this one says no more about them.</summary>
    public ImmutableArray<Reservation> Given { get; init; } = [];

    /// <summary>Whom a call without a queue is for.</summary>
    public DialTarget? Target { get; init; }

    /// <summary>The matrix that the node was told last.</summary>
    public ImmutableArray<Hearing> Heard { get; init; } = [];

    /// <summary>The legs that hear music, or greeting and music, now.</summary>
    public ImmutableArray<LegId> MusicTo { get; init; } = [];

    /// <summary>The call's stretches; the last one may be open.</summary>
    public ImmutableList<CallSegment> Segments { get; init; } = [];

    public int LastSegment { get; init; }

    /// <summary>Up to here talk and hold of the open segment are counted.</summary>
    public DateTimeOffset CountedUntil { get; init; }

    public RecordingNow? Recording { get; init; }

    /// <summary>The rule of the agent who talks; the queue's is with the route.</summary>
    public RecordingRule AgentRecording { get; init; } = RecordingRule.Never;

    public int LastRecording { get; init; }

    public ImmutableList<RecordedSegment> Recorded { get; init; } = [];

    /// <summary>Legs that have ended, and how they were.</summary>
    public ImmutableList<CallLegView> PastLegs { get; init; } = [];

    /// <summary>The agents who were told that somebody listens.</summary>
    public ImmutableArray<AgentId> MonitorShownTo { get; init; } = [];

    /// <summary>When the wait that the queue counts began: a call that comes back keeps its place, not its
    /// wait.</summary>
    public DateTimeOffset? WaitsSince { get; init; }

    public int LastLeg { get; init; } = LegId.Caller.Value;

    public int LastPlay { get; init; }

    /// <summary>The agent that talked last, or is offered the call.</summary>
    public AgentId? Agent { get; init; }

    public int Offers { get; init; }

    public QueueOutcome Outcome { get; init; }

    public string EndedBy { get; init; } = "";

    /// <summary>The caller's ACK must have come by then.</summary>
    public DateTimeOffset? AnswerUntil { get; init; }

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
        : Earliest.Of(AnswerUntil, PartiesUntil, RefreshAt, ClosingUntil, CallUntil, Handing?.Until);

    public bool IsOffering => Phase is CallPhase.Dialling or CallPhase.Ringing;

    /// <summary>Who is offered the call, or talks to the caller as agent.</summary>
    public CallParty? AgentParty
    {
        get
        {
            foreach (var p in Parties)
            {
                if (p.Role == PartyRole.Agent && !p.IsLeaving && p.Leg != Transfer?.Target && p.Replaces is null)
                    return p;
            }

            return null;
        }
    }

    public LegId? AgentLeg => AgentParty?.Leg;

    /// <summary>What the prompts call music; null: silence.</summary>
    public string? Music => Route is null ? CallMachine.DirectMusic : Route.Music;

    public CallSegment? OpenSegment => Segments is [.., { EndedAt: null } last] ? last : null;

    /// <summary>The stronger of the queue's and the agent's rule.</summary>
    public RecordingRule RecordingRule =>
        Route is { } route && route.Recording.Policy >= AgentRecording.Policy ? route.Recording : AgentRecording;

    private DateTimeOffset? PartiesUntil
    {
        get
        {
            DateTimeOffset? first = null;
            foreach (var p in Parties)
            {
                if (p.Until is { } until && (first is null || until < first)) first = until;
            }

            return first;
        }
    }

    public CallParty? Find(LegId leg)
    {
        foreach (var p in Parties)
        {
            if (p.Leg == leg) return p;
        }

        return null;
    }

    public CallParty? Find(AgentId agent)
    {
        foreach (var p in Parties)
        {
            if (p.Agent == agent && !p.IsLeaving) return p;
        }

        return null;
    }
}
