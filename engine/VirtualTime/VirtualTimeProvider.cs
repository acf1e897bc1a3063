namespace OrleansAcd.Engine;

/// <summary>A clock that stands still until it is advanced, and timers that go by it.</summary>
public sealed class VirtualTimeProvider : TimeProvider
{
    private const int StaleMin = 1_024;

    private readonly PriorityQueue<VirtualTimer, (long Due, long Order)> _timers = new();
    private readonly DateTimeOffset _start;
    private readonly Lock _gate = new();
    private long _now;
    private int _armed;
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
            Disarm(timer);
            _now = Math.Max(_now, next.Due);
        }

        timer.Fire();
        return true;
    }

    internal void AdvanceTo(long now) => _now = Math.Max(_now, now);

    /// <summary>Takes a timer out; its entry in the queue is stale from now on.</summary>
    internal void Disarm(VirtualTimer timer)
    {
        lock (_gate)
        {
            if (timer.Armed != 0) _armed--;
            timer.Armed = 0;
        }
    }

    /// <summary>Puts a timer in the queue, in place of where it was.</summary>
    internal void Arm(VirtualTimer timer, TimeSpan due)
    {
        lock (_gate)
        {
            var order = ++_order;
            if (timer.Armed == 0) _armed++;
            timer.Armed = order;
            DropAllStale();
            var at = due.Ticks > long.MaxValue - _now ? long.MaxValue : _now + due.Ticks;
            _timers.Enqueue(timer, (at, order));
        }
    }

    /// <summary>Timers that are set again and again leave stale entries: never more than there are live ones.</summary>
    private void DropAllStale()
    {
        if (_timers.Count < StaleMin || _timers.Count < 2 * _armed) return;

        var live = _timers.UnorderedItems.Where(entry => entry.Element.Armed == entry.Priority.Order).ToArray();
        _timers.Clear();
        _timers.EnqueueRange(live);
    }

    private void DropStale()
    {
        while (_timers.TryPeek(out var timer, out var place) && timer.Armed != place.Order) _timers.Dequeue();
    }
}
