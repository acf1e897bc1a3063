namespace OrleansAcd.Engine;

/// <summary>A clock that stands still until it is advanced, and timers that go by it.</summary>
public sealed class VirtualTimeProvider : TimeProvider
{
    private readonly PriorityQueue<VirtualTimer, (long Due, long Order)> _timers = new();
    private readonly DateTimeOffset _start;
    private readonly Lock _gate = new();
    private long _now;
    private long _order;

    internal VirtualTimeProvider(DateTimeOffset start)
    {
        _start = start.ToUniversalTime();
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>Time since the start.</summary>
    public TimeSpan Elapsed => new(_now);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _start.AddTicks(_now);

    /// <inheritdoc/>
    public override long GetTimestamp() => _now;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Advances to the next timer and fires it, unless that is later than a time.</summary>
    internal bool FireNext(long until)
    {
        VirtualTimer timer;
        lock (_gate)
        {
            DropStale();
            if (!_timers.TryPeek(out _, out var next) || next.Due > until) return false;

            timer = _timers.Dequeue();
            _now = Math.Max(_now, next.Due);
        }

        timer.Fire();
        return true;
    }

    internal void AdvanceTo(long now) => _now = Math.Max(_now, now);

    /// <summary>Puts a timer in the queue; its place, by which a stale one is known.</summary>
    internal long Arm(VirtualTimer timer, TimeSpan due)
    {
        lock (_gate)
        {
            var order = ++_order;
            timer.Armed = order;
            var at = due.Ticks > long.MaxValue - _now ? long.MaxValue : _now + due.Ticks;
            _timers.Enqueue(timer, (at, order));
            return order;
        }
    }

    private void DropStale()
    {
        while (_timers.TryPeek(out var timer, out var place) && timer.Armed != place.Order) _timers.Dequeue();
    }
}
