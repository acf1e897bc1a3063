namespace OrleansAcd.Audio;

/// <summary>A stretch of a tone: none, one or two frequencies for a time.</summary>
/// <param name="FrequencyHz">0: silence.</param>
/// <param name="Level">Of the first frequency.</param>
/// <param name="SecondFrequencyHz">0: there is one only.</param>
/// <param name="SecondLevel">Of the second frequency.</param>
/// <param name="Duration">Rounded to whole samples.</param>
public readonly record struct ToneStep(
    double FrequencyHz, AudioLevel Level, double SecondFrequencyHz, AudioLevel SecondLevel, TimeSpan Duration)
{
    public bool IsSilent => FrequencyHz <= 0;

    public static ToneStep Silence(double seconds) => new(0, default, 0, default, TimeSpan.FromSeconds(seconds));

    public static ToneStep One(double frequencyHz, double dbm0, double seconds) =>
        new(frequencyHz, AudioLevel.FromDbm0(dbm0), 0, default, TimeSpan.FromSeconds(seconds));

    /// <param name="dbm0">Of each of both.</param>
    public static ToneStep Two(double frequencyHz, double secondFrequencyHz, double dbm0, double seconds) => new(
        frequencyHz, AudioLevel.FromDbm0(dbm0), secondFrequencyHz, AudioLevel.FromDbm0(dbm0),
        TimeSpan.FromSeconds(seconds));

    public int Samples(int sampleRateHz) => (int)Math.Round(Duration.TotalSeconds * sampleRateHz);

    /// <summary>The same sound, whatever its length: from one to the other nothing clicks.</summary>
    public bool SoundsLike(in ToneStep other) => this with { Duration = default } == other with { Duration = default };
}
