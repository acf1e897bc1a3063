using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace OrleansAcd.Audio;

/// <summary>The adaptive predictor of one sub-band: two poles and six zeros (ITU-T G.722 section 6.2.1.4, block
/// 4L/4H).</summary>
/// <remarks>The zeros live in the lanes of one vector, the last two always zero; saturation is the Recommendation's,
/// sample by sample, so that encoder and decoder agree in every bit.</remarks>
internal struct G722Predictor
{
    private Vector256<int> _differences;
    private Vector256<int> _zeros;
    private int _zeroEstimate;
    private int _reconstructed1;
    private int _partial1;
    private int _partial2;
    private int _pole1;
    private int _pole2;

    /// <summary>What the next sample is expected to be: s in the Recommendation.</summary>
    public int Estimate { get; private set; }

    /// <summary>Learns of the quantised difference, and predicts the next sample.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Update(int difference)
    {
        var reconstructed = Saturate(Estimate + difference);
        var partial = Saturate(_zeroEstimate + difference);
        UpdatePoles(partial);
        UpdateZeros(difference);

        // FILTEP: rlt doubles before it is weighted.
        var first = (_pole1 * Saturate(2 * reconstructed)) >> 15;
        var second = (_pole2 * Saturate(2 * _reconstructed1)) >> 15;
        _reconstructed1 = reconstructed;
        Estimate = Saturate(Saturate(first + second) + _zeroEstimate);
    }

    /// <summary>UPPOL2 and UPPOL1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void UpdatePoles(int partial)
    {
        var differs1 = (partial ^ _partial1) < 0;
        var differs2 = (partial ^ _partial2) < 0;
        var slope = Saturate(4 * _pole1);
        var move = (differs1 ? slope : Math.Min(-slope, 32_767)) >> 7;
        var pole2 = Math.Clamp(move + (differs2 ? -128 : 128) + ((_pole2 * 32_512) >> 15), -12_288, 12_288);

        var limit = 15_360 - pole2;
        var pole1 = (differs1 ? -192 : 192) + ((_pole1 * 32_640) >> 15);
        _pole1 = Math.Clamp(pole1, -limit, limit);
        _pole2 = pole2;
        (_partial2, _partial1) = (_partial1, partial);
    }

    /// <summary>UPZERO, the delay line, FILTEZ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void UpdateZeros(int difference)
    {
        var sixLanes = Vector256.Create(-1, -1, -1, -1, -1, -1, 0, 0);
        var newest = Vector256.Create(difference);
        var signs = (_differences ^ newest) >> 31;
        var step = Vector256.Create(difference == 0 ? 0 : 128) & sixLanes;
        _zeros = (((_zeros * 32_640) >> 15) + ((step ^ signs) - signs)) & sixLanes;
        _differences = Older(_differences).WithElement(0, difference);

        var doubled = Vector256.Min(
            Vector256.Max(_differences << 1, Vector256.Create(-32_768)), Vector256.Create(32_767));
        var products = (_zeros * doubled) >> 15;
        var sum = Vector256.Sum(products);

        // No partial sum can leave 16 bits unless the magnitudes together do.
        _zeroEstimate = Vector256.Sum(Vector256.Abs(products)) <= 32_767 ? sum : SumSaturating(products);
    }

    /// <summary>Each of the six differences moves on by one lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Older(Vector256<int> differences)
    {
        var lanes = Vector256.Create(7, 0, 1, 2, 3, 4, 7, 7);

        // The portable shuffle allocates until it is compiled with optimisation.
        return Avx2.IsSupported
            ? Avx2.PermuteVar8x32(differences, lanes)
            : Vector256.Shuffle(differences, lanes);
    }

    /// <summary>FILTEZ as written: from the oldest to the newest, saturating at each step.</summary>
    private static int SumSaturating(Vector256<int> products)
    {
        var sum = 0;
        Span<int> lanes = stackalloc int[Vector256<int>.Count];
        products.CopyTo(lanes);
        for (var i = 5; i >= 0; i--) sum = Saturate(sum + lanes[i]);
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Saturate(int value) => Math.Clamp(value, short.MinValue, short.MaxValue);
}
