using OrleansAcd.Rtp.Srtp;

namespace OrleansAcd.MediaNode.Media;

/// <summary>How a leg's media fares, since its beginning.</summary>
/// <param name="PacketsLost">Of what the phone sent us, by its sequence numbers.</param>
/// <param name="RemoteFractionLost">Of what we sent, by the phone's last report; 0 to 1, null before one came.</param>
/// <param name="RoundTrip">By RTCP, null before an answer to one of our reports came.</param>
/// <param name="Strangers">Packets from sources that are not the peer.</param>
/// <param name="Malformed">Datagrams that were no RTP or no RTCP.</param>
/// <param name="Unexpected">Packets of a payload type that was not agreed.</param>
/// <param name="SendFailures">What the system did not take.</param>
public readonly record struct LegQuality(
    long PacketsReceived,
    long PacketsLost,
    TimeSpan Jitter,
    long PacketsSent,
    double? RemoteFractionLost,
    TimeSpan? RemoteJitter,
    TimeSpan? RoundTrip,
    long Strangers,
    long Malformed,
    long Unexpected,
    long SendFailures)
{
    /// <summary>ICMP errors that came instead of packets: nobody listened at the peer's port.</summary>
    public long Refused { get; init; }

    /// <summary>Both ways, now.</summary>
    public bool IsEncrypted { get; init; }

    /// <summary>Packets dropped for their encryption: forged, replayed, malformed.</summary>
    public SrtpDrops Crypto { get; init; }
}
