using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace OrleansAcd.Audio;

/// <summary>The lower sub-band's ADPCM: 4 to 6 bits a sample (ITU-T G.722 sections 6.2.1 and 6.2.3).</summary>
internal struct G722LowBand
{
    private const int LogStepMax = 18_432;

    private G722Predictor _predictor;
    private int _logStep;
    private int _step;

    public static G722LowBand Create() => new() { _step = 32 };

    /// <summary>Six bits for one sample of the lower band.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Encode(int sample)
    {
        var difference = G722Predictor.Saturate(sample - _predictor.Estimate);

        // QUANTL: magnitude in one's complement.
        var magnitude = difference ^ (difference >> 31);
        var interval = Interval(magnitude, _step);
        var code = difference < 0 ? G722Tables.LowNegative[interval] : G722Tables.LowPositive[interval];
        Adapt(code >> 2);
        return code;
    }

    /// <summary>One sample, 15 bits, of a six-bit code word.</summary>
    /// <param name="mode">1: all six bits are speech; 2 and 3: the last one or two are data.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Decode(int code, int mode)
    {
        var weight = mode switch
        {
            1 => G722Tables.Low6[code],
            2 => G722Tables.Low5[code >> 1],
            _ => G722Tables.Low4[code >> 2],
        };
        var sample = Math.Clamp(_predictor.Estimate + ((_step * weight) >> 15), -16_384, 16_383);
        Adapt(code >> 2);
        return sample;
    }

    /// <summary>How many decision levels, scaled by the step, the magnitude reaches; they rise, so counting
    /// finds its interval.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Interval(int magnitude, int step)
    {
        ref var levels = ref MemoryMarshal.GetArrayDataReference(G722Tables.LowDecisions);
        var value = Vector256.Create(magnitude);
        var count = 0;
        for (nuint i = 0; i < 32; i += 8)
        {
            var scaled = (Vector256.LoadUnsafe(ref levels, i) * step) >> 12;
            count += BitOperations.PopCount(
                Vector256.GreaterThanOrEqual(value, scaled).ExtractMostSignificantBits());
        }

        return Math.Min(count, G722Tables.LowNegative.Length - 1);
    }

    /// <summary>INVQAL, LOGSCL and SCALEL, by the four bits that every mode has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Adapt(int code)
    {
        var difference = (_step * G722Tables.Low4[code]) >> 15;
        _logStep = Math.Clamp(((_logStep * 127) >> 7) + G722Tables.LowSteps[code], 0, LogStepMax);
        _step = G722Steps.Linear(_logStep, 8);
        _predictor.Update(difference);
    }
}

/// <summary>The higher sub-band's ADPCM: 2 bits a sample (ITU-T G.722 sections 6.2.2 and 6.2.4).</summary>
internal struct G722HighBand
{
    private const int LogStepMax = 22_528;
    private const int DecisionLevel = 564;

    private G722Predictor _predictor;
    private int _logStep;
    private int _step;

    public static G722HighBand Create() => new() { _step = 8 };

    /// <summary>Two bits for one sample of the higher band.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Encode(int sample)
    {
        var difference = G722Predictor.Saturate(sample - _predictor.Estimate);
        var magnitude = difference ^ (difference >> 31);
        var isOuter = magnitude >= (DecisionLevel * _step) >> 12;
        var code = (difference < 0 ? 1 : 3) - (isOuter ? 1 : 0);
        Adapt(code);
        return code;
    }

    /// <summary>One sample, 15 bits, of a two-bit code word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Decode(int code)
    {
        var sample = _predictor.Estimate + ((_step * G722Tables.High2[code]) >> 15);
        Adapt(code);
        return Math.Clamp(sample, -16_384, 16_383);
    }

    /// <summary>INVQAH, LOGSCH and SCALEH.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Adapt(int code)
    {
        var difference = (_step * G722Tables.High2[code]) >> 15;
        _logStep = Math.Clamp(((_logStep * 127) >> 7) + G722Tables.HighSteps[code], 0, LogStepMax);
        _step = G722Steps.Linear(_logStep, 10);
        _predictor.Update(difference);
    }
}

/// <summary>SCALEL and SCALEH: the quantiser's step of its logarithm.</summary>
internal static class G722Steps
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Linear(int logarithm, int exponent)
    {
        var mantissa = G722Tables.InverseLog[(logarithm >> 6) & 31];
        var shift = exponent - (logarithm >> 11);
        return (shift < 0 ? mantissa << -shift : mantissa >> shift) << 2;
    }
}
