using System.Diagnostics;
using System.Numerics;

namespace OrleansAcd.Audio;

/// <summary>ITU-T G.711: one byte a sample, 8 kHz. Decodes by table, encodes by arithmetic.</summary>
/// <remarks>Linear samples are 16-bit, mono, host order. Allocates nothing. Safe on any thread.</remarks>
public static class G711
{
    public const int SampleRateHz = 8_000;

    /// <summary>Bytes, and samples, in a frame of 20 ms.</summary>
    public const int FrameSamples = 160;

    private const int MuBias = 132;
    private const int MuClip = 32_635;

    private static readonly short[] s_muToLinear = BuildTable(DecodeMuByte);
    private static readonly short[] s_aToLinear = BuildTable(DecodeAByte);
    private static readonly byte[] s_muToA = BuildTranscoding(s_muToLinear, EncodeA);
    private static readonly byte[] s_aToMu = BuildTranscoding(s_aToLinear, EncodeMu);

    /// <summary>The byte that sounds like nothing: linear zero (mu) or the smallest step (A).</summary>
    public static byte Silence(G711Codec codec) => codec == G711Codec.Pcmu ? (byte)0xFF : (byte)0xD5;

    public static short Decode(G711Codec codec, byte value) => Table(codec)[value];

    public static byte Encode(G711Codec codec, short sample) =>
        codec == G711Codec.Pcmu ? EncodeMu(sample) : EncodeA(sample);

    /// <summary>Decodes as many samples as there are bytes; <paramref name="linear"/> must be at least as
    /// long.</summary>
    public static void Decode(G711Codec codec, ReadOnlySpan<byte> encoded, Span<short> linear)
    {
        Debug.Assert(linear.Length >= encoded.Length, "no room for the decoded frame");
        var table = Table(codec);
        for (var i = 0; i < encoded.Length; i++) linear[i] = table[encoded[i]];
    }

    /// <summary>Encodes as many bytes as there are samples; <paramref name="encoded"/> must be at least as
    /// long.</summary>
    public static void Encode(G711Codec codec, ReadOnlySpan<short> linear, Span<byte> encoded)
    {
        Debug.Assert(encoded.Length >= linear.Length, "no room for the encoded frame");
        if (codec == G711Codec.Pcmu)
        {
            for (var i = 0; i < linear.Length; i++) encoded[i] = EncodeMu(linear[i]);
        }
        else
        {
            for (var i = 0; i < linear.Length; i++) encoded[i] = EncodeA(linear[i]);
        }
    }

    /// <summary>Translates a payload to the other law in place, by a table of 256 bytes; same law: unchanged.</summary>
    public static void Transcode(G711Codec from, G711Codec to, Span<byte> payload)
    {
        if (from == to) return;

        var table = from == G711Codec.Pcmu ? s_muToA : s_aToMu;
        for (var i = 0; i < payload.Length; i++) payload[i] = table[payload[i]];
    }

    /// <summary>The segment is the position of the highest bit once the bias is added; four bits follow it.</summary>
    private static byte EncodeMu(short sample)
    {
        var sign = sample < 0 ? 0x80 : 0;
        var magnitude = Math.Min(Math.Abs((int)sample), MuClip) + MuBias;
        var segment = BitOperations.Log2((uint)magnitude) - 7;
        var mantissa = (magnitude >> (segment + 3)) & 0x0F;
        return (byte)~(sign | (segment << 4) | mantissa);
    }

    /// <summary>13 bits of magnitude, segments 0 and 1 share a step size, even bits inverted (G.711 table 1).</summary>
    private static byte EncodeA(short sample)
    {
        var mask = sample >= 0 ? 0xD5 : 0x55;
        var magnitude = (sample >= 0 ? sample : ~sample) >> 4;
        var segment = magnitude < 32 ? magnitude >> 4 : BitOperations.Log2((uint)magnitude) - 3;
        var mantissa = (segment < 2 ? magnitude : magnitude >> (segment - 1)) & 0x0F;
        return (byte)(((segment << 4) | mantissa) ^ mask);
    }

    private static short DecodeMuByte(int value)
    {
        value = ~value & 0xFF;
        var magnitude = ((((value & 0x0F) << 3) + MuBias) << ((value >> 4) & 7)) - MuBias;
        return (short)((value & 0x80) != 0 ? -magnitude : magnitude);
    }

    private static short DecodeAByte(int value)
    {
        value ^= 0x55;
        var segment = (value >> 4) & 7;
        var magnitude = ((value & 0x0F) << 4) + 8;
        if (segment > 0) magnitude = (magnitude + 0x100) << (segment - 1);
        return (short)((value & 0x80) != 0 ? magnitude : -magnitude);
    }

    private static short[] Table(G711Codec codec) => codec == G711Codec.Pcmu ? s_muToLinear : s_aToLinear;

    private static short[] BuildTable(Func<int, short> decode) =>
        [.. Enumerable.Range(0, 256).Select(decode)];

    private static byte[] BuildTranscoding(short[] linear, Func<short, byte> encode) => [.. linear.Select(encode)];
}
