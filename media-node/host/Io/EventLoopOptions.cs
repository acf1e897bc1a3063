using OrleansAcd.MediaCore;

namespace OrleansAcd.MediaNode.Io;

/// <summary>How a loop runs.</summary>
public sealed record EventLoopOptions
{
    public string Name { get; init; } = "media-worker";

    /// <summary>What waits in the queue of posted actions at most; a power of two.</summary>
    public int PostedMax { get; init; } = 16_384;

    /// <summary>Pins the thread to this CPU; null leaves it to the system.</summary>
    public int? Cpu { get; init; }

    /// <summary>Asks for SCHED_FIFO with this priority; ignored where it is not permitted.</summary>
    public int? RealTimePriority { get; init; }

    /// <summary>Where time comes from; null for the stopwatch. Tests that turn the loop themselves bring their
    /// own.</summary>
    public Func<Instant>? Clock { get; init; }

    /// <summary>Told of every exception that a handler let escape; called on the loop's thread.</summary>
    public Action<Exception>? OnError { get; init; }
}
