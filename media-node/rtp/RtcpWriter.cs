using System.Buffers.Binary;

namespace OrleansAcd.Rtp;

/// <summary>Writes the compound packets this node sends: SR or RR with SDES CNAME, and BYE at the end (RFC 3550
/// §6.1).</summary>
public static class RtcpWriter
{
    /// <summary>An SR with one block, CNAME and BYE fit.</summary>
    public const int CompoundMaxBytes = 128;

    /// <summary>CNAMEs longer than this are cut; ours are short-term random (RFC 7022).</summary>
    public const int CnameMaxBytes = 32;

    /// <summary>SR when something was sent, else RR; then SDES (§6.1: "MUST be included in each compound RTCP
    /// packet").</summary>
    /// <returns>Bytes written.</returns>
    public static int Write(
        Span<byte> buffer, Ssrc self, SenderInfo? sent, ReportBlock? heard, ReadOnlySpan<byte> cname, bool isBye)
    {
        var length = WriteReport(buffer, self, sent, heard);
        length += WriteCname(buffer[length..], self, cname[..Math.Min(cname.Length, CnameMaxBytes)]);
        if (isBye) length += WriteBye(buffer[length..], self);
        return length;
    }

    private static int WriteReport(Span<byte> at, Ssrc self, SenderInfo? sent, ReportBlock? heard)
    {
        var length = 8;
        BinaryPrimitives.WriteUInt32BigEndian(at[4..], self.Value);
        if (sent is { } info)
        {
            BinaryPrimitives.WriteUInt64BigEndian(at[8..], info.Ntp.Value);
            BinaryPrimitives.WriteUInt32BigEndian(at[16..], info.Timestamp.Value);
            BinaryPrimitives.WriteUInt32BigEndian(at[20..], info.Packets);
            BinaryPrimitives.WriteUInt32BigEndian(at[24..], info.PayloadBytes);
            length = 28;
        }

        if (heard is { } block) length += WriteBlock(at[length..], block);
        WriteHeader(at, sent is null ? RtcpType.ReceiverReport : RtcpType.SenderReport, heard is null ? 0 : 1, length);
        return length;
    }

    private static int WriteBlock(Span<byte> at, in ReportBlock block)
    {
        BinaryPrimitives.WriteUInt32BigEndian(at, block.Source.Value);
        BinaryPrimitives.WriteUInt32BigEndian(
            at[4..], ((uint)block.FractionLost << 24) | ((uint)block.CumulativeLost & 0xFF_FFFF));
        BinaryPrimitives.WriteUInt32BigEndian(at[8..], block.HighestSequence);
        BinaryPrimitives.WriteUInt32BigEndian(at[12..], block.Jitter);
        BinaryPrimitives.WriteUInt32BigEndian(at[16..], block.LastSenderReport);
        BinaryPrimitives.WriteUInt32BigEndian(at[20..], block.DelaySinceLastSenderReport);
        return 24;
    }

    /// <summary>§6.5: the list of items ends with at least one null octet and fills a 32-bit word.</summary>
    private static int WriteCname(Span<byte> at, Ssrc self, ReadOnlySpan<byte> cname)
    {
        var length = 8 + ((2 + cname.Length + 1 + 3) & ~3);
        at[..length].Clear();
        WriteHeader(at, RtcpType.SourceDescription, 1, length);
        BinaryPrimitives.WriteUInt32BigEndian(at[4..], self.Value);
        at[8] = 1;
        at[9] = (byte)cname.Length;
        cname.CopyTo(at[10..]);
        return length;
    }

    private static int WriteBye(Span<byte> at, Ssrc self)
    {
        WriteHeader(at, RtcpType.Bye, 1, 8);
        BinaryPrimitives.WriteUInt32BigEndian(at[4..], self.Value);
        return 8;
    }

    private static void WriteHeader(Span<byte> at, RtcpType type, int count, int length)
    {
        at[0] = (byte)(0x80 | count);
        at[1] = (byte)type;
        BinaryPrimitives.WriteUInt16BigEndian(at[2..], (ushort)((length / 4) - 1));
    }
}
