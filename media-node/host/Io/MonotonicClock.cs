using System.Diagnostics;
using OrleansAcd.MediaCore;

namespace OrleansAcd.MediaNode.Io;

/// <summary>Where instants come from: the stopwatch, from the start of the process.</summary>
public static class MonotonicClock
{
    /// <summary>The stopwatch's value at the start.</summary>
    internal static readonly long Origin = Stopwatch.GetTimestamp();

    public static Instant Now => new(Stopwatch.GetElapsedTime(Origin).Ticks);
}
