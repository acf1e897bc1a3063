namespace OrleansAcd.Sip.Transactions;

/// <summary>Base timers, RFC 3261 §17.1.1.1 and appendix A.</summary>
public sealed record SipTimers
{
    public static readonly SipTimers Default = new();

    /// <summary>Round-trip time estimate.</summary>
    public TimeSpan T1 { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest interval between retransmissions of non-INVITE requests and of INVITE responses.</summary>
    public TimeSpan T2 { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>How long a message stays in the network.</summary>
    public TimeSpan T4 { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Timers B, F, H, J, L and M.</summary>
    public TimeSpan Timeout => 64 * T1;

    /// <summary>Timer D: at least 32 s on an unreliable transport.</summary>
    public TimeSpan CompletedWait => Timeout > TimeSpan.FromSeconds(32) ? Timeout : TimeSpan.FromSeconds(32);
}
