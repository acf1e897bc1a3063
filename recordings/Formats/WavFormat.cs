using System.Buffers.Binary;

namespace OrleansAcd.Recordings.Formats;

/// <summary>RIFF/WAVE of 16-bit linear PCM with any number of channels, as recordings are written. Pure.</summary>
/// <remarks>Up to two channels a plain format chunk; more need the extensible one, here without speaker
/// positions.</remarks>
public readonly record struct WavFormat(int Channels, int SampleRateHz)
{
    public const int ChannelsMax = 256;
    public const int PlainHeaderBytes = 44;
    public const int ExtensibleHeaderBytes = 68;

    /// <summary>The sizes in the header have 32 bits.</summary>
    public const long DataBytesMax = uint.MaxValue - ExtensibleHeaderBytes - 2;

    private const ushort PcmTag = 1;
    private const ushort ExtensibleTag = 0xFFFE;

    /// <summary>KSDATAFORMAT_SUBTYPE_PCM: the tag, then this.</summary>
    private static ReadOnlySpan<byte> SubFormatTail =>
        [0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71];

    public int FrameBytes => Channels * sizeof(short);

    public int HeaderBytes => Channels > 2 ? ExtensibleHeaderBytes : PlainHeaderBytes;

    /// <summary>Writes the header of a file that holds so many bytes of sound.</summary>
    /// <returns>The header, a part of <paramref name="to"/>.</returns>
    public ReadOnlySpan<byte> WriteHeader(Span<byte> to, long dataBytes)
    {
        var header = to[..HeaderBytes];
        var formatBytes = Channels > 2 ? 40 : 16;
        "RIFF"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], (uint)(HeaderBytes - 8 + dataBytes));
        "WAVEfmt "u8.CopyTo(header[8..]);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], formatBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(header[20..], Channels > 2 ? ExtensibleTag : PcmTag);
        BinaryPrimitives.WriteUInt16LittleEndian(header[22..], (ushort)Channels);
        BinaryPrimitives.WriteInt32LittleEndian(header[24..], SampleRateHz);
        BinaryPrimitives.WriteInt32LittleEndian(header[28..], SampleRateHz * FrameBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(header[32..], (ushort)FrameBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(header[34..], 16);
        if (Channels > 2) WriteExtension(header[36..]);
        "data"u8.CopyTo(header[(20 + formatBytes)..]);
        BinaryPrimitives.WriteUInt32LittleEndian(header[(24 + formatBytes)..], (uint)dataBytes);
        return header;
    }

    /// <summary>Reads a header that <see cref="WriteHeader"/> wrote.</summary>
    /// <param name="dataBytes">What the header says follows it.</param>
    public static bool TryRead(ReadOnlySpan<byte> header, out WavFormat format, out long dataBytes)
    {
        (format, dataBytes) = (default, 0);
        if (header.Length < PlainHeaderBytes || !header.StartsWith("RIFF"u8)) return false;
        if (!header[8..].StartsWith("WAVEfmt "u8)) return false;

        var channels = BinaryPrimitives.ReadUInt16LittleEndian(header[22..]);
        var rate = BinaryPrimitives.ReadInt32LittleEndian(header[24..]);
        var read = new WavFormat(channels, rate);
        if (channels is 0 or > ChannelsMax || rate is < 8_000 or > 48_000) return false;
        if (header.Length < read.HeaderBytes) return false;

        // Only what we wrote is taken: then all but the sizes is known.
        Span<byte> ours = stackalloc byte[ExtensibleHeaderBytes];
        dataBytes = BinaryPrimitives.ReadUInt32LittleEndian(header[(read.HeaderBytes - 4)..]);
        var expected = read.WriteHeader(ours, dataBytes);
        if (!header[8..(read.HeaderBytes - 4)].SequenceEqual(expected[8..^4])) return false;

        format = read;
        return true;
    }

    private static void WriteExtension(Span<byte> at)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(at, 22);
        BinaryPrimitives.WriteUInt16LittleEndian(at[2..], 16);
        BinaryPrimitives.WriteUInt32LittleEndian(at[4..], 0);
        BinaryPrimitives.WriteUInt16LittleEndian(at[8..], PcmTag);
        SubFormatTail.CopyTo(at[10..]);
    }
}
