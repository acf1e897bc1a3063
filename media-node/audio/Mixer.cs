using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;

namespace OrleansAcd.Audio;

/// <summary>Sums the voices of a conversation and takes each party's own voice out again.</summary>
/// <remarks>All spans are one frame of the same length, 16-bit linear PCM, mono, host byte order. Allocates nothing.
/// Vectorised with a scalar tail.</remarks>
public static class Mixer
{
    /// <summary>Adds one party's frame to the sum; 32-bit, so 65,536 full-scale parties fit.</summary>
    public static void Add(ReadOnlySpan<short> voice, Span<int> sum)
    {
        Debug.Assert(voice.Length == sum.Length, "frames differ in length");
        var voices = MemoryMarshal.Cast<short, Vector<short>>(voice);
        var sums = MemoryMarshal.Cast<int, Vector<int>>(sum);
        for (var i = 0; i < voices.Length; i++)
        {
            Vector.Widen(voices[i], out var low, out var high);
            sums[2 * i] += low;
            sums[(2 * i) + 1] += high;
        }

        for (var i = voices.Length * Vector<short>.Count; i < voice.Length; i++) sum[i] += voice[i];
    }

    /// <summary>Adds one party's frame at another level, or takes it out again with a negative one.</summary>
    public static void AddScaled(ReadOnlySpan<short> voice, float gain, Span<int> sum)
    {
        Debug.Assert(voice.Length == sum.Length, "frames differ in length");
        var voices = MemoryMarshal.Cast<short, Vector<short>>(voice);
        var sums = MemoryMarshal.Cast<int, Vector<int>>(sum);
        for (var i = 0; i < voices.Length; i++)
        {
            Vector.Widen(voices[i], out var low, out var high);
            sums[2 * i] += Vector.ConvertToInt32(Vector.ConvertToSingle(low) * gain);
            sums[(2 * i) + 1] += Vector.ConvertToInt32(Vector.ConvertToSingle(high) * gain);
        }

        for (var i = voices.Length * Vector<short>.Count; i < voice.Length; i++) sum[i] += (int)(voice[i] * gain);
    }

    /// <summary>A sum as samples; saturates, never wraps.</summary>
    public static void Saturate(ReadOnlySpan<int> sum, Span<short> output)
    {
        Debug.Assert(sum.Length == output.Length, "frames differ in length");
        var sums = MemoryMarshal.Cast<int, Vector<int>>(sum);
        var outputs = MemoryMarshal.Cast<short, Vector<short>>(output);
        for (var i = 0; i < outputs.Length; i++)
        {
            outputs[i] = Vector.NarrowWithSaturation(sums[2 * i], sums[(2 * i) + 1]);
        }

        for (var i = outputs.Length * Vector<short>.Count; i < output.Length; i++)
        {
            output[i] = (short)Math.Clamp(sum[i], short.MinValue, short.MaxValue);
        }
    }

    /// <summary>The largest magnitude of a frame; 32,767 for the one sample that has no positive counterpart.</summary>
    public static int Peak(ReadOnlySpan<short> voice)
    {
        var voices = MemoryMarshal.Cast<short, Vector<short>>(voice);
        var (highest, lowest) = (Vector<short>.Zero, Vector<short>.Zero);
        foreach (var samples in voices)
        {
            highest = Vector.Max(highest, samples);
            lowest = Vector.Min(lowest, samples);
        }

        var peak = 0;
        for (var i = 0; i < Vector<short>.Count; i++) peak = Math.Max(peak, Math.Max(highest[i], -lowest[i]));
        for (var i = voices.Length * Vector<short>.Count; i < voice.Length; i++)
        {
            peak = Math.Max(peak, Math.Abs((int)voice[i]));
        }

        return Math.Min(peak, short.MaxValue);
    }

    /// <summary>Mix-minus: what one party hears, everybody's sum less that party's own voice.</summary>
    /// <remarks>Saturates; never wraps.</remarks>
    public static void MixMinus(ReadOnlySpan<int> sum, ReadOnlySpan<short> own, Span<short> output)
    {
        Debug.Assert(sum.Length == own.Length && own.Length == output.Length, "frames differ in length");
        var sums = MemoryMarshal.Cast<int, Vector<int>>(sum);
        var owns = MemoryMarshal.Cast<short, Vector<short>>(own);
        var outputs = MemoryMarshal.Cast<short, Vector<short>>(output);
        for (var i = 0; i < outputs.Length; i++)
        {
            Vector.Widen(owns[i], out var low, out var high);
            outputs[i] = Vector.NarrowWithSaturation(sums[2 * i] - low, sums[(2 * i) + 1] - high);
        }

        for (var i = outputs.Length * Vector<short>.Count; i < output.Length; i++)
        {
            output[i] = (short)Math.Clamp(sum[i] - own[i], short.MinValue, short.MaxValue);
        }
    }
}
