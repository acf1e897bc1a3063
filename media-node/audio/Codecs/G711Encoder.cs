namespace OrleansAcd.Audio;

/// <summary>G.711 as an encoder.</summary>
public sealed class G711Encoder(G711Codec law) : AudioEncoder
{
    public override int SampleRateHz => G711.SampleRateHz;

    public override int Encode(ReadOnlySpan<short> pcm, Span<byte> payload)
    {
        if (pcm.Length > payload.Length) return 0;

        G711.Encode(law, pcm, payload[..pcm.Length]);
        return pcm.Length;
    }
}
