using System.Text.Json.Serialization;
using Orleans;

namespace OrleansAcd.Contracts;

/// <summary>One contact, from the customer's first message to the end of wrap-up. Time-ordered: later calls sort
/// later.</summary>
[GenerateSerializer, Immutable, Alias("acd.CallId"), JsonConverter(typeof(CallIdJson))]
public readonly record struct CallId([property: Id(0)] string Value)
{
    public override string ToString() => Value;
}

/// <summary>One party's leg within a call. The caller's is 1; the Call grain numbers those that it dials.</summary>
[GenerateSerializer, Immutable, Alias("acd.LegId")]
public readonly record struct LegId([property: Id(0)] int Value)
{
    public static readonly LegId Caller = new(1);

    /// <summary>Legs that come by themselves into a call (INVITE with Replaces) are numbered by the node from
    /// here.</summary>
    public static readonly LegId FirstByNode = new(1_000_000);

    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>An agent, as the centre document names it; also the user part of the agent's SIP address.</summary>
[GenerateSerializer, Immutable, Alias("acd.AgentId"), JsonConverter(typeof(AgentIdJson))]
public readonly record struct AgentId([property: Id(0)] string Value)
{
    public override string ToString() => Value;
}

/// <summary>A queue, as the centre document names it.</summary>
[GenerateSerializer, Immutable, Alias("acd.QueueId"), JsonConverter(typeof(QueueIdJson))]
public readonly record struct QueueId([property: Id(0)] string Value)
{
    public override string ToString() => Value;
}

/// <summary>A media node, unique for each start of its process.</summary>
[GenerateSerializer, Immutable, Alias("acd.NodeId"), JsonConverter(typeof(NodeIdJson))]
public readonly record struct NodeId([property: Id(0)] string Value)
{
    public override string ToString() => Value;
}

/// <summary>One playing of one or more prompts to one leg, numbered by the Call grain.</summary>
[GenerateSerializer, Immutable, Alias("acd.PlayId")]
public readonly record struct PlayId([property: Id(0)] int Value);
