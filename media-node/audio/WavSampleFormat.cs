using System.Buffers.Binary;

namespace OrleansAcd.Audio;

/// <summary>The format chunk of a WAV file, and how one of its samples is read.</summary>
/// <remarks>RIFF is little-endian, RIFX the same with all numbers big-endian.</remarks>
internal readonly record struct WavSampleFormat(
    WavSampleFormat.Code Encoding, int Channels, int SampleRateHz, int BitsPerSample, bool IsBigEndian)
{
    private const int PlainBytes = 16;
    private const int ExtensibleBytes = 40;

    /// <summary>What a sub-format's GUID holds behind the code: "a format of the plain list".</summary>
    private static ReadOnlySpan<byte> PlainList => [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71];

    internal enum Code
    {
        Pcm = 1,
        Float = 3,
        ALaw = 6,
        MuLaw = 7,
        Extensible = 0xFFFE,
    }

    public int SampleBytes => BitsPerSample / 8;

    public int FrameBytes => Channels * SampleBytes;

    public static WavReadResult TryRead(ReadOnlySpan<byte> chunk, bool isBigEndian, out WavSampleFormat format)
    {
        format = default;
        if (chunk.Length < PlainBytes) return WavReadResult.BadFormat;

        var code = (Code)UInt16(chunk, isBigEndian);
        if (code == Code.Extensible)
        {
            if (chunk.Length < ExtensibleBytes) return WavReadResult.BadFormat;
            if (!chunk.Slice(26, PlainList.Length).SequenceEqual(PlainList)) return WavReadResult.UnsupportedEncoding;

            code = (Code)UInt16(chunk[24..], isBigEndian);
        }

        var rate = UInt32(chunk[4..], isBigEndian);
        format = new WavSampleFormat(
            code, UInt16(chunk[2..], isBigEndian), (int)Math.Min(rate, int.MaxValue), UInt16(chunk[14..], isBigEndian),
            isBigEndian);
        return format.Check(frameBytes: UInt16(chunk[12..], isBigEndian));
    }

    /// <summary>One sample in [-1, 1]; what is no number is silence.</summary>
    public float ReadSample(ReadOnlySpan<byte> at) => (Encoding, BitsPerSample) switch
    {
        (Code.ALaw, _) => Pcm.ToFloat(G711.Decode(G711Codec.Pcma, at[0])),
        (Code.MuLaw, _) => Pcm.ToFloat(G711.Decode(G711Codec.Pcmu, at[0])),
        (Code.Float, 32) => Tame(IsBigEndian
            ? BinaryPrimitives.ReadSingleBigEndian(at)
            : BinaryPrimitives.ReadSingleLittleEndian(at)),
        (Code.Float, _) => Tame(IsBigEndian
            ? BinaryPrimitives.ReadDoubleBigEndian(at)
            : BinaryPrimitives.ReadDoubleLittleEndian(at)),
        (_, 8) => (at[0] - 128) / 128f,                 // 8-bit WAV is unsigned
        (_, 16) => Pcm.ToFloat((short)UInt16(at, IsBigEndian)),
        (_, 24) => (IsBigEndian
            ? (at[0] << 24) | (at[1] << 16) | (at[2] << 8)
            : (at[0] << 8) | (at[1] << 16) | (at[2] << 24)) / 2_147_483_648f,
        _ => (int)UInt32(at, IsBigEndian) / 2_147_483_648f,
    };

    internal static uint UInt32(ReadOnlySpan<byte> at, bool isBigEndian) => isBigEndian
        ? BinaryPrimitives.ReadUInt32BigEndian(at)
        : BinaryPrimitives.ReadUInt32LittleEndian(at);

    private static ushort UInt16(ReadOnlySpan<byte> at, bool isBigEndian) => isBigEndian
        ? BinaryPrimitives.ReadUInt16BigEndian(at)
        : BinaryPrimitives.ReadUInt16LittleEndian(at);

    private static float Tame(double value) => double.IsFinite(value) ? (float)Math.Clamp(value, -1, 1) : 0;

    /// <param name="frameBytes">What the chunk says of a frame; 0 where its writer did not care.</param>
    private WavReadResult Check(int frameBytes)
    {
        if (Channels is < 1 or > WavReader.ChannelsMax) return WavReadResult.UnsupportedChannels;
        if (SampleRateHz is < WavReader.SampleRateMinHz or > WavReader.SampleRateMaxHz)
        {
            return WavReadResult.UnsupportedSampleRate;
        }

        var encoding = (Encoding, BitsPerSample) switch
        {
            (Code.Pcm, 8 or 16 or 24 or 32) => WavReadResult.None,
            (Code.Float, 32 or 64) => WavReadResult.None,
            (Code.ALaw or Code.MuLaw, 8) => WavReadResult.None,
            (Code.ALaw or Code.MuLaw or Code.Float, _) => WavReadResult.BadFormat,
            _ => WavReadResult.UnsupportedEncoding,
        };
        if (encoding != WavReadResult.None) return encoding;

        return frameBytes == FrameBytes || frameBytes == 0 ? WavReadResult.None : WavReadResult.BadFormat;
    }
}
