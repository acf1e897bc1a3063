namespace OrleansAcd.Audio;

/// <summary>G.711 as a decoder; what is lost is filled by silence until concealment knows better.</summary>
public sealed class G711Decoder(G711Codec law) : AudioDecoder
{
    public override int SampleRateHz => G711.SampleRateHz;

    public override int Decode(ReadOnlySpan<byte> payload, Span<short> pcm)
    {
        if (payload.Length > pcm.Length) return 0;

        G711.Decode(law, payload, pcm[..payload.Length]);
        return payload.Length;
    }

    public override void Conceal(Span<short> pcm) => pcm.Clear();

    public override void Reset()
    {
    }
}
