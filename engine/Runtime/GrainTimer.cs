using Orleans.Runtime;

namespace OrleansAcd.Engine.Runtime;

/// <summary>A grain's timer: one shot after another, each armed when the one before has ended.</summary>
internal sealed class GrainTimer : IGrainTimer
{
    private static readonly TimeSpan Never = Timeout.InfiniteTimeSpan;

    private readonly object _gate = new();
    private readonly Activation _activation;
    private readonly Func<CancellationToken, Task> _callback;
    private readonly TickRequest _tick;
    private readonly CancellationTokenSource _ended = new();
    private readonly ITimer _timer;
    private TimeSpan _period;
    private TimeSpan? _changedDue;
    private bool _ticking;

    public GrainTimer(Activation activation, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        CheckTime(options.DueTime, nameof(options));
        CheckTime(options.Period, nameof(options));
        _activation = activation;
        _callback = callback;
        _period = options.Period;
        _tick = new TickRequest(this, options.Interleave, options.KeepAlive);
        _timer = Flow.CreateTimer(activation.Engine.TimeProvider, OnDue);
        _timer.Change(options.DueTime, Never);
    }

    /// <summary>True once stopped.</summary>
    public bool IsDisposed { get; private set; }

    /// <inheritdoc/>
    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        CheckTime(dueTime, nameof(dueTime));
        CheckTime(period, nameof(period));
        lock (_gate)
        {
            if (IsDisposed) return;

            _period = period;
            if (_ticking) _changedDue = dueTime;
            else _timer.Change(dueTime, Never);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            if (IsDisposed) return;

            IsDisposed = true;
        }

        _timer.Dispose();
        _ended.Cancel();
        _activation.Forget(this);
    }

    /// <summary>Runs the callback, then arms the next tick.</summary>
    public async Task TickAsync()
    {
        try
        {
            await _callback(_ended.Token);
        }
        catch (OperationCanceledException) when (IsDisposed)
        {
            return;
        }
#pragma warning disable CA1031 // A failing tick is reported; the next one comes all the same.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _activation.Engine.ReportTimerFailure(_activation.GrainId, error);
        }

        Rearm();
    }

    private static void CheckTime(TimeSpan time, string name)
    {
        if (time != Never) ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero, name);
    }

    private void OnDue(object? _)
    {
        lock (_gate)
        {
            if (IsDisposed || _ticking) return;

            _ticking = true;
        }

        _activation.TryEnqueue(_tick);
    }

    private void Rearm()
    {
        lock (_gate)
        {
            _ticking = false;
            if (IsDisposed) return;

            _timer.Change(_changedDue ?? _period, Never);
            _changedDue = null;
        }
    }
}
