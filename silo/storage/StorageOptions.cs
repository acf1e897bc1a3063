namespace OrleansAcd.Storage;

/// <summary>Where calls are stored, and the bounds of what is kept in memory while they cannot be.</summary>
public sealed record StorageOptions
{
    /// <summary>The directory of the database; made where it does not exist.</summary>
    public required string Directory { get; init; }

    /// <summary>Ended calls older than this are deleted; null: never.</summary>
    public TimeSpan? Retention { get; init; }

    /// <summary>What may wait for the disk, in bytes of text; more is dropped and counted.</summary>
    public long BacklogBytesMax { get; init; } = 64 * 1024 * 1024;

    /// <summary>How large the database may grow; at this size it is treated as a full disk. Null: the disk is the
    /// bound.</summary>
    public long? FileBytesMax { get; init; }

    /// <summary>Writes in one transaction.</summary>
    public int BatchMax { get; init; } = 1_000;

    /// <summary>How long a commit waits for a lock that another process holds.</summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>A commit that takes longer counts as failed for those who wait for it: their calls go on.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromMilliseconds(500);

    public TimeSpan RetryDelayMin { get; init; } = TimeSpan.FromMilliseconds(100);

    public TimeSpan RetryDelayMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>At stop, how long the last writes may take.</summary>
    public TimeSpan FlushTimeout { get; init; } = TimeSpan.FromSeconds(5);

    public string File => Path.Combine(Directory, "acd.db");
}
