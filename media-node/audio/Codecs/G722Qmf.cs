using System.Numerics;
using System.Runtime.InteropServices;

namespace OrleansAcd.Audio;

/// <summary>The quadrature mirror filter's two halves (ITU-T G.722 sections 3.1 and 4.4): 24 taps over two interleaved
/// streams, twelve over each.</summary>
/// <remarks>Integer arithmetic in 32 bits, several outputs at once; the same bits whatever the vector's
/// width.</remarks>
internal sealed class G722Qmf
{
    /// <summary>Pairs of samples worked through at once.</summary>
    public const int PairsMax = 160;

    private const int Taps = 12;
    private const int History = Taps - 1;

    private readonly int[] _first = new int[History + PairsMax];
    private readonly int[] _second = new int[History + PairsMax];

    /// <summary>The stream whose newest sample meets tap 1, to be filled with up to <see cref="PairsMax"/>.</summary>
    public Span<int> First => _first.AsSpan(History);

    /// <summary>The stream whose newest sample meets tap 0.</summary>
    public Span<int> Second => _second.AsSpan(History);

    public void Reset()
    {
        Array.Clear(_first);
        Array.Clear(_second);
    }

    /// <summary>Filters both streams' newest samples, and remembers what the next ones need.</summary>
    public void Filter(Span<int> first, Span<int> second)
    {
        Convolve(_first, first, isReversed: false);
        Convolve(_second, second, isReversed: true);
        _first.AsSpan(first.Length, History).CopyTo(_first);
        _second.AsSpan(second.Length, History).CopyTo(_second);
    }

    private static void Convolve(ReadOnlySpan<int> line, Span<int> output, bool isReversed)
    {
        var taps = G722Tables.Qmf;
        ref var start = ref MemoryMarshal.GetReference(line);
        var done = 0;
        for (; done + Vector<int>.Count <= output.Length; done += Vector<int>.Count)
        {
            var sum = Vector<int>.Zero;
            for (var k = 0; k < Taps; k++)
            {
                sum += Vector.LoadUnsafe(ref start, (nuint)(done + k)) * taps[isReversed ? History - k : k];
            }

            sum.CopyTo(output[done..]);
        }

        for (; done < output.Length; done++)
        {
            var sum = 0;
            for (var k = 0; k < Taps; k++) sum += line[done + k] * taps[isReversed ? History - k : k];
            output[done] = sum;
        }
    }
}
