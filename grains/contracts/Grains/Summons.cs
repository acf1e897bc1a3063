using Orleans;

namespace OrleansAcd.Contracts.Grains;

/// <summary>From a call to an agent, past the queues: come to this call.</summary>
/// <param name="Leg">The leg that the call keeps for the agent; the answer names it.</param>
/// <param name="Queue">Whose wrap-up and figures these are; empty without a queue.</param>
[GenerateSerializer, Immutable, Alias("acd.Summons")]
public sealed record Summons(
    CallId Call, LegId Leg, AgentId Agent, QueueId Queue, SummonsKind Kind, TimeSpan RingTimeout, TimeSpan WrapUp);

public enum SummonsKind
{
    /// <summary>Transfer, consultation, conference: only an agent who is ready.</summary>
    Transfer,

    /// <summary>A direct call: also to one who is not ready, but has a phone.</summary>
    Direct,

    /// <summary>To listen: as a direct call.</summary>
    Supervise,

    /// <summary>The agent's own phone called: it talks already and is to take nothing else.</summary>
    Engage,
}

/// <summary>An agent's answer to a summons: reserved, or why not.</summary>
/// <param name="Reservation">Null: refused.</param>
[GenerateSerializer, Immutable, Alias("acd.SummonsAnswer")]
public sealed record SummonsAnswer(
    CallId Call, LegId Leg, AgentId Agent, Reservation? Reservation, AgentPhone? Phone, string Refused);

/// <summary>From one call to another on the same node: give me the party that talks to this leg (RFC 3891).</summary>
/// <param name="Asker">The call that asks, and the leg of the phone that wants it.</param>
/// <param name="Replaced">The leg in the asked call whose other party is wanted.</param>
/// <param name="IsReturned">The asked call asks back: it has the customer, so it is the one that goes on.</param>
[GenerateSerializer, Immutable, Alias("acd.HandOver")]
public sealed record HandOver(
    CallId Asked, CallId Asker, LegId AskerLeg, NodeId Node, LegId Replaced, AgentId Agent, bool IsReturned);

/// <summary>The answer to <see cref="HandOver"/>.</summary>
/// <param name="Leg">The leg to take from the giver; null: there is none, for the reason given.</param>
/// <param name="Party">The agent on it; null: somebody outside.</param>
/// <param name="Reservation">The agent's reservation, to be moved.</param>
[GenerateSerializer, Immutable, Alias("acd.HandOverAnswer")]
public sealed record HandOverAnswer(
    CallId Asker, LegId AskerLeg, CallId Giver, LegId? Leg, AgentId? Party, Reservation? Reservation, string Refused);
