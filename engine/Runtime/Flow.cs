namespace OrleansAcd.Engine.Runtime;

/// <summary>Makes timers that do not carry their maker's ambient values into every tick.</summary>
internal static class Flow
{
    /// <summary>A stopped timer, made outside the ambient flow of its maker.</summary>
    public static ITimer CreateTimer(TimeProvider time, TimerCallback callback)
    {
        if (ExecutionContext.IsFlowSuppressed()) return Make(time, callback);

        using var flow = ExecutionContext.SuppressFlow();
        return Make(time, callback);
    }

    private static ITimer Make(TimeProvider time, TimerCallback callback) =>
        time.CreateTimer(callback, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
}
