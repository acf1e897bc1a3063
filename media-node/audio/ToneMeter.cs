using System.Numerics;

namespace OrleansAcd.Audio;

/// <summary>What is to be heard in a piece of audio: which frequency, how loud.</summary>
/// <remarks>For tests and the softphone's ear; allocates. Samples are 16-bit linear, mono.</remarks>
public static class ToneMeter
{
    private const int FftSizeMax = 65_536;

    /// <summary>The frequency that stands out and its level.</summary>
    public readonly record struct Peak(double FrequencyHz, AudioLevel Level);

    /// <summary>Level of one frequency (Goertzel's algorithm).</summary>
    public static AudioLevel LevelAt(ReadOnlySpan<short> samples, double frequencyHz, int sampleRateHz = 8_000)
    {
        if (samples.IsEmpty) return AudioLevel.Silence;

        var omega = 2 * Math.PI * frequencyHz / sampleRateHz;
        var coefficient = 2 * Math.Cos(omega);
        var (previous, beforeThat) = (0.0, 0.0);
        foreach (var sample in samples)
        {
            (previous, beforeThat) = (sample + (coefficient * previous) - beforeThat, previous);
        }

        var power = (previous * previous) + (beforeThat * beforeThat) - (coefficient * previous * beforeThat);
        return AudioLevel.FromSinePeak(2 * Math.Sqrt(Math.Max(0, power)) / samples.Length / 32_768);
    }

    /// <summary>Level of everything: the sine that would carry the same power.</summary>
    public static AudioLevel Rms(ReadOnlySpan<short> samples)
    {
        if (samples.IsEmpty) return AudioLevel.Silence;

        var sum = 0.0;
        foreach (var sample in samples) sum += (double)sample * sample;
        return AudioLevel.FromSinePeak(Math.Sqrt(2 * sum / samples.Length) / 32_768);
    }

    /// <summary>The strongest frequency: an FFT finds the bin, interpolation the place between bins.</summary>
    public static Peak Strongest(ReadOnlySpan<short> samples, int sampleRateHz = 8_000)
    {
        if (samples.Length < 16) return new Peak(0, AudioLevel.Silence);

        var size = Math.Min(FftSizeMax, 1 << BitOperations.Log2((uint)samples.Length));
        var bins = HannSpectrum(samples[..size]);
        var top = 1;
        for (var i = 2; i < (size / 2) - 1; i++)
        {
            if (bins[i] > bins[top]) top = i;
        }

        if (bins[top] <= 0) return new Peak(0, AudioLevel.Silence);

        var frequency = (top + Offset(bins, top)) * sampleRateHz / size;
        return new Peak(frequency, LevelAt(samples[..size], frequency, sampleRateHz));
    }

    /// <summary>Every frequency that stands out above a level: what else is to be heard.</summary>
    /// <remarks>Beside a tone, down to 31 dB below it, stands what the window makes of it.</remarks>
    public static IReadOnlyList<Peak> Above(double dbfs, ReadOnlySpan<short> samples, int sampleRateHz = 8_000)
    {
        var size = Math.Min(FftSizeMax, 1 << BitOperations.Log2((uint)Math.Max(1, samples.Length)));
        if (size < 16) return [];

        // A sine's bin is a quarter of its peak times the size under this window.
        var bins = HannSpectrum(samples[^size..]);
        var peaks = new List<Peak>();
        for (var i = 1; i < bins.Length - 1; i++)
        {
            var level = AudioLevel.FromSinePeak(4 * bins[i] / size / 32_768);
            var isPeak = bins[i] >= bins[i - 1] && bins[i] > bins[i + 1];
            if (isPeak && level.Dbfs > dbfs) peaks.Add(new Peak((double)i * sampleRateHz / size, level));
        }

        return peaks;
    }

    /// <summary>Parabola through the logarithms of three neighbouring bins.</summary>
    private static double Offset(double[] bins, int top)
    {
        var (left, middle, right) = (Log(bins[top - 1]), Log(bins[top]), Log(bins[top + 1]));
        var curve = left - (2 * middle) + right;
        return Math.Abs(curve) < 1e-12 ? 0 : 0.5 * (left - right) / curve;

        static double Log(double value) => Math.Log(value + 1e-9);
    }

    private static double[] HannSpectrum(ReadOnlySpan<short> samples)
    {
        var values = new Complex[samples.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = samples[i] * (0.5 - (0.5 * Math.Cos(2 * Math.PI * i / values.Length)));
        }

        Fourier(values);
        return [.. values.Take(values.Length / 2).Select(v => v.Magnitude)];
    }

    /// <summary>Radix 2, in place; the length is a power of two.</summary>
    private static void Fourier(Complex[] values)
    {
        for (int i = 1, j = 0; i < values.Length; i++)
        {
            var bit = values.Length >> 1;
            for (; (j & bit) != 0; bit >>= 1) j ^= bit;
            j ^= bit;
            if (i < j) (values[i], values[j]) = (values[j], values[i]);
        }

        for (var length = 2; length <= values.Length; length <<= 1)
        {
            var root = Complex.FromPolarCoordinates(1, -2 * Math.PI / length);
            for (var start = 0; start < values.Length; start += length) Butterfly(values.AsSpan(start, length), root);
        }
    }

    private static void Butterfly(Span<Complex> block, Complex root)
    {
        var half = block.Length / 2;
        var turn = Complex.One;
        for (var i = 0; i < half; i++)
        {
            var (even, odd) = (block[i], block[i + half] * turn);
            (block[i], block[i + half]) = (even + odd, even - odd);
            turn *= root;
        }
    }
}
