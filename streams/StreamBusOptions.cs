namespace OrleansAcd.Streams;

/// <summary>On which time and threads streams run, and their limits.</summary>
public sealed class StreamBusOptions
{
    /// <summary>The clock of retries.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Where handlers run. The thread pool by default; virtual time's scheduler for simulation.</summary>
    public TaskScheduler Scheduler { get; set; } = TaskScheduler.Default;

    /// <summary>Publishers that may wait for one stream.</summary>
    public int WaitingPublishersMax { get; set; } = 1_000;

    /// <summary>Streams that may have subscribers.</summary>
    public int StreamsMax { get; set; } = 100_000;

    /// <summary>How long the end of a subscription waits for handlers that run.</summary>
    public TimeSpan EndTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Told of a message that was given up: stream, message, the last failure.</summary>
    public Action<string, object, Exception>? GaveUp { get; set; }
}
