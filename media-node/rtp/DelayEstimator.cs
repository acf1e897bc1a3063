using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using OrleansAcd.MediaCore;

namespace OrleansAcd.Rtp;

/// <summary>How late packets come compared with the fastest of the last seconds, and how deep a buffer must be for
/// nearly all of them.</summary>
/// <remarks>A histogram that forgets: each packet counts for one hundredth, so about two seconds of packets speak. All
/// times are RTP ticks unless they say otherwise. Allocates nothing after its making.</remarks>
internal sealed class DelayEstimator
{
    private const int Bins = 32;
    private const int BinMs = 10;
    private const float Forgetting = 0.99f;

    /// <summary>Two late packets within the histogram's memory exceed it, one does not.</summary>
    private const float TailShare = 0.015f;

    /// <summary>Begins as if packets came 30 to 40 ms late: experience lowers it within ten seconds.</summary>
    private const int FirstBin = 3;

    private const int JumpMs = 1_000;
    private const int JumpsToBelieve = 3;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

    private readonly float[] _shares = new float[Bins];
    private int _clockHz;
    private long _fastest = long.MaxValue;
    private long _fastestBefore = long.MaxValue;
    private Instant _windowEnd;
    private int _jumps;

    public DelayEstimator(int clockHz) => Reset(clockHz);

    public bool HasBase => Base != long.MaxValue;

    /// <summary>Transit of the fastest packet of the last one to two seconds: drift and new routes move it.</summary>
    public long Base => Math.Min(_fastest, _fastestBefore);

    /// <summary>Depth that 98.5 % of packets would be in time for.</summary>
    public int DepthMs { get; private set; }

    public void Reset(int clockHz)
    {
        _clockHz = clockHz;
        Array.Clear(_shares);
        _shares[FirstBin] = 1;
        DepthMs = (FirstBin + 1) * BinMs;
        Forget();
    }

    /// <summary>Timestamps have jumped: keeps what it knows of jitter, measures delay from here.</summary>
    public void Rebase(long transit, Instant now)
    {
        Forget();
        (_fastest, _windowEnd) = (transit, now + Window);
    }

    public void Add(long transit, Instant now)
    {
        if (HasBase && Math.Abs(transit - Base) > Ticks(JumpMs))
        {
            // One wild timestamp says nothing; three in a row are a new timeline.
            if (++_jumps < JumpsToBelieve) return;

            Rebase(transit, now);
        }

        _jumps = 0;
        MoveBase(transit, now);
        Count((int)Math.Min(Bins - 1, (transit - Base) * 1_000 / _clockHz / BinMs));
    }

    /// <summary>What a packet leads to.</summary>
    public void ListMemory(ICollection<FetchedObject> list)
    {
        list.Add(new FetchedObject(this, 1));
        list.Add(new FetchedObject(_shares, 3));
    }

    private void Forget() => (_fastest, _fastestBefore, _jumps) = (long.MaxValue, long.MaxValue, 0);

    private long Ticks(int ms) => (long)ms * _clockHz / 1_000;

    private void MoveBase(long transit, Instant now)
    {
        if (now >= _windowEnd || !HasBase)
        {
            // After a silence that was longer than the window, what was fastest before it is old.
            (_fastestBefore, _fastest) = (now >= _windowEnd + Window ? transit : _fastest, transit);
            _windowEnd = now + Window;
        }

        _fastest = Math.Min(_fastest, transit);
    }

    private void Count(int bin)
    {
        foreach (ref var shares in MemoryMarshal.Cast<float, Vector256<float>>(_shares.AsSpan())) shares *= Forgetting;
        _shares[bin] += 1 - Forgetting;

        var (tail, top) = (0f, Bins - 1);
        while (top > 0 && (tail += _shares[top]) < TailShare) top--;
        DepthMs = (top + 1) * BinMs;
    }
}
