using System.Collections.Immutable;
using Orleans;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;

namespace OrleansAcd.Contracts.Views;

/// <summary>One stretch of a call: a wait and the conversation that followed. Every transfer ends one and begins
/// another (definitions section 3, pain 7): talk goes to who talked.</summary>
/// <param name="Number">Counts the call's segments from 1.</param>
/// <param name="Queue">Null: the conversation came past the queues.</param>
/// <param name="TalkSeconds">Caller and agent heard each other, or could have.</param>
/// <param name="HoldSeconds">The caller waited for the agent: hold, consultation, transfer.</param>
/// <param name="Outcome">None while it goes on.</param>
[GenerateSerializer, Immutable, Alias("acd.CallSegment")]
public sealed record CallSegment(
    int Number, QueueId? Queue, AgentId? Agent, string Target, DateTimeOffset StartedAt, DateTimeOffset? AnsweredAt,
    DateTimeOffset? EndedAt, double TalkSeconds, double HoldSeconds, QueueOutcome Outcome);

/// <summary>A party's leg, up or ended.</summary>
/// <param name="Role">caller, agent, consulted, guest, supervisor.</param>
/// <param name="State">dialling, ringing, up, ended ...</param>
/// <param name="Mode">Of a supervisor; null for others.</param>
/// <param name="Quality">Its media so far, or as it was; null before the first report.</param>
[GenerateSerializer, Immutable, Alias("acd.CallLegView")]
public sealed record CallLegView(
    int Leg, string Role, string State, AgentId? Agent, SupervisionMode? Mode, bool Muted, bool OnHold,
    LegQuality? Quality);

/// <summary>A piece of the call's recording, chained to the one before (design section 8).</summary>
/// <param name="Channels">The legs, in the file's channel order.</param>
/// <param name="Chain">SHA-256 over the chain value before and this file's hash, lower-case hex.</param>
[GenerateSerializer, Immutable, Alias("acd.RecordedSegment")]
public sealed record RecordedSegment(
    int Recording, int Segment, string Name, DateTimeOffset StartedAt, TimeSpan Duration,
    ImmutableArray<int> Channels, ImmutableArray<RecordingGap> Gaps, long Bytes, string Sha256, string Chain)
{
    /// <summary>The process that wrote it died; the file was put in order at the next start.</summary>
    [Id(0)]
    public bool Recovered { get; init; }
}

/// <summary>A supervisor now: the supervisor's own view, which always shows what is done.</summary>
/// <param name="State">off, waiting, joining, listening.</param>
/// <param name="Watched">The agent that is watched; null: one call, or nothing.</param>
/// <param name="Call">The call that is joined or listened to.</param>
/// <param name="Reason">Why the last call was not joined, or is over.</param>
[GenerateSerializer, Immutable, Alias("acd.SupervisorView")]
public sealed record SupervisorView(
    AgentId Id, string State, AgentId? Watched, CallId? Call, SupervisionMode Mode, DateTimeOffset Since,
    string Reason, ImmutableArray<SupervisionRight> Rights, long Version);
