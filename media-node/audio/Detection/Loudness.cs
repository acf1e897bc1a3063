namespace OrleansAcd.Audio.Detection;

/// <summary>Between levels and mean squares of 16-bit samples, as detectors compare them.</summary>
internal static class Loudness
{
    private const double FullScale = 32_768;

    /// <summary>Of a sine of this level.</summary>
    public static double MeanSquare(AudioLevel level) => Math.Pow(FullScale * level.SinePeak, 2) / 2;

    public static AudioLevel Level(double meanSquare) => AudioLevel.FromSinePeak(Math.Sqrt(2 * meanSquare) / FullScale);
}
