using System.Buffers.Binary;
using System.Diagnostics;

namespace OrleansAcd.Rtp;

/// <summary>The header of an RTP packet, RFC 3550 §5.1, and where its payload lies.</summary>
/// <param name="Marker">For audio: the first packet after a silence or a switch (RFC 3551 §4.1).</param>
/// <param name="PayloadType">0 to 127.</param>
/// <param name="PayloadOffset">First byte after the fixed header, CSRC list and extension.</param>
/// <param name="PayloadLength">In bytes, padding excluded; may be zero.</param>
public readonly record struct RtpHeader(
    bool Marker,
    byte PayloadType,
    SequenceNumber Sequence,
    RtpTimestamp Timestamp,
    Ssrc Ssrc,
    int PayloadOffset,
    int PayloadLength)
{
    public const int FixedBytes = 12;

    private const int Version = 2;
    private const byte PaddingMask = 0x20;
    private const byte ExtensionMask = 0x10;
    private const byte CsrcCountMask = 0x0F;
    private const byte MarkerMask = 0x80;
    private const byte PayloadTypeMask = 0x7F;

    public static RtpParseError TryParse(ReadOnlySpan<byte> packet, out RtpHeader header)
    {
        header = default;
        if (packet.Length < FixedBytes) return RtpParseError.TooShort;
        if (packet[0] >> 6 != Version) return RtpParseError.BadVersion;

        var offset = FixedBytes + (4 * (packet[0] & CsrcCountMask));
        if (packet.Length < offset) return RtpParseError.TruncatedCsrcList;

        if ((packet[0] & ExtensionMask) != 0 && !TrySkipExtension(packet, ref offset))
        {
            return RtpParseError.TruncatedExtension;
        }

        var padding = 0;
        if ((packet[0] & PaddingMask) != 0)
        {
            // "The last octet of the padding contains a count of how many padding octets should be ignored,
            // including itself": at least one, and never more than there is.
            padding = packet[^1];
            if (padding == 0 || padding > packet.Length - offset) return RtpParseError.BadPadding;
        }

        header = new RtpHeader(
            (packet[1] & MarkerMask) != 0,
            (byte)(packet[1] & PayloadTypeMask),
            new SequenceNumber(BinaryPrimitives.ReadUInt16BigEndian(packet[2..])),
            new RtpTimestamp(BinaryPrimitives.ReadUInt32BigEndian(packet[4..])),
            new Ssrc(BinaryPrimitives.ReadUInt32BigEndian(packet[8..])),
            offset,
            packet.Length - offset - padding);
        return RtpParseError.None;
    }

    /// <summary>Writes the 12 bytes of a header without CSRCs, extension or padding.</summary>
    public void Write(Span<byte> packet)
    {
        Debug.Assert(packet.Length >= FixedBytes, "no room for a header");
        packet[0] = Version << 6;
        packet[1] = (byte)(PayloadType | (Marker ? MarkerMask : 0));
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], Sequence.Value);
        BinaryPrimitives.WriteUInt32BigEndian(packet[4..], Timestamp.Value);
        BinaryPrimitives.WriteUInt32BigEndian(packet[8..], Ssrc.Value);
    }

    /// <summary>RFC 3550 §5.3.1: a 16-bit profile word, then the length in 32-bit words.</summary>
    private static bool TrySkipExtension(ReadOnlySpan<byte> packet, ref int offset)
    {
        if (packet.Length < offset + 4) return false;

        offset += 4 + (4 * BinaryPrimitives.ReadUInt16BigEndian(packet[(offset + 2)..]));
        return packet.Length >= offset;
    }
}
