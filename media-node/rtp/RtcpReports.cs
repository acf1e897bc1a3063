using OrleansAcd.MediaCore;

namespace OrleansAcd.Rtp;

/// <summary>RTCP packet types (RFC 3550 §12.1).</summary>
public enum RtcpType : byte
{
    SenderReport = 200,
    ReceiverReport = 201,
    SourceDescription = 202,
    Bye = 203,
    Application = 204,
}

/// <summary>Why bytes are not a compound RTCP packet (RFC 3550 A.2).</summary>
public enum RtcpParseError
{
    None,
    TooShort,
    BadVersion,

    /// <summary>"The payload type field of the first RTCP packet in a compound packet must be equal to SR or
    /// RR."</summary>
    FirstIsNoReport,

    /// <summary>A length beyond the datagram, or a rest that is no packet.</summary>
    BadLength,

    /// <summary>Padding before the last packet, or more of it than there is.</summary>
    BadPadding,
}

/// <summary>A reception report block (RFC 3550 §6.4.1).</summary>
/// <param name="FractionLost">In 256ths, since the previous report.</param>
/// <param name="CumulativeLost">24 bits, signed.</param>
/// <param name="Jitter">In ticks of the payload's clock.</param>
/// <param name="LastSenderReport">Middle 32 bits of the NTP time of the last SR received, or 0.</param>
/// <param name="DelaySinceLastSenderReport">In units of 1/65,536 s.</param>
public readonly record struct ReportBlock(
    Ssrc Source,
    byte FractionLost,
    int CumulativeLost,
    uint HighestSequence,
    uint Jitter,
    uint LastSenderReport,
    uint DelaySinceLastSenderReport);

/// <summary>The sender information of an SR (RFC 3550 §6.4.1).</summary>
public readonly record struct SenderInfo(NtpTime Ntp, RtpTimestamp Timestamp, uint Packets, uint PayloadBytes);

/// <summary>NTP's 32.32 fixed-point seconds (RFC 3550 §4). Here counted from the process's start: any common clock
/// serves.</summary>
public readonly record struct NtpTime(ulong Value)
{
    /// <summary>The middle 32 bits: what LSR and round trips are measured in.</summary>
    public uint Middle => (uint)(Value >> 16);

    public static NtpTime From(Instant at) =>
        new((ulong)(((UInt128)(ulong)at.Ticks << 32) / (ulong)TimeSpan.TicksPerSecond));

    /// <summary>§6.4.1: "A - LSR - DLSR", or null when the report does not answer one of ours.</summary>
    public static TimeSpan? RoundTrip(Instant received, in ReportBlock block)
    {
        if (block.LastSenderReport == 0) return null;

        var ticks = unchecked(From(received).Middle - block.LastSenderReport - block.DelaySinceLastSenderReport);
        var isPlausible = ticks < 60 << 16;
        return isPlausible ? TimeSpan.FromSeconds(ticks / 65_536.0) : null;
    }
}
