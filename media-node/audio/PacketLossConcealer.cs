using System.Numerics;
using System.Runtime.InteropServices;

namespace OrleansAcd.Audio;

/// <summary>Fills gaps with what was heard last: its pitch period is repeated and fades to silence, in the spirit of
/// ITU-T G.711 Appendix I.</summary>
/// <remarks>
/// Full level for 10 ms, then down to silence at 80 ms. What is unvoiced repeats its last 15 ms instead. No delay: a
/// gap's beginning is bent to meet the last sample heard, its end is cross-faded into the first samples that come
/// again. 16-bit linear PCM, mono, 8 or 16 kHz. Allocates nothing after its making; one thread at a time.
/// </remarks>
public sealed class PacketLossConcealer
{
    private const int HistoryMs = 36;
    private const int WindowMs = 20;
    private const int PitchMinMs = 5;
    private const int PitchMaxMs = 15;
    private const int HoldMs = 10;
    private const int SilentAfterMs = 80;
    private const int BendMs = 4;
    private const int FadeInMs = 5;
    private const int FadeInMaxMs = 10;

    /// <summary>Below this likeness, 1 being a perfect period, nothing is periodic.</summary>
    private const float VoicedMin = 0.5f;

    private readonly int _samplesPerMs;
    private readonly short[] _history;
    private readonly float[] _cycle;
    private int _period;
    private float _bend;
    private int _missing;

    public PacketLossConcealer(int sampleRateHz)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRateHz, 8_000);
        _samplesPerMs = sampleRateHz / 1_000;
        _history = new short[HistoryMs * _samplesPerMs];
        _cycle = new float[PitchMaxMs * _samplesPerMs];
    }

    /// <summary>A frame that did come. After a gap, its beginning is blended with the gap's continuation.</summary>
    public void Heard(Span<short> pcm)
    {
        if (_missing > 0) FadeIn(pcm);
        _missing = 0;
        Remember(pcm);
    }

    /// <summary>Fills a frame that did not come.</summary>
    public void Conceal(Span<short> pcm)
    {
        if (pcm.IsEmpty) return;

        if (_missing == 0) Prepare();
        for (var i = 0; i < pcm.Length; i++) pcm[i] = Round(Next());
        Remember(pcm);
    }

    public void Reset()
    {
        Array.Clear(_history);
        _missing = 0;
    }

    private float Next()
    {
        var at = _missing++;
        var gain = Gain(at);
        if (gain <= 0) return 0;

        var bend = Math.Max(0, 1 - ((at + 1f) / (BendMs * _samplesPerMs)));
        return gain * (_cycle[at % _period] + (_bend * bend));
    }

    private float Gain(int at)
    {
        var (hold, silent) = (HoldMs * _samplesPerMs, SilentAfterMs * _samplesPerMs);
        return at < hold ? 1 : Math.Max(0, (float)(silent - at) / (silent - hold));
    }

    /// <summary>The longer the gap was, the slower the real audio takes over.</summary>
    private void FadeIn(Span<short> pcm)
    {
        var milliseconds = Math.Min(FadeInMaxMs, FadeInMs + (_missing / _samplesPerMs / 10));
        var length = Math.Min(pcm.Length, milliseconds * _samplesPerMs);
        for (var i = 0; i < length; i++)
        {
            var weight = (i + 1f) / (length + 1);
            pcm[i] = Round((weight * pcm[i]) + ((1 - weight) * Next()));
        }
    }

    private void Remember(ReadOnlySpan<short> pcm)
    {
        var kept = _history.Length - pcm.Length;
        if (kept > 0) _history.AsSpan(pcm.Length).CopyTo(_history);
        pcm[^Math.Min(pcm.Length, _history.Length)..].CopyTo(_history.AsSpan(Math.Max(0, kept)));
    }

    /// <summary>Finds the period and takes the last one, its end blended into what came before its beginning, so that
    /// it repeats without a seam.</summary>
    private void Prepare()
    {
        var history = _history.AsSpan();
        _period = FindPeriod();
        var last = history[^_period..];
        for (var i = 0; i < _period; i++) _cycle[i] = last[i];

        var blend = _period / 4;
        var before = history[^(_period + blend)..^_period];
        for (var i = 0; i < blend; i++)
        {
            var weight = (i + 1f) / (blend + 1);
            ref var sample = ref _cycle[_period - blend + i];
            sample = ((1 - weight) * sample) + (weight * before[i]);
        }

        _bend = history[^1] - history[^(_period + 1)];
    }

    /// <summary>The lag at which the last 20 ms are most like what came before them.</summary>
    private int FindPeriod()
    {
        Span<float> samples = stackalloc float[_history.Length];
        for (var i = 0; i < samples.Length; i++) samples[i] = _history[i];

        var window = WindowMs * _samplesPerMs;
        var recent = samples[^window..];
        var (best, bestLikeness) = (PitchMaxMs * _samplesPerMs, 0f);
        for (var lag = PitchMinMs * _samplesPerMs; lag <= PitchMaxMs * _samplesPerMs; lag++)
        {
            var earlier = samples.Slice(samples.Length - window - lag, window);
            var product = Dot(recent, earlier);
            if (product <= 0) continue;

            var likeness = product / MathF.Sqrt(Dot(earlier, earlier));
            if (likeness > bestLikeness) (best, bestLikeness) = (lag, likeness);
        }

        var isVoiced = bestLikeness > VoicedMin * MathF.Sqrt(Dot(recent, recent));
        return isVoiced ? best : PitchMaxMs * _samplesPerMs;
    }

    private static float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        ref var a = ref MemoryMarshal.GetReference(left);
        ref var b = ref MemoryMarshal.GetReference(right);
        var (sums, done) = (Vector<float>.Zero, 0);
        for (; done + Vector<float>.Count <= left.Length; done += Vector<float>.Count)
        {
            sums += Vector.LoadUnsafe(ref a, (nuint)done) * Vector.LoadUnsafe(ref b, (nuint)done);
        }

        var sum = Vector.Sum(sums);
        for (; done < left.Length; done++) sum += left[done] * right[done];
        return sum;
    }

    private static short Round(float value) =>
        (short)Math.Clamp((int)MathF.Round(value), short.MinValue, short.MaxValue);
}
