using System.Buffers.Binary;

namespace OrleansAcd.Audio;

/// <summary>Reads WAVE files: RIFF, RIFX and RF64; PCM, floating point, A-law, mu-law; plain or extensible; 1 to 8
/// channels.</summary>
/// <remarks>Any bytes give a result, none an exception; README.md holds the table. Unknown and odd-sized chunks are
/// skipped; what a chunk claims beyond the file is not believed.</remarks>
public static class WavReader
{
    public const int SampleRateMinHz = 4_000;
    public const int SampleRateMaxHz = 192_000;
    public const int ChannelsMax = 8;

    private const int ChunksMax = 1_000;
    private const int HeaderBytes = 12;
    private const int ChunkHeaderBytes = 8;

    /// <summary>"Until the end of the file", as writers to a pipe put it; in RF64 "see the ds64 chunk".</summary>
    private const uint UnknownLength = uint.MaxValue;

    public static readonly TimeSpan DurationMax = TimeSpan.FromMinutes(15);

    /// <summary><paramref name="audio"/> is set for <see cref="WavReadResult.None"/> and
    /// <see cref="WavReadResult.Truncated"/>.</summary>
    public static WavReadResult TryRead(ReadOnlySpan<byte> file, out WavAudio? audio)
    {
        audio = null;
        if (file.IsEmpty) return WavReadResult.Empty;
        if (file.Length < HeaderBytes || !Is(file[8..], "WAVE"u8)) return WavReadResult.NotWave;

        var isBigEndian = Is(file, "RIFX"u8);
        if (!isBigEndian && !Is(file, "RIFF"u8) && !Is(file, "RF64"u8)) return WavReadResult.NotWave;

        return ReadChunks(file[HeaderBytes..], isBigEndian, out audio);
    }

    private static WavReadResult ReadChunks(ReadOnlySpan<byte> rest, bool isBigEndian, out WavAudio? audio)
    {
        audio = null;
        WavSampleFormat? format = null;
        var longLength = (ulong)UnknownLength;
        for (var chunk = 0; chunk < ChunksMax && rest.Length >= ChunkHeaderBytes; chunk++)
        {
            var length = WavSampleFormat.UInt32(rest[4..], isBigEndian);
            var body = rest[ChunkHeaderBytes..(int)Math.Min(rest.Length, ChunkHeaderBytes + (long)length)];
            if (Is(rest, "ds64"u8) && body.Length >= 16) longLength = BinaryPrimitives.ReadUInt64LittleEndian(body[8..]);
            if (Is(rest, "data"u8))
            {
                return ReadData(format, body, length == UnknownLength ? longLength : length, out audio);
            }

            if (Is(rest, "fmt "u8))
            {
                var refusal = WavSampleFormat.TryRead(body, isBigEndian, out var read);
                if (refusal != WavReadResult.None) return refusal;
                format = read;
            }

            // A chunk of odd length is followed by one byte of padding.
            rest = rest[(int)Math.Min(rest.Length, ChunkHeaderBytes + (long)length + (length & 1))..];
        }

        return format is null ? WavReadResult.MissingFormat : WavReadResult.MissingData;
    }

    private static bool Is(ReadOnlySpan<byte> at, ReadOnlySpan<byte> id) => at.StartsWith(id);

    private static WavReadResult ReadData(
        WavSampleFormat? found, ReadOnlySpan<byte> body, ulong declared, out WavAudio? audio)
    {
        audio = null;
        if (found is not { } format) return WavReadResult.MissingFormat;

        if (declared < (ulong)body.Length) body = body[..(int)declared];
        var frames = body.Length / format.FrameBytes;
        if (frames == 0) return WavReadResult.Empty;
        if (frames > DurationMax.TotalSeconds * format.SampleRateHz) return WavReadResult.TooLong;

        audio = new WavAudio(format.SampleRateHz, format.Channels, ToMono(format, body, frames));
        return declared > (ulong)body.Length && declared != UnknownLength
            ? WavReadResult.Truncated
            : WavReadResult.None;
    }

    /// <summary>All channels averaged: whatever is said on one of them is heard.</summary>
    private static float[] ToMono(in WavSampleFormat format, ReadOnlySpan<byte> body, int frames)
    {
        var mono = new float[frames];
        for (var i = 0; i < frames; i++)
        {
            var frame = body.Slice(i * format.FrameBytes, format.FrameBytes);
            var sum = 0f;
            for (var channel = 0; channel < format.Channels; channel++)
            {
                sum += format.ReadSample(frame[(channel * format.SampleBytes)..]);
            }

            mono[i] = sum / format.Channels;
        }

        return mono;
    }
}
