using Orleans;
using Orleans.Concurrency;
using OrleansAcd.Contracts.Views;

namespace OrleansAcd.Contracts.Grains;

/// <summary>One queue. Key: <see cref="QueueId"/>. Holds the waiting line and matches it with ready agents.</summary>
/// <remarks>Never awaits an Agent or Call grain: it sends one-way and is answered one-way, so no await is
/// cyclic.</remarks>
[Alias("acd.IQueueGrain")]
public interface IQueueGrain : IGrainWithStringKey
{
    /// <summary>From the call: it waits here. Repeated: ignored.</summary>
    [OneWay, Alias("Enqueue")]
    Task Enqueue(Ticket ticket);

    /// <summary>From the call: it is not waiting any more.</summary>
    [OneWay, Alias("Leave")]
    Task Leave(CallId call, QueueOutcome outcome);

    /// <summary>From the call: the reserved agent did not take it; it waits on with its original key.</summary>
    [OneWay, Alias("OfferFailed")]
    Task OfferFailed(Reservation reservation, OfferFailure failure);

    /// <summary>From an agent, whenever readiness changes.</summary>
    [OneWay, Alias("AgentChanged")]
    Task AgentChanged(AgentNotice notice);

    /// <summary>From an agent: the offer is granted.</summary>
    [OneWay, Alias("Granted")]
    Task Granted(Reservation reservation, AgentPhone phone);

    /// <summary>From an agent: the offer is refused; the call is offered to the next.</summary>
    [OneWay, Alias("Refused")]
    Task Refused(AgentOffer offer);

    /// <summary>From a call: a conversation of the queue is over.</summary>
    [OneWay, Alias("CountTalk")]
    Task CountTalk(CallSegment segment);

    [Alias("Get")]
    Task<QueueView> Get();
}
