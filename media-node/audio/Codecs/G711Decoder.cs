namespace OrleansAcd.Audio;

/// <summary>G.711 as a decoder.</summary>
public sealed class G711Decoder(G711Codec law) : AudioDecoder
{
    private readonly PacketLossConcealer _concealer = new(G711.SampleRateHz);

    public override int SampleRateHz => G711.SampleRateHz;

    public override int Decode(ReadOnlySpan<byte> payload, Span<short> pcm)
    {
        if (payload.Length > pcm.Length) return 0;

        var samples = pcm[..payload.Length];
        G711.Decode(law, payload, samples);
        _concealer.Heard(samples);
        return samples.Length;
    }

    public override void Conceal(Span<short> pcm) => _concealer.Conceal(pcm);

    public override void Reset() => _concealer.Reset();
}
