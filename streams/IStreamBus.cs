namespace OrleansAcd.Streams;

/// <summary>Ordered streams of records: what one publishes, all subscribers of that stream get, in order, at least once
/// from the moment they subscribed.</summary>
/// <remarks>Safe for any thread. A stream carries one type: name it where the compiler would infer a derived one.
/// Records are handed over, not copied: they must not change.</remarks>
public interface IStreamBus
{
    /// <summary>Publishes; waits while a subscriber has no room.</summary>
    /// <exception cref="StreamFullException">Too many publishers wait for this stream already.</exception>
    ValueTask PublishAsync<T>(string stream, T message, CancellationToken cancellationToken = default)
        where T : notnull;

    /// <summary>Publishes without ever waiting: for threads that carry media.</summary>
    /// <returns>False when a subscriber has no room; then nobody got the message, and it was counted.</returns>
    bool TryPublish<T>(string stream, T message)
        where T : notnull;

    /// <summary>Hears a stream from now on, until disposed of.</summary>
    /// <param name="stream">The stream's name.</param>
    /// <param name="handler">Gets each message; when it fails it gets the same message again, later.</param>
    /// <param name="options">Order, concurrency and limits; one message at a time when left out.</param>
    IAsyncDisposable Subscribe<T>(
        string stream,
        Func<T, CancellationToken, ValueTask> handler,
        SubscriptionOptions<T>? options = null)
        where T : notnull;
}
