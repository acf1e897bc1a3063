namespace OrleansAcd.Audio;

/// <summary>ITU-T G.722 at 64 kbit/s: 16 kHz audio, one octet for two samples, the higher band's two bits first (RFC
/// 3551 section 4.5.2).</summary>
/// <remarks>Allocates nothing after its making; one thread at a time.</remarks>
public sealed class G722Encoder : AudioEncoder
{
    private readonly G722Qmf _qmf = new();
    private G722LowBand _low = G722LowBand.Create();
    private G722HighBand _high = G722HighBand.Create();

    public override int SampleRateHz => 16_000;

    public override int Encode(ReadOnlySpan<short> pcm, Span<byte> payload)
    {
        var pairs = pcm.Length / 2;
        if (pcm.Length % 2 != 0 || pairs > payload.Length) return 0;

        for (var at = 0; at < pairs; at += G722Qmf.PairsMax)
        {
            var count = Math.Min(G722Qmf.PairsMax, pairs - at);
            EncodePiece(pcm.Slice(2 * at, 2 * count), payload.Slice(at, count));
        }

        return pairs;
    }

    private void EncodePiece(ReadOnlySpan<short> pcm, Span<byte> payload)
    {
        Span<int> first = stackalloc int[payload.Length];
        Span<int> second = stackalloc int[payload.Length];
        var olds = _qmf.First;
        var news = _qmf.Second;
        for (var i = 0; i < payload.Length; i++) (olds[i], news[i]) = (pcm[2 * i], pcm[(2 * i) + 1]);
        _qmf.Filter(first, second);

        var (low, high) = (_low, _high);
        for (var i = 0; i < payload.Length; i++)
        {
            var lowSample = Math.Clamp((second[i] + first[i]) >> 14, -16_384, 16_383);
            var highSample = Math.Clamp((second[i] - first[i]) >> 14, -16_384, 16_383);
            payload[i] = (byte)((high.Encode(highSample) << 6) | low.Encode(lowSample));
        }

        (_low, _high) = (low, high);
    }
}
