using System.Buffers.Binary;

namespace OrleansAcd.Audio;

/// <summary>Writes RIFF/WAVE files of 16-bit PCM.</summary>
public static class WavWriter
{
    private const int HeaderBytes = 44;

    /// <param name="samples">16-bit linear PCM; channels interleaved.</param>
    /// <param name="sampleRateHz">Frames a second.</param>
    /// <param name="channels">1 or 2.</param>
    public static byte[] ToBytes(ReadOnlySpan<short> samples, int sampleRateHz, int channels = 1)
    {
        var dataBytes = samples.Length * sizeof(short);
        var file = new byte[HeaderBytes + dataBytes];
        WriteHeader(file, sampleRateHz, channels, dataBytes);
        for (var i = 0; i < samples.Length; i++)
        {
            BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(HeaderBytes + (i * sizeof(short))), samples[i]);
        }

        return file;
    }

    private static void WriteHeader(Span<byte> file, int sampleRateHz, int channels, int dataBytes)
    {
        const int sampleBytes = sizeof(short);
        "RIFF"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file[4..], HeaderBytes - 8 + dataBytes);
        "WAVEfmt "u8.CopyTo(file[8..]);
        BinaryPrimitives.WriteInt32LittleEndian(file[16..], 16);
        BinaryPrimitives.WriteInt16LittleEndian(file[20..], 1);
        BinaryPrimitives.WriteInt16LittleEndian(file[22..], (short)channels);
        BinaryPrimitives.WriteInt32LittleEndian(file[24..], sampleRateHz);
        BinaryPrimitives.WriteInt32LittleEndian(file[28..], sampleRateHz * channels * sampleBytes);
        BinaryPrimitives.WriteInt16LittleEndian(file[32..], (short)(channels * sampleBytes));
        BinaryPrimitives.WriteInt16LittleEndian(file[34..], 8 * sampleBytes);
        "data"u8.CopyTo(file[36..]);
        BinaryPrimitives.WriteInt32LittleEndian(file[40..], dataBytes);
    }
}
