using System.Buffers.Binary;

namespace OrleansAcd.Tests.Unit.Audio;

/// <summary>Builds WAV files of any kind, sound or not, independent of the writer under test.</summary>
internal static class WavFile
{
    public static double[] Sine(double frequency, double peak, int rate, int count) =>
        [.. Enumerable.Range(0, count).Select(i => peak * Math.Sin(2 * Math.PI * frequency * i / rate))];

    public static byte[] Pcm(double[] samples, int rate, int channels, int bits)
    {
        var data = new List<byte>();
        foreach (var sample in samples)
        {
            for (var channel = 0; channel < channels; channel++) data.AddRange(Sample(sample, bits));
        }

        return Build(1, rate, channels, bits, [.. data]);
    }

    public static byte[] Build(int format, int rate, int channels, int bits, byte[] data, int extraChunkBytes = 0)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write("RIFF"u8);
        writer.Write(0);
        writer.Write("WAVE"u8);
        if (extraChunkBytes > 0)
        {
            writer.Write("LIST"u8);
            writer.Write(extraChunkBytes);
            writer.Write(new byte[extraChunkBytes + (extraChunkBytes & 1)]);
        }

        var isExtensible = format == 0xFFFE;
        writer.Write("fmt "u8);
        writer.Write(isExtensible ? 40 : 16);
        writer.Write((ushort)format);
        writer.Write((ushort)channels);
        writer.Write(rate);
        writer.Write(rate * channels * bits / 8);
        writer.Write((ushort)(channels * bits / 8));
        writer.Write((ushort)bits);
        if (isExtensible)
        {
            writer.Write((ushort)22);
            writer.Write((ushort)bits);
            writer.Write(0);
            writer.Write((ushort)1);
            writer.Write([0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]);
        }

        writer.Write("data"u8);
        writer.Write(data.Length);
        writer.Write(data);
        return stream.ToArray();
    }

    private static byte[] Sample(double value, int bits)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, (int)Math.Round(value * int.MaxValue));
        return bits == 8 ? [(byte)(bytes[3] + 128)] : bytes[(4 - (bits / 8))..];
    }
}
