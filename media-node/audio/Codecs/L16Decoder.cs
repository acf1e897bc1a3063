using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace OrleansAcd.Audio;

/// <summary>Linear audio at 16 kHz, "16-bit signed representation, network byte order" (RFC 3551 section
/// 4.5.11).</summary>
public sealed class L16Decoder : AudioDecoder
{
    private readonly PacketLossConcealer _concealer = new(16_000);

    public override int SampleRateHz => 16_000;

    public override int Decode(ReadOnlySpan<byte> payload, Span<short> pcm)
    {
        var samples = payload.Length / 2;
        if (payload.Length % 2 != 0 || samples > pcm.Length) return 0;

        payload.CopyTo(MemoryMarshal.AsBytes(pcm));
        if (BitConverter.IsLittleEndian) BinaryPrimitives.ReverseEndianness(pcm[..samples], pcm[..samples]);
        _concealer.Heard(pcm[..samples]);
        return samples;
    }

    public override void Conceal(Span<short> pcm) => _concealer.Conceal(pcm);

    public override void Reset() => _concealer.Reset();
}
