using System.Buffers.Binary;

namespace OrleansAcd.Rtp.Srtp;

/// <summary>The part of a packet that SRTP leaves readable: RFC 3711 §3.1 and §3.4.</summary>
/// <remarks>The payload's padding cannot be looked at: it is encrypted.</remarks>
internal static class SrtpPacket
{
    /// <summary>The longest packet, tag included; a datagram on Ethernet is shorter.</summary>
    public const int BytesMax = 2_048;

    /// <summary>RTCP's readable part: the first header word and the sender's SSRC.</summary>
    public const int RtcpHeaderBytes = 8;

    private const int VersionTwo = 2;

    /// <summary>Length of fixed header, CSRCs and extension; 0 when the packet is not RTP.</summary>
    public static int RtpHeaderBytes(ReadOnlySpan<byte> packet)
    {
        if (packet.Length is < RtpHeader.FixedBytes or > BytesMax || packet[0] >> 6 != VersionTwo) return 0;

        var length = RtpHeader.FixedBytes + (4 * (packet[0] & 0x0F));
        if ((packet[0] & 0x10) == 0) return packet.Length < length ? 0 : length;
        if (packet.Length < length + 4) return 0;

        length += 4 + (4 * BinaryPrimitives.ReadUInt16BigEndian(packet[(length + 2)..]));
        return packet.Length < length ? 0 : length;
    }

    public static bool IsRtcp(ReadOnlySpan<byte> packet) =>
        packet.Length is >= RtcpHeaderBytes and <= BytesMax && packet[0] >> 6 == VersionTwo;

    public static uint Word(ReadOnlySpan<byte> packet, int at) => BinaryPrimitives.ReadUInt32BigEndian(packet[at..]);
}
