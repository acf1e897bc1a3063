using Orleans;
using Orleans.Runtime;

namespace OrleansAcd.Actors;

/// <summary>A grain's one timer: ticks at or after the deadline. A tick that comes too early is harmless, so an armed
/// timer is left alone when the deadline moves away.</summary>
internal sealed class DeadlineTimer(IGrainBase grain, Func<Task> tick, TimeProvider time)
{
    private IGrainTimer? _timer;
    private DateTimeOffset? _armedFor;

    public void Arm(DateTimeOffset? deadline)
    {
        if (deadline is not { } at || _armedFor <= at) return;

        var due = at - time.GetUtcNow();
        if (due < TimeSpan.Zero) due = TimeSpan.Zero;
        _armedFor = at;
        if (_timer is not null)
        {
            _timer.Change(due, Timeout.InfiniteTimeSpan);
            return;
        }

        _timer = grain.RegisterGrainTimer(
            Fire, new GrainTimerCreationOptions(due, Timeout.InfiniteTimeSpan) { KeepAlive = true });
    }

    private Task Fire()
    {
        _armedFor = null;
        return tick();
    }
}
