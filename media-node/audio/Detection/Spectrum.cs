using System.Numerics;
using System.Runtime.InteropServices;

namespace OrleansAcd.Audio.Detection;

/// <summary>The power spectrum of 64 ms of audio: 512 samples under a Hann window, 256 bins of 15.6 Hz.</summary>
/// <remarks>A real Fourier transform as a complex one of half the length, radix 2, vectorised where butterflies lie
/// side by side. Allocates nothing after its making; one thread at a time.</remarks>
internal sealed class Spectrum
{
    public const int WindowSamples = 512;
    public const int Bins = WindowSamples / 2;
    public const float BinHz = 8_000f / WindowSamples;

    private static readonly float[] s_hann = Build(WindowSamples, i =>
        0.5 - (0.5 * Math.Cos(2 * Math.PI * (i + 0.5) / WindowSamples)));

    private static readonly float s_scale =
        2 / (WindowSamples * s_hann.Sum(value => value * value));

    private static readonly byte[] s_reversed = [.. Enumerable.Range(0, Bins).Select(ReverseBits)];

    /// <summary>Turns of all stages, those of a stage side by side: half a length from index half a length
    /// on.</summary>
    private static readonly float[] s_cosines = Build(Bins, i => Math.Cos(StageTurn(i)));
    private static readonly float[] s_sines = Build(Bins, i => -Math.Sin(StageTurn(i)));

    private static readonly float[] s_splitCosines = Build(Bins, i => Math.Cos(2 * Math.PI * i / WindowSamples));
    private static readonly float[] s_splitSines = Build(Bins, i => -Math.Sin(2 * Math.PI * i / WindowSamples));

    private readonly float[] _real = new float[Bins];
    private readonly float[] _imaginary = new float[Bins];
    private readonly float[] _power = new float[Bins];

    /// <summary>Mean square of what lies in each bin: a tone is spread over about four of them.</summary>
    public ReadOnlySpan<float> Power => _power;

    /// <param name="window"><see cref="WindowSamples"/> at 8 kHz.</param>
    public void Measure(ReadOnlySpan<float> window)
    {
        for (var i = 0; i < Bins; i++)
        {
            var at = s_reversed[i];
            _real[at] = window[2 * i] * s_hann[2 * i];
            _imaginary[at] = window[(2 * i) + 1] * s_hann[(2 * i) + 1];
        }

        for (var half = 1; half < Bins; half *= 2)
        {
            if (half < Vector<float>.Count) ScalarStage(half);
            else VectorStage(half);
        }

        Split();
    }

    private void ScalarStage(int half)
    {
        for (var start = 0; start < Bins; start += 2 * half)
        {
            for (var i = 0; i < half; i++)
            {
                var (low, high) = (start + i, start + i + half);
                var (cosine, sine) = (s_cosines[half + i], s_sines[half + i]);
                var real = (_real[high] * cosine) - (_imaginary[high] * sine);
                var imaginary = (_real[high] * sine) + (_imaginary[high] * cosine);
                (_real[low], _real[high]) = (_real[low] + real, _real[low] - real);
                (_imaginary[low], _imaginary[high]) = (_imaginary[low] + imaginary, _imaginary[low] - imaginary);
            }
        }
    }

    private void VectorStage(int half)
    {
        var cosines = Vectors(s_cosines.AsSpan(half, half));
        var sines = Vectors(s_sines.AsSpan(half, half));
        for (var start = 0; start < Bins; start += 2 * half)
        {
            var realLow = Vectors(_real.AsSpan(start, half));
            var realHigh = Vectors(_real.AsSpan(start + half, half));
            var imaginaryLow = Vectors(_imaginary.AsSpan(start, half));
            var imaginaryHigh = Vectors(_imaginary.AsSpan(start + half, half));
            for (var i = 0; i < cosines.Length; i++)
            {
                var real = (realHigh[i] * cosines[i]) - (imaginaryHigh[i] * sines[i]);
                var imaginary = (realHigh[i] * sines[i]) + (imaginaryHigh[i] * cosines[i]);
                (realLow[i], realHigh[i]) = (realLow[i] + real, realLow[i] - real);
                (imaginaryLow[i], imaginaryHigh[i]) = (imaginaryLow[i] + imaginary, imaginaryLow[i] - imaginary);
            }
        }
    }

    /// <summary>Even and odd samples were the real and imaginary part: their spectra apart, then together.</summary>
    private void Split()
    {
        _power[0] = 0;
        for (var i = 1; i < Bins; i++)
        {
            var mirror = Bins - i;
            var evenReal = 0.5f * (_real[i] + _real[mirror]);
            var evenImaginary = 0.5f * (_imaginary[i] - _imaginary[mirror]);
            var oddReal = 0.5f * (_imaginary[i] + _imaginary[mirror]);
            var oddImaginary = 0.5f * (_real[mirror] - _real[i]);
            var real = evenReal + (oddReal * s_splitCosines[i]) - (oddImaginary * s_splitSines[i]);
            var imaginary = evenImaginary + (oddReal * s_splitSines[i]) + (oddImaginary * s_splitCosines[i]);
            _power[i] = ((real * real) + (imaginary * imaginary)) * s_scale;
        }
    }

    private static Span<Vector<float>> Vectors(Span<float> values) => MemoryMarshal.Cast<float, Vector<float>>(values);

    private static byte ReverseBits(int value)
    {
        var reversed = 0;
        for (var bit = 0; bit < 8; bit++) reversed |= ((value >> bit) & 1) << (7 - bit);
        return (byte)reversed;
    }

    private static double StageTurn(int index)
    {
        var half = index == 0 ? 1 : 1 << BitOperations.Log2((uint)index);
        return Math.PI * (index - half) / half;
    }

    private static float[] Build(int length, Func<int, double> value) =>
        [.. Enumerable.Range(0, length).Select(i => (float)value(i))];
}
