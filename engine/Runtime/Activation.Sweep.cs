using Orleans;

namespace OrleansAcd.Engine.Runtime;

/// <summary>What time does to an activation: calls run out of time, idle ones are collected.</summary>
internal sealed partial class Activation
{
    /// <summary>Answers calls whose time is up, and ends the activation when nothing has used it for long.</summary>
    public void Sweep(long tick, long idleTicks)
    {
        List<Request>? late = null;
        bool idle;
        lock (_gate)
        {
            CollectLate(_waiting, tick, ref late);
            CollectLate(_interleaving, tick, ref late);
            CollectLate(_running, tick, ref late);
            idle = _state is ActivationState.Active && _deactivation is null && _running.Count == 0
                && _waiting.Count == 0 && _interleaving.Count == 0 && !_scheduled
                && tick - _lastUsed >= idleTicks && tick >= _keptUntil;
        }

        if (late is not null)
        {
            foreach (var request in late) Engine.TimeOut(GrainId, request);
        }

        if (idle) Deactivate(new(DeactivationReasonCode.ActivationIdle, "nothing used it"));
    }

    private static void CollectLate(IEnumerable<Request> requests, long tick, ref List<Request>? late)
    {
        foreach (var request in requests)
        {
            if (tick < request.DeadlineTick || request.IsAnswered) continue;

            request.DeadlineTick = long.MaxValue;
            (late ??= []).Add(request);
        }
    }
}
