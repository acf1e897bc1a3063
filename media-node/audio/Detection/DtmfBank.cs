using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace OrleansAcd.Audio.Detection;

/// <summary>The eight DTMF frequencies of one window of 20 ms, measured at once: a Fourier sum under a Hann window for
/// each.</summary>
/// <remarks>Eight sums are one vector register wide. Allocates nothing; safe on any thread.</remarks>
internal static class DtmfBank
{
    public const int Tones = 8;
    public const int WindowSamples = 160;

    private static readonly float[] s_hann = Hann();
    private static readonly float[] s_cosines = Table(Math.Cos);
    private static readonly float[] s_sines = Table(turn => -Math.Sin(turn));

    /// <summary>Power of a sine in terms of its Fourier sum: the window's gain taken out.</summary>
    private static readonly float s_toneScale = 2 / Square(s_hann.Sum());

    private static readonly float s_powerScale = 1 / s_hann.Sum(Square);

    /// <summary>What a window holds.</summary>
    /// <param name="Real">Of the eight sums, phases counted from the window's first sample.</param>
    /// <param name="Power">Mean square of everything, in sample values squared.</param>
    public readonly record struct Reading(Vector256<float> Real, Vector256<float> Imaginary, float Power)
    {
        /// <summary>Mean square of each tone, were it exactly at its frequency.</summary>
        public Vector256<float> TonePowers => ((Real * Real) + (Imaginary * Imaginary)) * s_toneScale;
    }

    /// <param name="window"><see cref="WindowSamples"/> at 8 kHz.</param>
    public static Reading Measure(ReadOnlySpan<float> window)
    {
        var cosines = MemoryMarshal.Cast<float, Vector256<float>>(s_cosines);
        var sines = MemoryMarshal.Cast<float, Vector256<float>>(s_sines);
        var (real, imaginary) = (Vector256<float>.Zero, Vector256<float>.Zero);
        var power = 0f;
        for (var i = 0; i < cosines.Length; i++)
        {
            var sample = Vector256.Create(window[i]);
            real = Vector256.MultiplyAddEstimate(sample, cosines[i], real);
            imaginary = Vector256.MultiplyAddEstimate(sample, sines[i], imaginary);
            power += Square(window[i] * s_hann[i]);
        }

        return new Reading(real, imaginary, power * s_powerScale);
    }

    /// <summary>How much of a tone's power a window shows that is tuned <paramref name="offsetHz"/> beside it.</summary>
    public static float Response(float offsetHz)
    {
        var x = offsetHz * WindowSamples / G711.SampleRateHz;
        if (Math.Abs(x) < 0.01f) return 1;

        var amplitude = MathF.Sin(MathF.PI * x) / (MathF.PI * x) / (1 - (x * x));
        return amplitude * amplitude;
    }

    private static float Square(float value) => value * value;

    private static float[] Hann() =>
        [.. Enumerable.Range(0, WindowSamples).Select(i =>
            (float)(0.5 - (0.5 * Math.Cos(2 * Math.PI * (i + 0.5) / WindowSamples))))];

    /// <summary>For each sample of the window the eight tones' values, window included.</summary>
    private static float[] Table(Func<double, double> wave)
    {
        var table = new float[WindowSamples * Tones];
        for (var i = 0; i < table.Length; i++)
        {
            var (sample, frequency) = (i / Tones, DtmfKeys.FrequenciesHz[i % Tones]);
            table[i] = (float)(s_hann[sample] * wave(2 * Math.PI * frequency * sample / G711.SampleRateHz));
        }

        return table;
    }
}
