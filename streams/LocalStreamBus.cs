using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace OrleansAcd.Streams;

/// <summary>Streams within this process. A message that nobody hears is counted and gone.</summary>
public sealed partial class LocalStreamBus : IStreamBus
{
    private readonly ConcurrentDictionary<string, ILocalStream> _streams = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly ILogger _log;

    /// <summary>A bus without any stream yet.</summary>
    public LocalStreamBus(StreamBusOptions? options = null, ILogger<LocalStreamBus>? log = null)
    {
        Options = options ?? new StreamBusOptions();
        _log = log ?? NullLogger<LocalStreamBus>.Instance;
    }

    internal StreamBusOptions Options { get; }

    /// <summary>Publishers go on in the pool; on any other scheduler, where theirs says.</summary>
    internal TaskCreationOptions PublisherOptions => Options.Scheduler == TaskScheduler.Default
        ? TaskCreationOptions.RunContinuationsAsynchronously
        : TaskCreationOptions.None;

    internal StreamTally Tally { get; } = new();

    /// <inheritdoc/>
    public ValueTask PublishAsync<T>(string stream, T message, CancellationToken cancellationToken = default)
        where T : notnull
    {
        if (Find<T>(stream) is { } found) return found.PublishAsync(message, cancellationToken);

        Tally.Unheard();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public bool TryPublish<T>(string stream, T message)
        where T : notnull
    {
        if (Find<T>(stream) is { } found) return found.TryPublish(message);

        Tally.Unheard();
        return true;
    }

    /// <inheritdoc/>
    public IAsyncDisposable Subscribe<T>(
        string stream,
        Func<T, CancellationToken, ValueTask> handler,
        SubscriptionOptions<T>? options = null)
        where T : notnull
    {
        ArgumentException.ThrowIfNullOrEmpty(stream);
        ArgumentNullException.ThrowIfNull(handler);
        lock (_gate)
        {
            if (Find<T>(stream) is not { } found)
            {
                if (_streams.Count >= Options.StreamsMax)
                {
                    throw new StreamFullException($"{Options.StreamsMax} streams exist.");
                }

                _streams[stream] = found = new LocalStream<T>(this, stream);
            }

            return found.Subscribe(handler, options ?? new SubscriptionOptions<T>());
        }
    }

    /// <summary>What was done so far, and what is held now.</summary>
    public StreamCounters ReadCounters() => Tally.Read();

    /// <summary>A stream lost its last subscriber.</summary>
    internal void RemoveIfUnheard(string stream)
    {
        lock (_gate)
        {
            if (_streams.TryGetValue(stream, out var found) && found.IsUnheard) _streams.TryRemove(stream, out _);
        }
    }

    internal void ReportRetry(string stream, Exception error) => LogRetry(_log, stream, error);

    internal void ReportGivenUp(string stream, object message, Exception error)
    {
        LogGivenUp(_log, stream, message.GetType().Name, error);
        try
        {
            Options.GaveUp?.Invoke(stream, message, error);
        }
#pragma warning disable CA1031 // A listener's failure does not stop the stream.
        catch (Exception listener)
#pragma warning restore CA1031
        {
            LogListenerFailure(_log, listener);
        }
    }

    private LocalStream<T>? Find<T>(string stream)
        where T : notnull
    {
        if (!_streams.TryGetValue(stream, out var found)) return null;

        return found as LocalStream<T>
            ?? throw new InvalidOperationException($"Stream {stream} carries {found.Carries}, not {typeof(T)}.");
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "A handler of stream {Stream} failed; it gets the message again")]
    private static partial void LogRetry(ILogger log, string stream, Exception error);

    [LoggerMessage(Level = LogLevel.Error, Message = "A {Message} of stream {Stream} was given up")]
    private static partial void LogGivenUp(ILogger log, string stream, string message, Exception error);

    [LoggerMessage(Level = LogLevel.Error, Message = "A listener to messages given up failed itself")]
    private static partial void LogListenerFailure(ILogger log, Exception error);
}
