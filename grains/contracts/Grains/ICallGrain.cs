using Orleans;
using Orleans.Concurrency;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Contracts.Views;

namespace OrleansAcd.Contracts.Grains;

/// <summary>One call. Key: <see cref="CallId"/>. Decides what happens to its legs; commands its media node.</summary>
[Alias("acd.ICallGrain")]
public interface ICallGrain : IGrainWithStringKey
{
    /// <summary>An event of the media node; completes when its decision is journalled and its effects are
    /// sent.</summary>
    [Alias("OnMedia")]
    Task OnMedia(MediaEvent media);

    /// <summary>From the queue: an agent is reserved for this call.</summary>
    [OneWay, Alias("Assigned")]
    Task Assigned(Assignment assignment);

    /// <summary>From the queue: the call leaves for another queue, keeping its enqueue time.</summary>
    [OneWay, Alias("Overflowed")]
    Task Overflowed(QueueId from, QueueId to);

    /// <summary>From the queue: the centre has dropped it; the call goes where its number leads now, or ends.</summary>
    [OneWay, Alias("QueueGone")]
    Task QueueGone(QueueId queue);

    /// <summary>From the agent, who asks whether the reservation still stands: answered by Confirm or Release, or not
    /// at all.</summary>
    [OneWay, Alias("Verify")]
    Task Verify(Reservation reservation);

    /// <summary>From the agent: it does not hold this reservation any more, so its phone must be left alone.</summary>
    [OneWay, Alias("Voided")]
    Task Voided(Reservation reservation);

    /// <summary>Does something with the call: hold, transfer, record ... Accepted means begun.</summary>
    [Alias("Control")]
    Task<ControlAnswer> Control(CallControl control);

    /// <summary>From an agent that was summoned.</summary>
    [OneWay, Alias("Summoned")]
    Task Summoned(SummonsAnswer answer);

    /// <summary>From another call that wants one of this call's parties.</summary>
    [OneWay, Alias("HandOver")]
    Task HandOver(HandOver request);

    /// <summary>From the call that was asked to hand a party over.</summary>
    [OneWay, Alias("HandedOver")]
    Task HandedOver(HandOverAnswer answer);

    /// <summary>Ends the call for everybody.</summary>
    [Alias("Hangup")]
    Task<bool> Hangup(string by);

    /// <summary>The call as it is now; null where there is none by this id.</summary>
    [Alias("Get")]
    Task<CallView?> Get();
}
