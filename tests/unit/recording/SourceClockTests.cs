using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Recording;
using Xunit;

namespace OrleansAcd.Tests.Unit.Recording;

/// <summary>RTP timestamps on the node's clock: RFC 3550 section 5.1.</summary>
public sealed class SourceClockTests
{
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(20);
    private static readonly Instant Start = Instant.FromMilliseconds(5_000);
    private SourceClock _clock;

    [Fact]
    public void TheFirstPacketWasSpokenAFrameBeforeItCame()
    {
        Assert.Equal(-20, Place(1, 1_000, arrivalMs: 0, out var isNew));
        Assert.True(isNew);
    }

    [Fact]
    public void JitterSmearsNothing()
    {
        var random = new Random(3);
        Place(1, 0, 0, out _);
        for (var i = 1; i < 1_000; i++)
        {
            Assert.Equal((i - 1) * 20, Place(1, (uint)(i * 160), (i * 20) + random.Next(-30, 55), out var isNew));
            Assert.False(isNew);
        }
    }

    /// <summary>A network that stalls for 600 ms and then delivers all at once has not changed when things were
    /// said.</summary>
    [Fact]
    public void ABurstAfterAStallKeepsItsPlaces()
    {
        Place(1, 0, 0, out _);
        for (var i = 1; i <= 30; i++) Assert.Equal((i - 1) * 20, Place(1, (uint)(i * 160), 600, out _));
        Assert.Equal(600, Place(1, 31 * 160, 620, out _));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(-100)]
    [InlineData(1_500)]
    public void ASourceThatStaysAwayByMoreThanTheLimitIsAnchoredAnewAfterAWhile(int awayMs)
    {
        for (var i = 0; i < 50; i++) Place(1, (uint)(i * 160), i * 20, out _);
        var corrected = 0;
        for (var i = 50; i < 100; i++)
        {
            var at = Place(1, (uint)(i * 160), (i * 20) + awayMs, out var isNew);
            if (isNew) corrected = i;
            Assert.Equal(((i - 1) * 20) + (corrected > 0 ? awayMs : 0), at);
        }

        Assert.Equal(60, corrected);
        Assert.Equal(1, _clock.Corrections);
    }

    /// <summary>50 ppm fast for an hour: 180 ms, in steps of the limit.</summary>
    [Fact]
    public void ADriftingClockIsCorrectedBeforeItIsAudible()
    {
        for (var i = 0; i < 180_000; i++)
        {
            var arrival = i * 20 * 1.00005;
            Assert.InRange(Place(1, (uint)(i * 160), arrival, out _) - arrival + 20, -61, 61);
        }

        Assert.InRange(_clock.Corrections, 2, 3);
    }

    [Fact]
    public void AJumpBeyondWhatNetworksDoIsBelievedAtOnce()
    {
        Place(1, 0, 0, out _);
        Assert.Equal(0, Place(1, 8_000_000, 20, out var isNew));
        Assert.True(isNew);
        Assert.Equal(20, Place(1, 8_000_160, 40, out _));
    }

    [Fact]
    public void AnotherSourceAndAnotherClockAreAnchoredAnew()
    {
        Place(1, 0, 0, out _);
        Assert.Equal(17, Place(2, 999, 37, out var isNew));
        Assert.True(isNew);
        Assert.Equal(50, (_clock.Place(2, 5, 48_000, Frame, Start + TimeSpan.FromMilliseconds(70), out isNew) - Start)
            .TotalMilliseconds);
        Assert.True(isNew);
    }

    /// <summary>Across the wrap at 2^32, and for longer than half of it.</summary>
    [Fact]
    public void TimestampsWrap()
    {
        const uint first = uint.MaxValue - 1_000;
        for (long i = 0; i < 1_000_000; i += 40)
        {
            var at = Place(1, unchecked(first + (uint)(i * 8_000)), i * 1_000, out var isNew);
            Assert.Equal(i == 0, isNew);
            Assert.Equal((i * 1_000) - 20, at);
        }
    }

    private double Place(uint ssrc, uint timestamp, double arrivalMs, out bool isNew) => (_clock.Place(
        ssrc, timestamp, 8_000, Frame, Start + TimeSpan.FromMilliseconds(arrivalMs), out isNew) - Start)
        .TotalMilliseconds;
}
