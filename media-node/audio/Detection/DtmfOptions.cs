namespace OrleansAcd.Audio.Detection;

/// <summary>What counts as a key, after ITU-T Q.24 (its annex A: the limits of several administrations).</summary>
public sealed record DtmfOptions
{
    public static readonly DtmfOptions Default = new();

    /// <summary>Of each of both tones. Q.24 asks for -25 dBm0 and better; under -45 there shall be nothing.</summary>
    public AudioLevel LevelMin { get; init; } = AudioLevel.FromDbm0(-42);

    /// <summary>How much stronger the low tone may be; lines damp high frequencies. Q.24: up to 8 dB.</summary>
    public double TwistMaxDb { get; init; } = 8.7;

    /// <summary>How much stronger the high tone may be. Q.24: up to 4 dB.</summary>
    public double ReverseTwistMaxDb { get; init; } = 4.7;

    /// <summary>Midway between 1.5 %, which must be accepted, and 3.5 %, which must not.</summary>
    public double FrequencyToleranceShare { get; init; } = 0.025;

    /// <summary>How much a tone's frequency may move while it is looked at.</summary>
    public double GlideMaxShare { get; init; } = 0.008;

    /// <summary>The least share of all power that both tones must hold: speech has other harmonics.</summary>
    public double PurityMin { get; init; } = 0.82;

    /// <summary>Windows in a row that must agree, one every 5 ms: 29 ms of tone. Q.24: under 23 ms is none, 40 ms is
    /// one.</summary>
    public int WindowsMin { get; init; } = 5;

    /// <summary>Windows in a row without the tones that end a key: shorter breaks are drop-outs.</summary>
    public int BreakWindowsMin { get; init; } = 4;
}
