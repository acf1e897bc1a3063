using OrleansAcd.Contracts.Media;
using OrleansAcd.Streams;

namespace OrleansAcd.MediaNode.Node;

/// <summary>Publishes a worker's events in order, without ever waiting: what is not taken is kept and tried
/// again.</summary>
/// <remarks>Calls that are up stay up while nobody listens (design section 9). For the worker's thread.</remarks>
internal sealed class EventOutbox(IStreamBus bus, int keptMax, NodeCounters counters)
{
    private readonly Queue<MediaEvent> _kept = new();
    private readonly Dictionary<string, NodeEvent> _keptOfNode = [];

    public void Publish(MediaEvent happened)
    {
        if (_kept.Count == 0 && bus.TryPublish(MediaStreams.Events, happened))
        {
            counters.EventsPublished++;
            return;
        }

        if (_kept.Count >= keptMax)
        {
            _kept.Dequeue();
            counters.EventsLost++;
        }

        _kept.Enqueue(happened);
    }

    /// <summary>A node event says all there is to say about its subject, so only the last of each is kept.</summary>
    public void PublishNode(NodeEvent happened)
    {
        var subject = happened is PhoneChanged phone ? phone.Agent.Value : happened.GetType().Name;
        if (!bus.TryPublish(MediaStreams.NodeEvents, happened)) _keptOfNode[subject] = happened;
        else _keptOfNode.Remove(subject);
    }

    public void Retry()
    {
        foreach (var (subject, happened) in _keptOfNode.ToArray())
        {
            if (bus.TryPublish(MediaStreams.NodeEvents, happened)) _keptOfNode.Remove(subject);
        }

        while (_kept.TryPeek(out var oldest) && bus.TryPublish(MediaStreams.Events, oldest))
        {
            _kept.Dequeue();
            counters.EventsPublished++;
        }
    }
}
