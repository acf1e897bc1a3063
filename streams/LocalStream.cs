namespace OrleansAcd.Streams;

/// <summary>One stream: its subscribers, and the publishers that wait for room. All or none get a message.</summary>
/// <remarks>One lock guards the stream and its subscriptions, so that all see the same order. Handlers run outside.
/// </remarks>
internal sealed class LocalStream<T>(LocalStreamBus bus, string name) : ILocalStream
    where T : notnull
{
    private readonly LinkedList<WaitingPublisher<T>> _waiting = [];
    private LocalSubscription<T>[] _subscriptions = [];

    /// <summary>Guards this stream and its subscriptions.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Its name.</summary>
    public string Name => name;

    /// <inheritdoc/>
    public Type Carries => typeof(T);

    /// <inheritdoc/>
    public bool IsUnheard
    {
        get
        {
            lock (Gate) return _subscriptions.Length == 0;
        }
    }

    /// <summary>Publishes if every subscriber has room and nobody waits for it.</summary>
    public bool TryPublish(T message)
    {
        lock (Gate)
        {
            if (_waiting.Count == 0 && TryPublishLocked(message)) return true;
        }

        bus.Tally.Refused();
        return false;
    }

    /// <summary>Publishes when every subscriber has room, in turn with others who wait.</summary>
    public ValueTask PublishAsync(T message, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        WaitingPublisher<T> waiting;
        lock (Gate)
        {
            if (_waiting.Count == 0 && TryPublishLocked(message)) return ValueTask.CompletedTask;
            if (_waiting.Count >= bus.Options.WaitingPublishersMax)
            {
                bus.Tally.Refused();
                throw new StreamFullException($"{_waiting.Count} publishers wait for stream {name}.");
            }

            waiting = new WaitingPublisher<T>(message, bus.PublisherOptions);
            _waiting.AddLast(waiting);
        }

        waiting.Watch(Forget, cancellationToken);
        return new(waiting.Done);
    }

    /// <summary>Adds a subscriber.</summary>
    public LocalSubscription<T> Subscribe(
        Func<T, CancellationToken, ValueTask> handler, SubscriptionOptions<T> options)
    {
        var subscription = new LocalSubscription<T>(bus, this, handler, options);
        lock (Gate) _subscriptions = [.. _subscriptions, subscription];
        return subscription;
    }

    /// <summary>A subscriber leaves.</summary>
    public void Remove(LocalSubscription<T> subscription)
    {
        List<WaitingPublisher<T>>? admitted;
        lock (Gate)
        {
            _subscriptions = [.. _subscriptions.Where(other => other != subscription)];
            admitted = AdmitWaitingLocked();
        }

        Finish(admitted);
        bus.RemoveIfUnheard(name);
    }

    /// <summary>A subscriber has room again: publishes for those who wait. They are told outside the lock.</summary>
    public List<WaitingPublisher<T>>? AdmitWaitingLocked()
    {
        List<WaitingPublisher<T>>? admitted = null;
        while (_waiting.First is { } first && TryPublishLocked(first.Value.Message))
        {
            _waiting.RemoveFirst();
            (admitted ??= []).Add(first.Value);
        }

        return admitted;
    }

    /// <summary>Tells publishers that their message is published.</summary>
    public static void Finish(List<WaitingPublisher<T>>? admitted)
    {
        if (admitted is null) return;

        foreach (var publisher in admitted) publisher.Finish();
    }

    private bool TryPublishLocked(T message)
    {
        foreach (var subscription in _subscriptions)
        {
            if (!subscription.HasRoomLocked) return false;
        }

        foreach (var subscription in _subscriptions) subscription.EnqueueLocked(message);
        bus.Tally.Published();
        if (_subscriptions.Length == 0) bus.Tally.Unheard();
        return true;
    }

    private bool Forget(WaitingPublisher<T> waiting)
    {
        lock (Gate) return _waiting.Remove(waiting);
    }
}
