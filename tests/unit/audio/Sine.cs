using System.Numerics;

namespace OrleansAcd.Tests.Unit.Audio;

/// <summary>An independent measure of one sine among others: correlation under a Blackman window.</summary>
internal static class Sine
{
    /// <returns>Amplitude (1.0 is full scale) and phase, counted from sample number
    /// <paramref name="start"/>.</returns>
    public static Complex Measure(ReadOnlySpan<short> samples, double frequencyHz, int rate, int start)
    {
        var (sum, weight) = (Complex.Zero, 0.0);
        for (var i = 0; i < samples.Length; i++)
        {
            var turn = 2 * Math.PI * (i + 0.5) / samples.Length;
            var window = 0.42 - (0.5 * Math.Cos(turn)) + (0.08 * Math.Cos(2 * turn));
            sum += Complex.FromPolarCoordinates(
                window * samples[i] / 32_768, -2 * Math.PI * frequencyHz * (start + i) / rate);
            weight += window;
        }

        return 2 * sum / weight;
    }
}
