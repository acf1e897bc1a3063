namespace OrleansAcd.Rtp;

/// <summary>How a codec fares without and with loss: ITU-T G.113 appendix I.</summary>
/// <param name="Impairment">Ie: what coding alone costs, on the scale of R.</param>
/// <param name="Robustness">Bpl: the higher, the better it hides lost packets.</param>
public readonly record struct CodecImpairment(double Impairment, double Robustness)
{
    /// <summary>G.711 with concealment, random loss (G.113 table I.4); so are G.722 and L16 taken here, on the
    /// narrow-band scale.</summary>
    public static readonly CodecImpairment G711 = new(0, 25.1);

    /// <summary>Opus conceals as well and hides single losses better; G.113 has no values, these err on the low
    /// side.</summary>
    public static readonly CodecImpairment Opus = new(0, 20);
}

/// <summary>The E-model (ITU-T G.107) with its default values: a conversation's rating R of delay and loss, and the
/// mean opinion score that R stands for.</summary>
/// <remarks>Pure. Echo is taken to be cancelled, sidetone and noise to be the defaults: what remains is R = 93.2 - Id -
/// Ie,eff.</remarks>
public static class EModel
{
    /// <summary>Ro - Is with all defaults (G.107 section 7.7).</summary>
    public const double RatingMax = 93.2;

    public const double MosMin = 1;
    public const double MosMax = 4.5;

    /// <summary>Delay that nobody notices (G.107 equation 7-27).</summary>
    private const double NoticeableMs = 100;

    /// <summary>R of one direction.</summary>
    /// <param name="codec">What is spoken.</param>
    /// <param name="loss">Share of packets that are not heard, 0 to 1: lost, late or discarded.</param>
    /// <param name="delay">Mouth to ear.</param>
    /// <param name="burstiness">BurstR, 1 for random loss; above 1 losses come together.</param>
    public static double Rating(CodecImpairment codec, double loss, TimeSpan delay, double burstiness = 1)
    {
        // Equation 7-29: Ie,eff = Ie + (95 - Ie) * Ppl / (Ppl / BurstR + Bpl), Ppl in per cent.
        var percent = 100 * Math.Clamp(loss, 0, 1);
        var effective = codec.Impairment
            + ((95 - codec.Impairment) * percent / ((percent / Math.Max(1, burstiness)) + codec.Robustness));
        return Math.Clamp(RatingMax - DelayImpairment(delay.TotalMilliseconds) - effective, 0, 100);
    }

    /// <summary>Equation B-4: R to MOS, 1 to 4.5.</summary>
    public static double Mos(double rating) => rating switch
    {
        <= 0 => MosMin,
        >= 100 => MosMax,
        _ => Math.Max(MosMin, 1 + (0.035 * rating) + (rating * (rating - 60) * (100 - rating) * 7e-6)),
    };

    public static double Mos(CodecImpairment codec, double loss, TimeSpan delay) => Mos(Rating(codec, loss, delay));

    /// <summary>Equations 7-27 and 7-28: Idd, for delay beyond 100 ms.</summary>
    private static double DelayImpairment(double milliseconds)
    {
        if (milliseconds <= NoticeableMs) return 0;

        var x = Math.Log2(milliseconds / NoticeableMs);
        return 25 * (Math.Pow(1 + Math.Pow(x, 6), 1.0 / 6) - (3 * Math.Pow(1 + Math.Pow(x / 3, 6), 1.0 / 6)) + 2);
    }
}
