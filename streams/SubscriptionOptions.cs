namespace OrleansAcd.Streams;

/// <summary>How a subscriber wants its messages.</summary>
public sealed record SubscriptionOptions<T>
{
    /// <summary>Messages of one key are handled in order, those of different keys at the same time (a call's events by
    /// its call id). Null: all in order, one at a time. Runs while publishing: quick, and never throwing.</summary>
    public Func<T, string>? Key { get; init; }

    /// <summary>Messages handled at the same time, when there is a key.</summary>
    public int ConcurrencyMax { get; init; } = 256;

    /// <summary>Messages that wait or are being handled; beyond it the stream has no room.</summary>
    public int PendingMax { get; init; } = 10_000;

    /// <summary>At its end the subscription still handles what waits, within the bus's end time-out, and abandons only
    /// the rest. False: it abandons all that waits.</summary>
    public bool DrainsAtEnd { get; init; }

    /// <summary>How often a message is tried again after its handler failed; then it is counted and reported.</summary>
    public int RetriesMax { get; init; } = 5;

    /// <summary>Time to the first retry; doubles with each.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The most that time grows to.</summary>
    public TimeSpan RetryDelayMax { get; init; } = TimeSpan.FromSeconds(2);
}
