namespace OrleansAcd.Gateway;

/// <summary>The gateway's settings and bounds.</summary>
public sealed record GatewayOptions
{
    /// <summary>The log of who took or deleted what.</summary>
    public const string AuditLog = "OrleansAcd.Audit";

    /// <summary>Where the API key's hash is kept.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Events that a client that was away can still get.</summary>
    public int FeedRingMax { get; init; } = 10_000;

    /// <summary>Clients of the feed at once.</summary>
    public int FeedClientsMax { get; init; } = 1_000;

    /// <summary>Events that wait for one client; a slower one is disconnected.</summary>
    public int FeedClientPendingMax { get; init; } = 1_000;

    public TimeSpan FeedHeartbeat { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Wrong keys that one address may try in a minute.</summary>
    public int WrongKeysPerMinuteMax { get; init; } = 10;

    /// <summary>Live calls that are listed.</summary>
    public int LiveCallsMax { get; init; } = 100_000;
}
