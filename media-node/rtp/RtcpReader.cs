using System.Buffers.Binary;

namespace OrleansAcd.Rtp;

/// <summary>Walks a compound RTCP packet (RFC 3550 §6.1) of any bytes; never throws, never reads outside.</summary>
public ref struct RtcpReader
{
    private const int HeaderBytes = 4;
    private ReadOnlySpan<byte> _rest;

    private RtcpReader(ReadOnlySpan<byte> compound) => _rest = compound;

    /// <summary>Checks the whole as RFC 3550 A.2 says; only then is <paramref name="reader"/> worth reading.</summary>
    public static RtcpParseError TryOpen(ReadOnlySpan<byte> compound, out RtcpReader reader)
    {
        reader = new RtcpReader(compound);
        if (compound.Length < HeaderBytes + 4) return RtcpParseError.TooShort;
        if ((RtcpType)compound[1] is not (RtcpType.SenderReport or RtcpType.ReceiverReport))
        {
            return compound[0] >> 6 == 2 ? RtcpParseError.FirstIsNoReport : RtcpParseError.BadVersion;
        }

        for (var rest = compound; !rest.IsEmpty;)
        {
            var error = CheckOne(rest, out var length);
            if (error != RtcpParseError.None) return error;
            rest = rest[length..];
        }

        return RtcpParseError.None;
    }

    /// <summary>The next packet of the compound, or false at its end.</summary>
    public bool TryRead(out RtcpPacket packet)
    {
        packet = default;
        if (_rest.IsEmpty || CheckOne(_rest, out var length) != RtcpParseError.None) return false;

        var padding = (_rest[0] & 0x20) != 0 ? _rest[length - 1] : 0;
        packet = new RtcpPacket((RtcpType)_rest[1], _rest[0] & 0x1F, _rest[HeaderBytes..(length - padding)]);
        _rest = _rest[length..];
        return true;
    }

    private static RtcpParseError CheckOne(ReadOnlySpan<byte> at, out int length)
    {
        length = 0;
        if (at.Length < HeaderBytes) return RtcpParseError.BadLength;
        if (at[0] >> 6 != 2) return RtcpParseError.BadVersion;

        length = 4 * (BinaryPrimitives.ReadUInt16BigEndian(at[2..]) + 1);
        if (length > at.Length) return RtcpParseError.BadLength;
        if ((at[0] & 0x20) == 0) return RtcpParseError.None;

        // §6.4.1: padding only on the last packet, a multiple of four, at least one word.
        var padding = at[length - 1];
        var isSound = length == at.Length && padding > 0 && padding % 4 == 0 && padding <= length - HeaderBytes;
        return isSound ? RtcpParseError.None : RtcpParseError.BadPadding;
    }
}
