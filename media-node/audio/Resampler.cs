using System.Numerics;
using System.Runtime.InteropServices;

namespace OrleansAcd.Audio;

/// <summary>Changes the rate of a whole recording: polyphase, Kaiser-windowed sinc, 80 dB of stop band.</summary>
/// <remarks>For loading prompts, not for live audio. Converting to 8 kHz passes up to 3.6 kHz within 0.1 dB; what would
/// alias from above 4.2 kHz is 60 dB down or better. Same rate in and out returns the input, bit for bit.</remarks>
public static class Resampler
{
    /// <summary>The kernel reaches this many periods of the slower of both rates to each side.</summary>
    private const int ReachPeriods = 64;

    internal const double KaiserBeta = 7.857;           // 80 dB
    private const double CutoffOfNyquist = 0.96;

    public static float[] Convert(float[] samples, int fromHz, int toHz)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(fromHz);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(toHz);
        if (fromHz == toHz) return samples;

        var divisor = (int)BigInteger.GreatestCommonDivisor(fromHz, toHz);
        var (phases, step) = (toHz / divisor, fromHz / divisor);
        var kernels = new float[phases][];
        var output = new float[(int)Math.Ceiling((double)samples.Length * toHz / fromHz)];
        var reach = Reach(fromHz, toHz);
        for (var i = 0; i < output.Length; i++)
        {
            var position = (long)i * step;
            var phase = (int)(position % phases);
            kernels[phase] ??= BuildKernel((double)phase / phases, reach, fromHz, toHz);
            output[i] = Dot(samples, (int)(position / phases) - reach + 1, kernels[phase]);
        }

        return output;
    }

    /// <summary>Half the kernel's length, in input samples.</summary>
    private static int Reach(int fromHz, int toHz) =>
        (int)Math.Ceiling(ReachPeriods * Math.Max(1.0, (double)fromHz / toHz));

    private static float[] BuildKernel(double fraction, int reach, int fromHz, int toHz)
    {
        // Bandwidth in cycles per input sample: the lower of both Nyquist limits.
        var cutoff = 0.5 * CutoffOfNyquist * Math.Min(1.0, (double)toHz / fromHz);
        var kernel = new double[2 * reach];
        for (var k = 0; k < kernel.Length; k++)
        {
            var distance = k - reach + 1 - fraction;
            kernel[k] = 2 * cutoff * Sinc(2 * cutoff * distance) * KaiserWindow.At(distance / reach, KaiserBeta);
        }

        var gain = kernel.Sum();                        // unity at DC for every phase
        return [.. kernel.Select(tap => (float)(tap / gain))];
    }

    private static double Sinc(double x) => Math.Abs(x) < 1e-9 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);

    /// <summary>Samples before the first and after the last count as silence.</summary>
    private static float Dot(ReadOnlySpan<float> samples, int start, ReadOnlySpan<float> kernel)
    {
        var skip = Math.Max(0, -start);
        var count = Math.Min(kernel.Length, samples.Length - start) - skip;
        if (count <= 0) return 0;

        var left = samples.Slice(start + skip, count);
        var right = kernel.Slice(skip, count);
        var leftVectors = MemoryMarshal.Cast<float, Vector<float>>(left);
        var rightVectors = MemoryMarshal.Cast<float, Vector<float>>(right);
        var sums = Vector<float>.Zero;
        for (var i = 0; i < leftVectors.Length; i++) sums += leftVectors[i] * rightVectors[i];

        var sum = Vector.Sum(sums);
        for (var i = leftVectors.Length * Vector<float>.Count; i < count; i++) sum += left[i] * right[i];
        return sum;
    }
}
