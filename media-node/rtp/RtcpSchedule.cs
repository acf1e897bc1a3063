using OrleansAcd.MediaCore;

namespace OrleansAcd.Rtp;

/// <summary>When to send RTCP: RFC 3550 §6.2 for two members, where the minimum of 5 s always rules.</summary>
/// <remarks>§6.2: "varied randomly over the range [0.5,1.5] times the calculated interval"; half of it before the
/// first.</remarks>
public sealed class RtcpSchedule
{
    public static readonly TimeSpan IntervalMin = TimeSpan.FromSeconds(5);
    private readonly IIdSource _random;

    public RtcpSchedule(IIdSource random, Instant now)
    {
        _random = random;
        NextDeadline = now + (Randomised() / 2);
    }

    public Instant NextDeadline { get; private set; }

    /// <summary>True when a report is due; the next one is then scheduled.</summary>
    public bool HandleTimeout(Instant now)
    {
        if (now < NextDeadline) return false;

        NextDeadline = now + Randomised();
        return true;
    }

    private TimeSpan Randomised() => IntervalMin * (0.5 + ((_random.NextBits() >> 11) * (1.0 / (1UL << 53))));
}
