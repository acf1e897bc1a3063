using System.Collections.Immutable;
using Orleans;
using Orleans.Concurrency;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Contracts.Views;

namespace OrleansAcd.Contracts.Grains;

/// <summary>One agent. Key: <see cref="AgentId"/>. The only arbiter of the agent's capacity: queues ask, the agent
/// answers.</summary>
[Alias("acd.IAgentGrain")]
public interface IAgentGrain : IGrainWithStringKey
{
    /// <summary>From a queue: its best waiting call for this agent, or none (a bid, design section 7).</summary>
    [OneWay, Alias("Offer")]
    Task Offer(AgentOffer offer);

    /// <summary>From the call: the agent's phone rings.</summary>
    [OneWay, Alias("Ringing")]
    Task Ringing(Reservation reservation);

    /// <summary>From the call: the agent talks (or, as the answer to Verify, still talks).</summary>
    [OneWay, Alias("Confirm")]
    Task Confirm(Reservation reservation);

    /// <summary>From the call: the reservation is over, and how.</summary>
    [OneWay, Alias("Release")]
    Task Release(Reservation reservation, ReleaseReason reason);

    /// <summary>From a call that wants the agent past the queues; answered by Summoned.</summary>
    [OneWay, Alias("Summon")]
    Task Summon(Summons summons);

    /// <summary>From a call that has taken the agent's leg from another one: the reservation is the call's now;
    /// answered by Summoned.</summary>
    [OneWay, Alias("Move")]
    Task Move(Reservation reservation, CallId call, LegId leg);

    /// <summary>From the call: whether a supervisor listens, where the agent may see it.</summary>
    [OneWay, Alias("Monitored")]
    Task Monitored(Reservation reservation, bool monitored);

    /// <summary>From the call: a conversation of the agent is over.</summary>
    [OneWay, Alias("CountTalk")]
    Task CountTalk(CallSegment segment);

    /// <summary>From a supervisor, again and again: wants to hear of the agent's calls.</summary>
    [OneWay, Alias("Watch")]
    Task Watch(AgentId supervisor);

    [OneWay, Alias("Unwatch")]
    Task Unwatch(AgentId supervisor);

    /// <summary>From a queue that has just started: it wants to know how the agent is.</summary>
    [OneWay, Alias("Announce")]
    Task Announce(QueueId queue);

    /// <summary>From a media node: all contacts of the agent's phones at that node.</summary>
    [Alias("PhoneChanged")]
    Task PhoneChanged(NodeId node, ImmutableArray<PhoneContact> contacts);

    /// <summary>From the centre: the agent's definition changed.</summary>
    [Alias("DefinitionChanged")]
    Task DefinitionChanged();

    /// <summary>Logs in, out, makes ready or not ready, ends wrap-up. Asked for mid-call, it is kept as the next
    /// state.</summary>
    [Alias("Change")]
    Task<AgentChanged> Change(AgentChange change);

    [Alias("Get")]
    Task<AgentView> Get();
}
