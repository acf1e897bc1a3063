namespace OrleansAcd.Audio;

/// <summary>Any piece of a narrowband clip at 16 kHz: every sample, and between two of them what a half-band filter
/// says.</summary>
/// <remarks>Needs no state, since a clip's neighbouring samples are all there. Passes 3.5 kHz; images are 60 dB down.
/// Allocates nothing.</remarks>
internal static class WideFrames
{
    /// <summary>Samples to each side that the filter sees.</summary>
    private const int Reach = 24;

    private static readonly float[] s_taps = Taps();

    /// <param name="mu">The clip in mu-law, 8 kHz.</param>
    /// <param name="position">The first sample wanted, counted at 8 kHz.</param>
    /// <param name="wide">Two samples for each of the clip's.</param>
    public static void FromNarrow(ReadOnlySpan<byte> mu, int position, Span<short> wide)
    {
        for (var i = 0; i < wide.Length / 2; i++)
        {
            wide[2 * i] = Sample(mu, position + i);
            wide[(2 * i) + 1] = Between(mu, position + i);
        }
    }

    private static short Between(ReadOnlySpan<byte> mu, int left)
    {
        var sum = 0f;
        for (var k = 0; k < Reach; k++) sum += s_taps[k] * (Sample(mu, left - k) + Sample(mu, left + 1 + k));
        return (short)Math.Clamp(MathF.Round(sum), short.MinValue, short.MaxValue);
    }

    private static short Sample(ReadOnlySpan<byte> mu, int at) =>
        (uint)at < (uint)mu.Length ? G711.Decode(G711Codec.Pcmu, mu[at]) : (short)0;

    /// <summary>Half a sample's delay: a sinc through a Kaiser window, scaled to keep a constant as it is.</summary>
    private static float[] Taps()
    {
        var taps = new double[Reach];
        for (var k = 0; k < Reach; k++)
        {
            var distance = k + 0.5;
            var window = KaiserWindow.At(distance / Reach, Resampler.KaiserBeta);
            taps[k] = Math.Sin(Math.PI * distance) / (Math.PI * distance) * window;
        }

        var gain = 2 * taps.Sum();
        return [.. taps.Select(tap => (float)(tap / gain))];
    }
}
