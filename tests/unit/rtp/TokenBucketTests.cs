using OrleansAcd.MediaCore;
using OrleansAcd.Rtp;
using Xunit;

namespace OrleansAcd.Tests.Unit.Rtp;

/// <summary>A second's worth at once, then as much as the rate lets through.</summary>
public sealed class TokenBucketTests
{
    [Fact]
    public void OverTimeTheRatePassesAndNoMore()
    {
        var bucket = new TokenBucket(80_000, Instant.Zero);
        var passed = 0;
        for (var ms = 0; ms < 10_000; ms++)
        {
            if (bucket.TryTake(100, Instant.FromMilliseconds(ms))) passed += 100;
        }

        // Ten seconds of 10,000 bytes, and the second's worth that it began with.
        Assert.InRange(passed, 109_000, 110_100);
    }

    [Fact]
    public void ASilenceSavesOneSecondAtMost()
    {
        var bucket = new TokenBucket(8_000, Instant.Zero);

        Assert.True(bucket.TryTake(1_000, Instant.FromMilliseconds(3_600_000)));
        Assert.False(bucket.TryTake(1, Instant.FromMilliseconds(3_600_000)));
    }

    [Fact]
    public void AClockThatStepsBackGivesNothing()
    {
        var bucket = new TokenBucket(8_000, Instant.FromMilliseconds(5_000));
        Assert.True(bucket.TryTake(1_000, Instant.FromMilliseconds(5_000)));

        Assert.False(bucket.TryTake(1, Instant.FromMilliseconds(1_000)));
        Assert.True(bucket.TryTake(1, Instant.FromMilliseconds(5_001)));
    }
}
