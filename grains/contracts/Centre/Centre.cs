using System.Collections.Immutable;
using Orleans;
using OrleansAcd.Contracts.Media;

namespace OrleansAcd.Contracts.Centre;

/// <summary>The centre: one document that says which numbers, queues and agents there are (design section
/// 11).</summary>
/// <param name="Version">Counts changes, from 1.</param>
[GenerateSerializer, Immutable, Alias("acd.Centre")]
public sealed record Centre(
    long Version, string Realm, ImmutableArray<NumberEntry> Numbers, ImmutableArray<QueueDefinition> Queues,
    ImmutableArray<AgentDefinition> Agents)
{
    public static readonly Centre Empty = new(0, "acd", [], [], []);

    /// <summary>How phones are asked for their password.</summary>
    [Id(0)]
    public PhoneDigest Digest { get; init; }

    /// <summary>Providers and other systems, in the order in which they are asked for a number.</summary>
    [Id(1)]
    public ImmutableArray<TrunkDefinition> Trunks { get; init; } = [];
}

/// <summary>The digests that phones are challenged with (RFC 7616, RFC 8760). MD5 alone is what every phone can do;
/// many refuse to register when they see another beside it.</summary>
public enum PhoneDigest
{
    Md5,
    Sha256,
    Both,
}

/// <summary>Where a dialled number leads. A number is any user part of a SIP URI: <c>+15550100</c> or
/// <c>support</c>.</summary>
[GenerateSerializer, Immutable, Alias("acd.NumberEntry")]
public sealed record NumberEntry(string Number, QueueId Queue)
{
    /// <summary>The number is this agent's own; then <see cref="Queue"/> means nothing. Null: it leads to the
    /// queue.</summary>
    [Id(0)]
    public AgentId? Agent { get; init; }
}

/// <summary>A queue's rules.</summary>
/// <param name="Display">The name agents and callers are shown; the id where none is given.</param>
/// <param name="Greeting">Prompt played first, cut when an agent answers; null: none.</param>
/// <param name="Music">Prompt looped while waiting; null: silence.</param>
/// <param name="ShowCaller">True: the agent's phone sees the caller's number; false (default): an opaque name.</param>
/// <param name="ShortAbandon">A caller who leaves earlier is a short abandon (definitions 1.2).</param>
[GenerateSerializer, Immutable, Alias("acd.QueueDefinition")]
public sealed record QueueDefinition(
    QueueId Id, string Display, RoutingStrategy Strategy, ServiceLevelTarget ServiceLevel, TimeSpan RingTimeout,
    TimeSpan WrapUp, int Priority, string? Greeting, string? Music, bool ShowCaller, TimeSpan ShortAbandon,
    ImmutableArray<SkillRequirement> Skills, OverflowRule? Overflow)
{
    [Id(0)]
    public RecordingRule Recording { get; init; } = RecordingRule.Never;

    /// <summary>The agent sees that a supervisor listens.</summary>
    [Id(1)]
    public bool MonitoringVisible { get; init; }

    /// <summary>Where a call goes when the caller turns out to be a fax machine; null: nobody listens for it.</summary>
    [Id(2)]
    public QueueId? Fax { get; init; }
}

/// <summary>How a queue picks among ready agents (definitions 1.3).</summary>
public enum RoutingStrategy
{
    LongestIdle,
    MostSkilled,
    LeastSkilled,
    FewestCalls,
    RoundRobin,
}

/// <summary>Service level X/T: the share of calls to be answered within a time (definitions 1.1).</summary>
[GenerateSerializer, Immutable, Alias("acd.ServiceLevelTarget")]
public sealed record ServiceLevelTarget(double Target, TimeSpan Within);

/// <summary>A skill that an agent needs for a queue, and how the need relaxes while the caller waits.</summary>
[GenerateSerializer, Immutable, Alias("acd.SkillRequirement")]
public sealed record SkillRequirement(string Name, int Min, ImmutableArray<SkillRelaxation> Relax);

/// <summary>After this wait the skill's minimum is this; 0: not needed any more.</summary>
[GenerateSerializer, Immutable, Alias("acd.SkillRelaxation")]
public sealed record SkillRelaxation(TimeSpan After, int Min);

/// <summary>After this wait the call moves to another queue, with its original enqueue time.</summary>
[GenerateSerializer, Immutable, Alias("acd.OverflowRule")]
public sealed record OverflowRule(TimeSpan After, QueueId To);

/// <summary>An agent: the phone's account, queues and skills.</summary>
/// <param name="Display">The name shown to supervisors; the id where none is given.</param>
[GenerateSerializer, Immutable, Alias("acd.AgentDefinition")]
public sealed record AgentDefinition(
    AgentId Id, string Display, SipAccount? Account, LoginMode Login, ImmutableArray<QueueId> Queues,
    ImmutableSortedDictionary<string, int> Skills)
{
    [Id(0)]
    public RecordingRule Recording { get; init; } = RecordingRule.Never;

    /// <summary>What the agent may do in other agents' calls, by queue; empty: no supervisor.</summary>
    [Id(1)]
    public ImmutableArray<SupervisionRight> Supervises { get; init; } = [];
}

/// <summary>What makes an agent available.</summary>
public enum LoginMode
{
    /// <summary>Logged in and available once a phone is registered; logged out when none is left.</summary>
    Phone,

    /// <summary>Only when the API says so.</summary>
    Api,
}
