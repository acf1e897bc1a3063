using System.Buffers.Binary;

namespace OrleansAcd.Rtp;

/// <summary>One packet of a compound, read on demand (RFC 3550 §6.4 to §6.6).</summary>
public readonly ref struct RtcpPacket
{
    private const int SsrcBytes = 4;
    private const int SenderInfoBytes = 20;
    private const int ReportBlockBytes = 24;
    private const byte CnameItem = 1;
    private readonly ReadOnlySpan<byte> _body;

    internal RtcpPacket(RtcpType type, int count, ReadOnlySpan<byte> body)
    {
        Type = type;
        Count = count;
        _body = body;
    }

    public RtcpType Type { get; }

    /// <summary>The header's five bits: report blocks, chunks or sources claimed.</summary>
    public int Count { get; }

    /// <summary>Who sent a report, or the first source of an SDES or BYE; false when there is none.</summary>
    public bool TryReadSource(out Ssrc source)
    {
        source = default;
        var mayBeEmpty = Type is RtcpType.Bye or RtcpType.SourceDescription;
        if (_body.Length < SsrcBytes || (mayBeEmpty && Count == 0)) return false;

        source = new Ssrc(BinaryPrimitives.ReadUInt32BigEndian(_body));
        return true;
    }

    public bool TryReadSenderInfo(out SenderInfo info)
    {
        info = default;
        if (Type != RtcpType.SenderReport || _body.Length < SsrcBytes + SenderInfoBytes) return false;

        var at = _body[SsrcBytes..];
        info = new SenderInfo(
            new NtpTime(BinaryPrimitives.ReadUInt64BigEndian(at)),
            new RtpTimestamp(BinaryPrimitives.ReadUInt32BigEndian(at[8..])),
            BinaryPrimitives.ReadUInt32BigEndian(at[12..]),
            BinaryPrimitives.ReadUInt32BigEndian(at[16..]));
        return true;
    }

    /// <summary>Block number <paramref name="index"/> of an SR or RR; false when the packet has no such
    /// block.</summary>
    public bool TryReadBlock(int index, out ReportBlock block)
    {
        block = default;
        if (Type is not (RtcpType.SenderReport or RtcpType.ReceiverReport) || index < 0 || index >= Count) return false;

        var offset = SsrcBytes + (Type == RtcpType.SenderReport ? SenderInfoBytes : 0) + (index * ReportBlockBytes);
        if (_body.Length < offset + ReportBlockBytes) return false;

        var at = _body[offset..];
        var lost = BinaryPrimitives.ReadUInt32BigEndian(at[4..]);
        block = new ReportBlock(
            new Ssrc(BinaryPrimitives.ReadUInt32BigEndian(at)),
            (byte)(lost >> 24),
            (int)(lost << 8) >> 8,
            BinaryPrimitives.ReadUInt32BigEndian(at[8..]),
            BinaryPrimitives.ReadUInt32BigEndian(at[12..]),
            BinaryPrimitives.ReadUInt32BigEndian(at[16..]),
            BinaryPrimitives.ReadUInt32BigEndian(at[20..]));
        return true;
    }

    /// <summary>The CNAME of an SDES's first chunk (§6.5.1), as the bytes that were sent.</summary>
    public bool TryReadCname(out ReadOnlySpan<byte> cname)
    {
        cname = default;
        if (Type != RtcpType.SourceDescription || Count == 0 || _body.Length < SsrcBytes) return false;

        for (var rest = _body[SsrcBytes..]; rest.Length >= 2 && rest[0] != 0;)
        {
            var length = rest[1];
            if (rest.Length < 2 + length) return false;
            if (rest[0] == CnameItem)
            {
                cname = rest.Slice(2, length);
                return true;
            }

            rest = rest[(2 + length)..];
        }

        return false;
    }
}
