namespace Orleans.Runtime;

/// <summary>A timer of a grain. Disposing stops it: no tick starts afterwards.</summary>
public interface IGrainTimer : IDisposable
{
    /// <summary>Sets the time to the next tick, and between ticks.</summary>
    /// <param name="dueTime">From now to the next tick; <see cref="Timeout.InfiniteTimeSpan"/>: none.</param>
    /// <param name="period">From a tick's end to the next; <see cref="Timeout.InfiniteTimeSpan"/>: one only.</param>
    void Change(TimeSpan dueTime, TimeSpan period);
}
