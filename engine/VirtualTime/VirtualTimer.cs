namespace OrleansAcd.Engine;

/// <summary>A timer of virtual time. Its callback runs on the thread that advances the time.</summary>
internal sealed class VirtualTimer(VirtualTimeProvider time, TimerCallback callback, object? state) : ITimer
{
    private TimeSpan _period;
    private bool _disposed;

    /// <summary>The place in the queue that counts; any other is stale. Zero: stopped.</summary>
    public long Armed { get; set; }

    /// <inheritdoc/>
    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (_disposed) return false;

        _period = period;
        if (dueTime == Timeout.InfiniteTimeSpan) time.Disarm(this);
        else time.Arm(this, dueTime);
        return true;
    }

    /// <summary>Its time has come.</summary>
    public void Fire()
    {
        if (_period != Timeout.InfiniteTimeSpan && _period > TimeSpan.Zero) time.Arm(this, _period);
        callback(state);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        time.Disarm(this);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
