namespace OrleansAcd.Audio;

/// <summary>A tone of one or two frequencies with a simple cadence, for measuring; those of telephony are
/// <see cref="NamedTones"/>.</summary>
/// <param name="FrequencyHz">The first frequency.</param>
/// <param name="SecondFrequencyHz">The second, or 0.</param>
/// <param name="Level">Of each frequency.</param>
/// <param name="On">How long it sounds.</param>
/// <param name="Off">How long it is silent after that; zero for a steady tone.</param>
public sealed record Tone(
    double FrequencyHz,
    double SecondFrequencyHz,
    AudioLevel Level,
    TimeSpan On,
    TimeSpan Off)
{
    /// <summary>One second of a steady tone; whole frequencies loop without a click.</summary>
    public static Tone Steady(double frequencyHz, AudioLevel level) =>
        new(frequencyHz, 0, level, TimeSpan.FromSeconds(1), TimeSpan.Zero);

    /// <summary>One period of the cadence at 8 kHz, 16-bit linear.</summary>
    public short[] ToSamples() => ToSamples(On + Off);

    /// <summary>As much of the tone as asked for, the cadence repeating.</summary>
    public short[] ToSamples(TimeSpan duration)
    {
        var samples = new short[Samples(duration)];
        var (on, period) = (Samples(On), Math.Max(1, Samples(On + Off)));
        var peak = Level.SinePeak;
        for (var i = 0; i < samples.Length; i++)
        {
            var at = i % period;
            if (at < on) samples[i] = Pcm.ToLinear(peak * Edge(at, on) * Wave(i));
        }

        return samples;
    }

    /// <summary>5 ms of rise and fall where a cadence begins and ends, so that it does not click.</summary>
    private double Edge(int at, int on)
    {
        const double edgeSamples = 0.005 * G711.SampleRateHz;
        return Off == TimeSpan.Zero ? 1 : Math.Min(1, Math.Min(at, on - 1 - at) / edgeSamples);
    }

    private double Wave(int sample)
    {
        var turn = 2 * Math.PI * sample / G711.SampleRateHz;
        var wave = Math.Sin(turn * FrequencyHz);
        return SecondFrequencyHz > 0 ? wave + Math.Sin(turn * SecondFrequencyHz) : wave;
    }

    private static int Samples(TimeSpan span) => (int)Math.Round(span.TotalSeconds * G711.SampleRateHz);
}
