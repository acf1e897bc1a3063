using System.Collections.Immutable;
using Orleans;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;

namespace OrleansAcd.Contracts.Views;

/// <summary>A queue now: who waits, who is there, and how it did since the start of the day (UTC).</summary>
/// <param name="LongestWait">Of those waiting now; null: nobody waits.</param>
/// <param name="ServiceLevel">SL-4 of definitions 1.1, 0..1; null while nothing was counted.</param>
/// <param name="AsaSeconds">Mean wait of answered calls; null: none answered.</param>
/// <param name="OverTarget">Waiting already longer than the service level's time.</param>
[GenerateSerializer, Immutable, Alias("acd.QueueView")]
public sealed record QueueView(
    QueueId Id, string Display, int Waiting, DateTimeOffset? OldestEnqueuedAt, int OverTarget, int Members, int Ready,
    int Ringing, int Talking, int WrapUp, int NotReady, long Offered, long Answered, long AnsweredWithin,
    long Abandoned,
    long ShortAbandoned, long FlowOut, double? ServiceLevel, double ServiceLevelTarget, TimeSpan ServiceLevelWithin,
    double? AsaSeconds, double? LongestWaitSeconds, ImmutableArray<WaitingCall> Line)
{
    /// <summary>Of the day: what agents talked in the queue's calls, transfers in and out included.</summary>
    [Id(0)]
    public double TalkSeconds { get; init; }

    [Id(1)]
    public double HoldSeconds { get; init; }

    /// <summary>Of the day: conversations, each agent's one.</summary>
    [Id(2)]
    public long Handled { get; init; }
}

/// <summary>A call in the line; the first 100 are shown.</summary>
[GenerateSerializer, Immutable, Alias("acd.WaitingCall")]
public sealed record WaitingCall(
    CallId Call, DateTimeOffset EnqueuedAt, int Priority, int Position, AgentId? OfferedTo);

/// <summary>An agent now.</summary>
/// <param name="Version">Counts changes: a page that holds a newer one ignores an older one.</param>
/// <param name="Next">The state asked for mid-call that follows it; empty: none.</param>
[GenerateSerializer, Immutable, Alias("acd.AgentView")]
public sealed record AgentView(
    AgentId Id, string Display, Presence Presence, string Reason, DateTimeOffset Since, CallId? Call, QueueId? Queue,
    ImmutableArray<QueueId> Queues, int Phones, string Next, int CallsHandled, long Version)
{
    /// <summary>A supervisor listens, and the queue lets the agent see it.</summary>
    [Id(0)]
    public bool Monitored { get; init; }

    /// <summary>Since the agent's grain was started.</summary>
    [Id(1)]
    public double TalkSeconds { get; init; }

    [Id(2)]
    public double HoldSeconds { get; init; }
}

/// <summary>The answer to a change of an agent.</summary>
/// <param name="Refused">Why the agent cannot be that now; null: it is, or will be after the call.</param>
[GenerateSerializer, Immutable, Alias("acd.AgentChanged")]
public sealed record AgentChanged(AgentView Agent, string? Refused);

/// <summary>A call, up or ended: its record.</summary>
/// <param name="Caller">As the From header showed it; only where the key may see it.</param>
/// <param name="Outcome">None while the call is up.</param>
/// <param name="WaitSeconds">From enqueueing to answer or leaving, ring time included (definitions section 1).</param>
[GenerateSerializer, Immutable, Alias("acd.CallView")]
public sealed record CallView(
    CallId Id, string State, string Number, string Caller, QueueId? Queue, AgentId? Agent, DateTimeOffset StartedAt,
    DateTimeOffset? EnqueuedAt, DateTimeOffset? AnsweredAt, DateTimeOffset? EndedAt, QueueOutcome Outcome,
    string EndedBy,
    int Offers, double? WaitSeconds, double? TalkSeconds, ImmutableArray<TimelineEntry> Timeline)
{
    /// <summary>The call's stretches, in order.</summary>
    [Id(0)]
    public ImmutableArray<CallSegment> Segments { get; init; } = [];

    /// <summary>Its legs, those that have ended first.</summary>
    [Id(1)]
    public ImmutableArray<CallLegView> Legs { get; init; } = [];

    /// <summary>What was recorded, in the order of the chain.</summary>
    [Id(2)]
    public ImmutableArray<RecordedSegment> Recordings { get; init; } = [];

    /// <summary>Recorded just now, and not paused.</summary>
    [Id(3)]
    public bool IsRecording { get; init; }

    [Id(4)]
    public ImmutableArray<CallSign> Signs { get; init; } = [];
}

/// <summary>What is true of a call that is talked in, besides that.</summary>
public enum CallSign
{
    Recording,
    RecordingPaused,

    /// <summary>The caller hears music.</summary>
    OnHold,

    /// <summary>The agent has called somebody to ask.</summary>
    Consulting,

    /// <summary>The caller goes to somebody who is called.</summary>
    Transferring,

    /// <summary>More than two talk together.</summary>
    Conference,

    /// <summary>A supervisor listens or coaches, and the queue lets it be seen.</summary>
    Monitored,
}

/// <summary>One step of a call: what happened, what was decided, why.</summary>
/// <param name="Kind">Stable name, e.g. <c>offered</c>, <c>queued</c>, <c>agent-ringing</c>.</param>
/// <param name="Detail">In words, without callers' numbers or digits.</param>
[GenerateSerializer, Immutable, Alias("acd.TimelineEntry")]
public sealed record TimelineEntry(
    long Sequence, DateTimeOffset At, string Kind, string Detail, AgentId? Agent, RoutingDecision? Decision)
{
    /// <summary>In the journal alone: a supervisor whom the queue does not let be seen.</summary>
    [Id(0)]
    public bool IsHidden { get; init; }
}

/// <summary>The answer to an apply.</summary>
[GenerateSerializer, Immutable, Alias("acd.CentreApplied")]
public sealed record CentreApplied(bool Accepted, bool Changed, long Version, ImmutableArray<CentreProblem> Problems);

/// <summary>The centre document, passwords replaced by <c>"***"</c>.</summary>
[GenerateSerializer, Immutable, Alias("acd.CentreDocument")]
public sealed record CentreDocument(long Version, string Yaml);
