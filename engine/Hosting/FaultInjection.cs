using Orleans;
using Orleans.Runtime;
using OrleansAcd.Engine.Runtime;

namespace OrleansAcd.Engine;

/// <summary>Puts faults in: an activation vanishes, a one-way call is lost or late. For simulation and tests.</summary>
public sealed class FaultInjection
{
    private readonly EmbeddedEngine _engine;

    internal FaultInjection(EmbeddedEngine engine)
    {
        _engine = engine;
    }

    /// <summary>Decides the fate of every one-way call; null: all arrive.</summary>
    public Func<OneWayCall, MessageFate>? OneWay { get; set; }

    /// <summary>The grain's activation vanishes as if its process had died: what is in memory is lost, nothing of it
    /// runs again, callers get <see cref="SiloUnavailableException"/>; the next call makes a new one.</summary>
    /// <returns>False when the grain was not active.</returns>
    public bool Kill(IAddressable grain)
    {
        if (_engine.Find(grain.GetGrainId()) is not { } activation) return false;

        activation.Kill(new SiloUnavailableException($"{activation.GrainId} was lost."));
        return true;
    }

    internal bool LetsThrough(GrainId target, Request request, Action deliver)
    {
        if (OneWay is null) return true;

        var fate = OneWay(new OneWayCall(target, request.Method!.InterfaceName, request.Method.Name));
        if (!fate.IsLost && fate.Delay == TimeSpan.Zero) return true;
        if (!fate.IsLost) DeliverAfter(fate.Delay, deliver);
        return false;
    }

    private void DeliverAfter(TimeSpan delay, Action deliver)
    {
        ITimer? timer = null;
        timer = _engine.TimeProvider.CreateTimer(
            _ =>
            {
                timer?.Dispose();
                deliver();
            },
            null,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        timer.Change(delay, Timeout.InfiniteTimeSpan);
    }
}
