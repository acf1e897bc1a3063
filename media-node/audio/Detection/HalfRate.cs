using System.Numerics;
using System.Runtime.InteropServices;

namespace OrleansAcd.Audio.Detection;

/// <summary>From 16 to 8 kHz for detectors: a low pass of 32 taps, every second sample kept.</summary>
/// <remarks>Flat within 0.1 dB up to 2.5 kHz, where all signalling tones lie; what would alias onto them is 50 dB
/// down.</remarks>
internal sealed class HalfRate
{
    private const int Taps = 32;
    private const double CutoffHz = 3_700;
    private const double SampleRateHz = 16_000;

    private static readonly float[] s_taps = Design();

    /// <summary>Twice the taps: each sample stands in both halves, so any window of the newest lies in one
    /// piece.</summary>
    private readonly float[] _history = new float[2 * Taps];

    private int _at;
    private bool _isOdd;

    /// <summary>Fills <paramref name="output"/>, of which <paramref name="made"/> samples are new.</summary>
    /// <returns>Samples taken of <paramref name="pcm"/>: all of them, or until <paramref name="output"/> is
    /// full.</returns>
    public int Take(ReadOnlySpan<short> pcm, Span<float> output, out int made)
    {
        made = 0;
        var taken = 0;
        while (taken < pcm.Length && made < output.Length)
        {
            Push(pcm[taken++]);
            if (!_isOdd) output[made++] = Dot(_history.AsSpan(_at, Taps));
        }

        return taken;
    }

    private void Push(short sample)
    {
        _history[_at] = _history[_at + Taps] = sample;
        _at = (_at + 1) % Taps;
        _isOdd = !_isOdd;
    }

    private static float Dot(ReadOnlySpan<float> samples)
    {
        var left = MemoryMarshal.Cast<float, Vector<float>>(samples);
        var right = MemoryMarshal.Cast<float, Vector<float>>(s_taps);
        var sums = Vector<float>.Zero;
        for (var i = 0; i < left.Length; i++) sums += left[i] * right[i];
        return Vector.Sum(sums);
    }

    /// <summary>A sinc under a Hamming window.</summary>
    private static float[] Design()
    {
        var taps = new double[Taps];
        for (var i = 0; i < Taps; i++)
        {
            var at = i - ((Taps - 1) / 2.0);
            var window = 0.54 - (0.46 * Math.Cos(2 * Math.PI * i / (Taps - 1)));
            taps[i] = window * Math.Sin(2 * Math.PI * CutoffHz / SampleRateHz * at) / (Math.PI * at);
        }

        var gain = taps.Sum();
        return [.. taps.Select(tap => (float)(tap / gain))];
    }
}
