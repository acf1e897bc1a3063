using OrleansAcd.MediaCore;

namespace OrleansAcd.Rtp;

/// <summary>How much of a stream may pass: so many bits a second, a second's worth at once.</summary>
public sealed class TokenBucket
{
    private long _milliBits;
    private Instant _at;

    /// <param name="bitsPerSecond">More than 0.</param>
    /// <param name="now">The bucket is full now.</param>
    public TokenBucket(int bitsPerSecond, Instant now)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bitsPerSecond);
        (BitsPerSecond, _at, _milliBits) = (bitsPerSecond, now, 1_000L * bitsPerSecond);
    }

    public int BitsPerSecond { get; }

    /// <summary>Whether so many bytes may pass now; then they are counted.</summary>
    public bool TryTake(int bytes, Instant now)
    {
        Fill(now);
        var wanted = 8_000L * bytes;
        if (wanted > _milliBits) return false;

        _milliBits -= wanted;
        return true;
    }

    private void Fill(Instant now)
    {
        var full = 1_000L * BitsPerSecond;
        var passed = (now - _at).TotalMilliseconds;
        if (passed <= 0) return;

        _at = now;
        _milliBits = passed >= 1_000 ? full : Math.Min(full, _milliBits + (long)(passed * BitsPerSecond));
    }
}
