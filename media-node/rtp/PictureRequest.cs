using System.Buffers.Binary;

namespace OrleansAcd.Rtp;

/// <summary>Asks a sender of video for a whole picture: PLI (RFC 4585 §6.3.1) and FIR (RFC 5104 §4.3.1) behind an
/// empty receiver report.</summary>
public static class PictureRequest
{
    /// <summary>RR, SDES, PLI and FIR.</summary>
    public const int BytesMax = RtcpWriter.CompoundMaxBytes + PliBytes + FirBytes;

    private const int PliBytes = 12;
    private const int FirBytes = 20;
    private const byte PayloadSpecificFeedback = 206;
    private const byte PliFormat = 1;
    private const byte FirFormat = 4;

    /// <param name="buffer">At least <see cref="BytesMax"/> long.</param>
    /// <param name="self">Who asks.</param>
    /// <param name="source">Whose picture.</param>
    /// <param name="firSequence">The number of this request; null leaves FIR out.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(Span<byte> buffer, Ssrc self, Ssrc source, ReadOnlySpan<byte> cname, byte? firSequence)
    {
        var length = RtcpWriter.Write(buffer, self, null, null, cname, isBye: false);
        length += WriteHeader(buffer[length..], PliFormat, PliBytes, self, source);
        if (firSequence is not { } number) return length;

        // RFC 5104 §4.3.1.1: the media source of the header "is not used and SHALL be set to 0".
        var fir = buffer[length..];
        WriteHeader(fir, FirFormat, FirBytes, self, default);
        BinaryPrimitives.WriteUInt32BigEndian(fir[12..], source.Value);
        BinaryPrimitives.WriteUInt32BigEndian(fir[16..], (uint)number << 24);
        return length + FirBytes;
    }

    private static int WriteHeader(Span<byte> at, byte format, int length, Ssrc self, Ssrc source)
    {
        at[0] = (byte)(0x80 | format);
        at[1] = PayloadSpecificFeedback;
        BinaryPrimitives.WriteUInt16BigEndian(at[2..], (ushort)((length / 4) - 1));
        BinaryPrimitives.WriteUInt32BigEndian(at[4..], self.Value);
        BinaryPrimitives.WriteUInt32BigEndian(at[8..], source.Value);
        return length;
    }
}
