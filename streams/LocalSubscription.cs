using System.Diagnostics.CodeAnalysis;

namespace OrleansAcd.Streams;

/// <summary>One subscriber: a lane of messages per key, and workers that take lanes in turn.</summary>
/// <remarks>Guarded by the stream's lock. A lane is with at most one worker, so messages of a key keep their order;
/// after each message it goes to the end of the line, so that no key starves the others.</remarks>
internal sealed class LocalSubscription<T> : IAsyncDisposable
    where T : notnull
{
    private readonly LocalStreamBus _bus;
    private readonly LocalStream<T> _stream;
    private readonly Func<T, CancellationToken, ValueTask> _handler;
    private readonly SubscriptionOptions<T> _options;
    private readonly int _workersMax;
    private readonly Dictionary<string, Lane<T>> _lanes = new(StringComparer.Ordinal);
    private readonly Queue<Lane<T>> _ready = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly TaskCompletionSource _idle = new();
    private readonly TaskCompletionSource _drained = new();
    private int _pending;
    private int _workers;
    private bool _isDraining;
    private bool _isEnded;

    public LocalSubscription(
        LocalStreamBus bus,
        LocalStream<T> stream,
        Func<T, CancellationToken, ValueTask> handler,
        SubscriptionOptions<T> options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.PendingMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ConcurrencyMax, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(options.RetriesMax);
        _bus = bus;
        _stream = stream;
        _handler = handler;
        _options = options;
        _workersMax = options.Key is null ? 1 : options.ConcurrencyMax;
    }

    /// <summary>Another message would be within the limit.</summary>
    public bool HasRoomLocked => _pending < _options.PendingMax;

    /// <summary>Takes a message in.</summary>
    public void EnqueueLocked(T message)
    {
        var key = _options.Key?.Invoke(message) ?? string.Empty;
        _pending++;
        _bus.Tally.Queued();
        if (!_lanes.TryGetValue(key, out var lane)) _lanes[key] = lane = new Lane<T>(key);
        lane.Messages.Enqueue(message);
        if (lane.Messages.Count > 1) return;

        _ready.Enqueue(lane);
        if (_workers >= _workersMax) return;

        _workers++;
        StartWorker();
    }

    /// <summary>Hears nothing more; waits, within a limit, for handlers that run.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_options.DrainsAtEnd) await DrainAsync();
        lock (_stream.Gate)
        {
            if (_isEnded) return;

            _isEnded = true;
            if (_workers == 0) _idle.TrySetResult();
        }

        _stream.Remove(this);
#pragma warning disable CA1849 // CancelAsync would leave the scheduler of the options.
        _ended.Cancel();
#pragma warning restore CA1849
        await WithinEndTimeout(_idle.Task);
        lock (_stream.Gate) AbandonLocked();
    }

    /// <summary>Hears nothing new, and handles what was heard.</summary>
    private async Task DrainAsync()
    {
        lock (_stream.Gate)
        {
            if (_isEnded) return;

            _isDraining = true;
            if (_pending == 0) _drained.TrySetResult();
        }

        _stream.Remove(this);
        await WithinEndTimeout(_drained.Task);
    }

    private async Task WithinEndTimeout(Task end)
    {
        try
        {
            await end.WaitAsync(_bus.Options.EndTimeout, _bus.Options.TimeProvider);
        }
        catch (TimeoutException)
        {
            // A handler that does not heed its token goes on; it gets no further message.
        }
    }

    private void StartWorker()
    {
        if (ExecutionContext.IsFlowSuppressed())
        {
            QueueWorker();
            return;
        }

        using var flow = ExecutionContext.SuppressFlow();
        QueueWorker();
    }

    private void QueueWorker() => _ = Task.Factory.StartNew(
        static self => ((LocalSubscription<T>)self!).WorkAsync(),
        this,
        CancellationToken.None,
        TaskCreationOptions.DenyChildAttach,
        _bus.Options.Scheduler);

    private async Task WorkAsync()
    {
        while (Take(out var lane, out var message)) PutBack(lane, await HandleAsync(message));
    }

    private bool Take([NotNullWhen(true)] out Lane<T>? lane, [NotNullWhen(true)] out T? message)
    {
        bool isLast;
        lock (_stream.Gate)
        {
            if (!_isEnded && _ready.TryDequeue(out lane))
            {
                message = lane.Messages.Peek();
                return true;
            }

            isLast = --_workers == 0 && _isEnded;
        }

        if (isLast) _idle.TrySetResult();
        lane = null;
        message = default;
        return false;
    }

    private void PutBack(Lane<T> lane, MessageEnd end)
    {
        List<WaitingPublisher<T>>? admitted;
        lock (_stream.Gate)
        {
            // A subscription that ended has counted this message as abandoned already.
            if (!lane.Messages.TryDequeue(out _)) return;

            _pending--;
            _bus.Tally.Left(end);
            if (lane.Messages.Count > 0) _ready.Enqueue(lane);
            else _lanes.Remove(lane.Key);
            if (_isDraining && _pending == 0) _drained.TrySetResult();
            admitted = _stream.AdmitWaitingLocked();
        }

        LocalStream<T>.Finish(admitted);
    }

    private async Task<MessageEnd> HandleAsync(T message)
    {
        var delay = _options.RetryDelay;
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await _handler(message, _ended.Token);
                return MessageEnd.Delivered;
            }
            catch (OperationCanceledException) when (_ended.IsCancellationRequested)
            {
                return MessageEnd.Abandoned;
            }
#pragma warning disable CA1031 // Whatever the handler throws, the message is tried again or given up by name.
            catch (Exception error)
#pragma warning restore CA1031
            {
                if (await WhyGiveUpAsync(message, error, attempt, delay) is { } end) return end;
            }

            delay = delay * 2 < _options.RetryDelayMax ? delay * 2 : _options.RetryDelayMax;
        }
    }

    private async Task<MessageEnd?> WhyGiveUpAsync(T message, Exception error, int attempt, TimeSpan delay)
    {
        if (attempt >= _options.RetriesMax)
        {
            _bus.ReportGivenUp(_stream.Name, message, error);
            return MessageEnd.GivenUp;
        }

        _bus.Tally.Retried();
        _bus.ReportRetry(_stream.Name, error);
        try
        {
            await Task.Delay(delay, _bus.Options.TimeProvider, _ended.Token);
            return null;
        }
        catch (OperationCanceledException)
        {
            return MessageEnd.Abandoned;
        }
    }

    private void AbandonLocked()
    {
        _bus.Tally.Abandoned(_pending);
        _pending = 0;
        foreach (var lane in _lanes.Values) lane.Messages.Clear();
        _lanes.Clear();
        _ready.Clear();
    }
}
