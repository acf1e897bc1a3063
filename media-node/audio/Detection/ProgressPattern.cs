namespace OrleansAcd.Audio.Detection;

/// <summary>A progress tone as it is recognised: where its power lies, and its cadence.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="CentreHz">The mean of its frequencies.</param>
/// <param name="CentreToleranceHz">How far the centre may be off, unequal levels included.</param>
/// <param name="SpreadHz">Half the distance of its two frequencies; what a single tone shows is 9 Hz.</param>
/// <param name="SpreadToleranceHz">How far the spread may be off.</param>
/// <param name="Cadence">Sound and silence in turn, sound first; of the last one only the least is asked for.</param>
internal sealed record ProgressPattern(
    SignalKind Kind, float CentreHz, float CentreToleranceHz, float SpreadHz, float SpreadToleranceHz,
    ProgressPattern.Span[] Cadence)
{
    /// <summary>Seconds, at least and at most.</summary>
    public readonly record struct Span(double Min, double Max);

    public static readonly Span[] Continuous = [new(2.5, 60)];

    /// <summary>E.180 section 2 with supplement 2: one tone of 400 to 450 Hz in most countries; pairs in North America
    /// (350 + 440, 440 + 480, 480 + 620 Hz) and in the United Kingdom (350 + 440, 400 + 450, 400 Hz).</summary>
    public static readonly ProgressPattern[] All =
    [
        Single(SignalKind.Ringback, [new(0.66, 1.6), new(2, 6.5)]),
        Single(SignalKind.Busy, Even(0.3, 0.66)),
        Single(SignalKind.Congestion, Even(0.14, 0.29)),
        Single(SignalKind.DialTone, Continuous),
        NorthAmerica(SignalKind.Ringback, 460, 20, [new(1.7, 2.3), new(2, 6.5)]),
        NorthAmerica(SignalKind.Busy, 550, 70, Even(0.42, 0.58)),
        NorthAmerica(SignalKind.Congestion, 550, 70, Even(0.18, 0.32)),
        NorthAmerica(SignalKind.DialTone, 395, 45, Continuous),
        UnitedKingdom(SignalKind.Ringback, 425, 25, [new(0.34, 0.46), new(0.14, 0.26), new(0.34, 0.46), new(1, 3)]),
        UnitedKingdom(
            SignalKind.Congestion, 400, 9, [new(0.34, 0.47), new(0.28, 0.42), new(0.17, 0.29), new(0.42, 0.6)]),
    ];

    public bool Matches(float centreHz, float spreadHz) =>
        Math.Abs(centreHz - CentreHz) <= CentreToleranceHz && Math.Abs(spreadHz - SpreadHz) <= SpreadToleranceHz;

    /// <summary>Two whole periods: two equal sounds may be a coincidence of speech, but not with equal
    /// silences.</summary>
    private static Span[] Even(double min, double max) => [new(min, max), new(min, max), new(min, max), new(min, max)];

    private static ProgressPattern Single(SignalKind kind, Span[] cadence) => new(kind, 425, 42, 9, 7, cadence);

    private static ProgressPattern NorthAmerica(SignalKind kind, float centre, float spread, Span[] cadence) =>
        new(kind, centre, 26, spread, 4 + (0.2f * spread), cadence);

    private static ProgressPattern UnitedKingdom(SignalKind kind, float centre, float spread, Span[] cadence) =>
        new(kind, centre, 22, spread, 9, cadence);
}
