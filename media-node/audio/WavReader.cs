using System.Buffers.Binary;

namespace OrleansAcd.Audio;

/// <summary>Reads RIFF/WAVE: PCM of 8, 16 and 24 bits, A-law, mu-law, plain or extensible, mono or stereo.</summary>
/// <remarks>Any bytes give a result, none an exception. Unknown and odd-sized chunks are skipped.</remarks>
public static class WavReader
{
    public const int SampleRateMinHz = 4_000;
    public const int SampleRateMaxHz = 192_000;
    private const int ChunksMax = 1_000;
    private const uint StreamedLength = uint.MaxValue;

    public static readonly TimeSpan DurationMax = TimeSpan.FromMinutes(15);

    private enum Encoding
    {
        Pcm = 1,
        ALaw = 6,
        MuLaw = 7,
        Extensible = 0xFFFE,
    }

    private readonly record struct Format(Encoding Encoding, int Channels, int SampleRateHz, int BitsPerSample)
    {
        public int FrameBytes => Channels * BitsPerSample / 8;
    }

    /// <summary><paramref name="audio"/> is set for <see cref="WavReadResult.None"/> and
    /// <see cref="WavReadResult.Truncated"/>.</summary>
    public static WavReadResult TryRead(ReadOnlySpan<byte> file, out WavAudio? audio)
    {
        audio = null;
        if (file.IsEmpty) return WavReadResult.Empty;
        if (file.Length < 12 || !Is(file, "RIFF"u8) || !Is(file[8..], "WAVE"u8)) return WavReadResult.NotWave;

        Format? format = null;
        var rest = file[12..];
        for (var chunk = 0; chunk < ChunksMax && rest.Length >= 8; chunk++)
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]);
            var body = rest[8..(int)Math.Min(rest.Length, 8L + length)];

            if (Is(rest, "data"u8)) return ReadData(format, body, length, out audio);

            if (Is(rest, "fmt "u8))
            {
                var refusal = ReadFormat(body, out var read);
                if (refusal != WavReadResult.None) return refusal;
                format = read;
            }

            // A chunk of odd length is followed by one byte of padding.
            rest = rest[(int)Math.Min(rest.Length, 8L + length + (length & 1))..];
        }

        return format is null ? WavReadResult.MissingFormat : WavReadResult.MissingData;
    }

    private static bool Is(ReadOnlySpan<byte> at, ReadOnlySpan<byte> id) => at.StartsWith(id);

    private static WavReadResult ReadFormat(ReadOnlySpan<byte> body, out Format format)
    {
        format = default;
        if (body.Length < 16) return WavReadResult.BadFormat;

        var encoding = (Encoding)BinaryPrimitives.ReadUInt16LittleEndian(body);
        if (encoding == Encoding.Extensible)
        {
            // The sub-format GUID begins with the plain format's number.
            if (body.Length < 40) return WavReadResult.BadFormat;
            encoding = (Encoding)BinaryPrimitives.ReadUInt16LittleEndian(body[24..]);
        }

        var rate = BinaryPrimitives.ReadUInt32LittleEndian(body[4..]);
        format = new Format(
            encoding,
            BinaryPrimitives.ReadUInt16LittleEndian(body[2..]),
            (int)Math.Min(rate, int.MaxValue),
            BinaryPrimitives.ReadUInt16LittleEndian(body[14..]));
        return Check(format);
    }

    private static WavReadResult Check(Format format)
    {
        if (format.Channels is < 1 or > 2) return WavReadResult.UnsupportedChannels;
        if (format.SampleRateHz is < SampleRateMinHz or > SampleRateMaxHz) return WavReadResult.UnsupportedSampleRate;

        return (format.Encoding, format.BitsPerSample) switch
        {
            (Encoding.Pcm, 8 or 16 or 24) => WavReadResult.None,
            (Encoding.ALaw or Encoding.MuLaw, 8) => WavReadResult.None,
            (Encoding.ALaw or Encoding.MuLaw, _) => WavReadResult.BadFormat,
            _ => WavReadResult.UnsupportedEncoding,
        };
    }

    private static WavReadResult ReadData(Format? found, ReadOnlySpan<byte> body, uint declared, out WavAudio? audio)
    {
        audio = null;
        if (found is not { } format) return WavReadResult.MissingFormat;

        var frames = body.Length / format.FrameBytes;
        if (frames == 0) return WavReadResult.Empty;
        if (frames > DurationMax.TotalSeconds * format.SampleRateHz) return WavReadResult.TooLong;

        audio = new WavAudio(format.SampleRateHz, format.Channels, ToMono(format, body, frames));
        return declared > body.Length && declared != StreamedLength ? WavReadResult.Truncated : WavReadResult.None;
    }

    private static float[] ToMono(Format format, ReadOnlySpan<byte> body, int frames)
    {
        var mono = new float[frames];
        var sampleBytes = format.BitsPerSample / 8;
        for (var i = 0; i < frames; i++)
        {
            var frame = body[(i * format.FrameBytes)..];
            var sum = ReadSample(format, frame);
            if (format.Channels == 2) sum = (sum + ReadSample(format, frame[sampleBytes..])) / 2;
            mono[i] = sum;
        }

        return mono;
    }

    private static float ReadSample(Format format, ReadOnlySpan<byte> at) =>
        (format.Encoding, format.BitsPerSample) switch
    {
        (Encoding.ALaw, _) => Pcm.ToFloat(G711.Decode(G711Codec.Pcma, at[0])),
        (Encoding.MuLaw, _) => Pcm.ToFloat(G711.Decode(G711Codec.Pcmu, at[0])),
        (_, 8) => (at[0] - 128) / 128f,                 // 8-bit WAV is unsigned
        (_, 16) => Pcm.ToFloat(BinaryPrimitives.ReadInt16LittleEndian(at)),
        _ => ((at[0] << 8) | (at[1] << 16) | (at[2] << 24)) / 2_147_483_648f,
    };
}
