using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace OrleansAcd.Audio;

/// <summary>Linear audio at 16 kHz in network byte order (RFC 3551 section 4.5.11); up to 40 ms a payload.</summary>
public sealed class L16Encoder : AudioEncoder
{
    public override int SampleRateHz => 16_000;

    public override int Encode(ReadOnlySpan<short> pcm, Span<byte> payload)
    {
        var bytes = 2 * pcm.Length;
        if (bytes > payload.Length) return 0;

        var samples = MemoryMarshal.Cast<byte, short>(payload[..bytes]);
        if (BitConverter.IsLittleEndian) BinaryPrimitives.ReverseEndianness(pcm, samples);
        else pcm.CopyTo(samples);
        return bytes;
    }
}
