namespace OrleansAcd.Audio;

/// <summary>What an Opus encoder is told.</summary>
/// <param name="SampleRateHz">8,000 (narrowband) or 16,000 (wideband).</param>
/// <param name="Complexity">0 to 10: what quality may cost.</param>
public sealed record OpusSettings(int SampleRateHz, int BitsPerSecond, int Complexity)
{
    /// <summary>RFC 7587 section 3.1.1 gives 16 to 20 kbit/s as the sweet spot of wideband speech; a little more. Above
    /// complexity 5 speech gains little, and cost doubles.</summary>
    public static readonly OpusSettings Call = new(16_000, 24_000, 5);

    /// <summary>Narrowband speech to keep. RFC 7587 section 3.1.1 gives 8 to 12 kbit/s as its sweet spot.</summary>
    private static readonly OpusSettings NarrowbandKept = new(8_000, 16_000, 1);

    private static readonly OpusSettings WidebandKept = new(16_000, 24_000, 1);

    /// <summary>In-band redundancy; off unless asked for (RFC 7587 section 6.1).</summary>
    public bool UseInbandFec { get; init; }

    /// <summary>Discontinuous transmission; off unless asked for (RFC 7587 section 6.1).</summary>
    public bool UseDtx { get; init; }

    /// <summary>For files: nothing is lost on the way, and many are made beside calls, so that cost counts most.
    /// Discontinuous transmission would take steady tones and music for noise.</summary>
    public static OpusSettings Kept(int sampleRateHz) => sampleRateHz == 8_000 ? NarrowbandKept : WidebandKept;
}
