namespace OrleansAcd.Audio.Detection;

/// <summary>What 64 ms of audio sound like, once every 20 ms: all that the detectors look at.</summary>
/// <param name="At">The newest sample's time since the beginning.</param>
/// <param name="Power">Mean square of the window, hum below 60 Hz left out.</param>
/// <param name="NewestPower">Mean square of the newest 20 ms.</param>
/// <param name="PeakHz">The strongest frequency.</param>
/// <param name="PeakShare">How much of the power it holds: near 1 for a pure tone.</param>
/// <param name="BandShare">How much of the power lies where progress tones do.</param>
/// <param name="BandCentreHz">The middle of that band's power.</param>
/// <param name="BandSpreadHz">Its standard deviation: half the distance of two equal tones.</param>
internal readonly record struct SoundFrame(
    TimeSpan At, float Power, float NewestPower, float PeakHz, float PeakShare, float BandShare, float BandCentreHz,
    float BandSpreadHz)
{
    public const int Samples = 160;
    public static readonly TimeSpan Duration = TimeSpan.FromMilliseconds(20);

    private const int FirstBin = 4;
    private const int BandFirst = 18;                   // 281 Hz
    private const int BandLast = 45;                    // 703 Hz

    /// <summary>Bins to either side that a tone reaches under a Hann window.</summary>
    private const int Reach = 2;

    public static SoundFrame From(TimeSpan at, ReadOnlySpan<float> power, ReadOnlySpan<float> newest)
    {
        var total = 1e-3f;
        var top = FirstBin;
        for (var i = FirstBin; i < power.Length; i++)
        {
            total += power[i];
            if (power[i] > power[top]) top = i;
        }

        var peak = Moments(power, Math.Max(1, top - Reach), Math.Min(power.Length - 1, top + Reach));
        var band = Moments(power, BandFirst, BandLast);
        return new SoundFrame(
            at, total, MeanSquare(newest), peak.Centre, peak.Sum / total, band.Sum / total, band.Centre, band.Spread);
    }

    private static (float Sum, float Centre, float Spread) Moments(ReadOnlySpan<float> power, int first, int last)
    {
        var (sum, weighted, squares) = (1e-6f, 0f, 0f);
        for (var i = first; i <= last; i++)
        {
            sum += power[i];
            weighted += power[i] * i;
            squares += power[i] * i * i;
        }

        var centre = weighted / sum;
        var variance = Math.Max(0, (squares / sum) - (centre * centre));
        return (sum, centre * Spectrum.BinHz, MathF.Sqrt(variance) * Spectrum.BinHz);
    }

    private static float MeanSquare(ReadOnlySpan<float> samples)
    {
        var sum = 0f;
        foreach (var sample in samples) sum += sample * sample;
        return sum / samples.Length;
    }
}
