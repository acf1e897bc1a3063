namespace OrleansAcd.Audio;

/// <summary>ITU-T G.722 at 64 kbit/s: one octet makes two samples of 16 kHz audio (RFC 3551 section 4.5.2).</summary>
/// <remarks>Allocates nothing after its making; one thread at a time.</remarks>
public sealed class G722Decoder : AudioDecoder
{
    /// <summary>All six bits of the lower band are speech; RTP knows no other mode.</summary>
    private const int Mode = 1;

    private readonly G722Qmf _qmf = new();
    private readonly PacketLossConcealer _concealer = new(16_000);
    private G722LowBand _low = G722LowBand.Create();
    private G722HighBand _high = G722HighBand.Create();

    public override int SampleRateHz => 16_000;

    public override int Decode(ReadOnlySpan<byte> payload, Span<short> pcm)
    {
        if (2 * payload.Length > pcm.Length) return 0;

        for (var at = 0; at < payload.Length; at += G722Qmf.PairsMax)
        {
            var count = Math.Min(G722Qmf.PairsMax, payload.Length - at);
            DecodePiece(payload.Slice(at, count), pcm.Slice(2 * at, 2 * count));
        }

        _concealer.Heard(pcm[..(2 * payload.Length)]);
        return 2 * payload.Length;
    }

    public override void Conceal(Span<short> pcm) => _concealer.Conceal(pcm);

    public override void Reset()
    {
        _qmf.Reset();
        _concealer.Reset();
        (_low, _high) = (G722LowBand.Create(), G722HighBand.Create());
    }

    private void DecodePiece(ReadOnlySpan<byte> payload, Span<short> pcm)
    {
        Span<int> sums = stackalloc int[payload.Length];
        Span<int> differences = stackalloc int[payload.Length];
        var sum = _qmf.First;
        var difference = _qmf.Second;
        var (low, high) = (_low, _high);
        for (var i = 0; i < payload.Length; i++)
        {
            var lowSample = low.Decode(payload[i] & 0x3F, Mode);
            var highSample = high.Decode(payload[i] >> 6);
            (sum[i], difference[i]) = (lowSample + highSample, lowSample - highSample);
        }

        (_low, _high) = (low, high);
        _qmf.Filter(sums, differences);
        for (var i = 0; i < payload.Length; i++)
        {
            pcm[2 * i] = (short)G722Predictor.Saturate(differences[i] >> 11);
            pcm[(2 * i) + 1] = (short)G722Predictor.Saturate(sums[i] >> 11);
        }
    }
}
