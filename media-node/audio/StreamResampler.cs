using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;

namespace OrleansAcd.Audio;

/// <summary>Changes live audio between 8 and 16 kHz: a half-band filter of 63 taps, kept running across
/// frames.</summary>
/// <remarks>
/// Passes up to 3.4 kHz within 0.1 dB and is 60 dB down from 4.6 kHz on; delays by 31 samples of the faster rate,
/// 1.94 ms. Every other tap of a half-band filter is zero, except the middle: one phase is a delay, the other 32 taps.
/// 16-bit linear PCM, mono. Same rate in and out copies. Allocates nothing after its making; one thread at a time.
/// </remarks>
public sealed class StreamResampler
{
    public const int SlowHz = 8_000;
    public const int FastHz = 16_000;

    /// <summary>Taps of the phase that is not a delay.</summary>
    private const int Taps = 32;
    private const int Half = Taps / 2;
    private const int HistorySamples = Taps - 1;

    /// <summary>The other phase's delay, in samples of the slower rate, so that both phases line up.</summary>
    private const int MiddleDelay = Half - 1;

    /// <summary>Worked through in pieces of so many samples of the slower rate.</summary>
    private const int PieceSamples = 160;
    private const double KaiserBeta = 6.2;

    /// <summary>One half of the symmetric taps, as they apply when two such phases make the whole filter.</summary>
    private static readonly float[] HalfTaps = BuildTaps();

    private readonly int _fromHz;
    private readonly int _toHz;

    // The phase that is filtered, and, downwards, the one that is only delayed.
    private readonly float[] _filtered = new float[HistorySamples];
    private readonly float[] _delayed = new float[HistorySamples];

    public StreamResampler(int fromHz, int toHz)
    {
        if (fromHz is not (SlowHz or FastHz)) throw new ArgumentOutOfRangeException(nameof(fromHz), fromHz, "8 or 16 kHz");
        if (toHz is not (SlowHz or FastHz)) throw new ArgumentOutOfRangeException(nameof(toHz), toHz, "8 or 16 kHz");

        (_fromHz, _toHz) = (fromHz, toHz);
    }

    /// <summary>The rate that goes in.</summary>
    public int FromHz => _fromHz;

    /// <summary>How many samples come out for so many that go in.</summary>
    public int OutputLength(int inputLength) => (int)((long)inputLength * _toHz / _fromHz);

    /// <summary>Forgets what it has heard.</summary>
    public void Reset()
    {
        Array.Clear(_filtered);
        Array.Clear(_delayed);
    }

    /// <summary>Converts a frame.</summary>
    /// <param name="input">Any length; from 16 to 8 kHz an even one.</param>
    /// <param name="output">At least <see cref="OutputLength"/> long; must not overlap the input.</param>
    /// <returns>Samples written.</returns>
    public int Process(ReadOnlySpan<short> input, Span<short> output)
    {
        var length = OutputLength(input.Length);
        Debug.Assert(output.Length >= length, "no room for the result");
        if (_fromHz == _toHz) input.CopyTo(output);
        else if (_fromHz < _toHz) Upsample(input, output);
        else Downsample(input, output);
        return length;
    }

    private void Upsample(ReadOnlySpan<short> input, Span<short> output)
    {
        Span<float> line = stackalloc float[HistorySamples + PieceSamples];
        Span<float> odd = stackalloc float[PieceSamples];
        for (var at = 0; at < input.Length; at += PieceSamples)
        {
            var piece = input.Slice(at, Math.Min(PieceSamples, input.Length - at));
            Continue(line, _filtered, piece, 1);
            Filter(line, odd[..piece.Length]);
            var target = output.Slice(2 * at, 2 * piece.Length);
            for (var i = 0; i < piece.Length; i++)
            {
                target[2 * i] = Round(odd[i]);
                target[(2 * i) + 1] = (short)line[HistorySamples - MiddleDelay + i];
            }
        }
    }

    private void Downsample(ReadOnlySpan<short> input, Span<short> output)
    {
        Span<float> line = stackalloc float[HistorySamples + PieceSamples];
        Span<float> middle = stackalloc float[HistorySamples + PieceSamples];
        Span<float> filtered = stackalloc float[PieceSamples];
        for (var at = 0; at < input.Length / 2; at += PieceSamples)
        {
            var count = Math.Min(PieceSamples, (input.Length / 2) - at);
            var piece = input.Slice(2 * at, 2 * count);
            Continue(line, _filtered, piece[1..], 2);
            Continue(middle, _delayed, piece, 2);
            Filter(line, filtered[..count]);
            for (var i = 0; i < count; i++)
            {
                output[at + i] = Round(0.5f * (filtered[i] + middle[HistorySamples - MiddleDelay + i]));
            }
        }
    }

    /// <summary>The remembered samples and, behind them, every <paramref name="step"/>th of the new ones; what the next
    /// piece must remember is kept.</summary>
    private static void Continue(Span<float> line, float[] history, ReadOnlySpan<short> piece, int step)
    {
        history.CopyTo(line);
        var count = 0;
        for (var i = 0; i < piece.Length; i += step) line[HistorySamples + count++] = piece[i];
        line.Slice(count, HistorySamples).CopyTo(history);
    }

    /// <summary>The symmetric taps over a line: several outputs at once, pairs of equal taps added first.</summary>
    private static void Filter(ReadOnlySpan<float> line, Span<float> output)
    {
        var done = 0;
        for (; done + Vector<float>.Count <= output.Length; done += Vector<float>.Count)
        {
            var sum = Vector<float>.Zero;
            for (var k = 0; k < Half; k++)
            {
                var pair = Load(line, done + k) + Load(line, done + HistorySamples - k);
                sum += pair * HalfTaps[k];
            }

            sum.CopyTo(output[done..]);
        }

        for (; done < output.Length; done++)
        {
            var sum = 0f;
            for (var k = 0; k < Half; k++) sum += (line[done + k] + line[done + HistorySamples - k]) * HalfTaps[k];
            output[done] = sum;
        }
    }

    private static Vector<float> Load(ReadOnlySpan<float> line, int at) =>
        Vector.LoadUnsafe(ref MemoryMarshal.GetReference(line), (nuint)at);

    private static short Round(float value) =>
        (short)Math.Clamp((int)MathF.Round(value), short.MinValue, short.MaxValue);

    /// <summary>sinc at half the faster rate's Nyquist, Kaiser window; the taps of this phase add up to 1.</summary>
    private static float[] BuildTaps()
    {
        var taps = new double[Half];
        for (var k = 0; k < Half; k++)
        {
            var distance = Taps - 1 - (2 * k);
            var x = Math.PI * distance / 2;
            taps[k] = Math.Sin(x) / x * KaiserWindow.At((double)distance / Taps, KaiserBeta);
        }

        var sum = 2 * taps.Sum();
        return [.. taps.Select(tap => (float)(tap / sum))];
    }
}
