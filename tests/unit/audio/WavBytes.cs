using System.Buffers.Binary;
using System.Text;
using OrleansAcd.Audio;

namespace OrleansAcd.Tests.Unit.Audio;

/// <summary>Unusual WAV files: big-endian, floating point, extensible with the right GUID, RF64, strange
/// chunks.</summary>
internal static class WavBytes
{
    private const int RateHz = 8_000;

    /// <summary>The same samples on each channel.</summary>
    public static byte[] File(
        int encoding, int bits, int channels, double[] samples, bool isBigEndian = false, bool isExtensible = false)
    {
        var file = new List<byte>();
        file.AddRange(isBigEndian ? "RIFX"u8 : "RIFF"u8);
        file.AddRange([0, 0, 0, 0]);
        file.AddRange("WAVEfmt "u8);
        Number(isExtensible ? 40u : 16, 4);
        Number(isExtensible ? 0xFFFEu : (uint)encoding, 2);
        Number((uint)channels, 2);
        Number(RateHz, 4);
        Number((uint)(RateHz * channels * bits / 8), 4);
        Number((uint)(channels * bits / 8), 2);
        Number((uint)bits, 2);
        if (isExtensible)
        {
            Number(22, 2);
            Number((uint)bits, 2);
            Number(0, 4);
            Number((uint)encoding, 2);
            file.AddRange([0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]);
        }

        file.AddRange("data"u8);
        Number((uint)(samples.Length * channels * bits / 8), 4);
        foreach (var sample in samples)
        {
            for (var channel = 0; channel < channels; channel++) Number(Sample(encoding, bits, sample), bits / 8);
        }

        return [.. file];

        void Number(ulong value, int bytes)
        {
            for (var i = 0; i < bytes; i++) file.Add((byte)(value >> (8 * (isBigEndian ? bytes - 1 - i : i))));
        }
    }

    public static byte[] Insert(byte[] file, int at, string id, int bytes)
    {
        var chunk = new byte[8 + bytes + (bytes & 1)];
        Encoding.Latin1.GetBytes(id, chunk);
        BinaryPrimitives.WriteInt32LittleEndian(chunk.AsSpan(4), bytes);
        return [.. file[..at], .. chunk, .. file[at..]];
    }

    public static byte[] Rf64(ulong dataBytes, int samples)
    {
        var file = Insert(WavFile.Build(1, RateHz, 1, 16, new byte[2 * samples]), 12, "ds64", 28);
        "RF64"u8.CopyTo(file);
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(20 + 8), dataBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(36 + 40), uint.MaxValue);
        return file;
    }

    private static ulong Sample(int encoding, int bits, double value) => (encoding, bits) switch
    {
        (3, 32) => BitConverter.SingleToUInt32Bits((float)value),
        (3, _) => BitConverter.DoubleToUInt64Bits(value),
        (6, _) => G711.Encode(G711Codec.Pcma, (short)(value * 32_768)),
        (7, _) => G711.Encode(G711Codec.Pcmu, (short)(value * 32_768)),
        (_, 8) => (ulong)((value * 128) + 128),
        _ => unchecked((ulong)(long)(value * Math.Pow(2, bits - 1))),
    };
}
