using OrleansAcd.MediaCore;
using OrleansAcd.Rtp;
using Xunit;

namespace OrleansAcd.Tests.Unit.Rtp;

/// <summary>RFC 3550 A.1 (validity), A.3 (loss), A.8 (jitter).</summary>
public sealed class ReceiverStatisticsTests
{
    private readonly ReceiverStatistics _statistics = new();

    [Fact]
    public void ASourceIsValidAfterTwoPacketsInARow()
    {
        Assert.Equal(SequenceVerdict.Probation, Packet(10));
        Assert.Equal(SequenceVerdict.Probation, Packet(50));
        Assert.Equal(SequenceVerdict.Accepted, Packet(51));
        Assert.True(_statistics.IsValid);
        Assert.Equal((2, 0), (_statistics.PacketsReceived, _statistics.PacketsLost));
    }

    [Fact]
    public void LossIsCountedAcrossTheWrapAndReportedByInterval()
    {
        foreach (var sequence in (int[])[65_533, 65_534, 65_535, 1, 2, 3, 5]) Packet(sequence);

        var report = _statistics.NextReport(new Ssrc(7), 0, TimeSpan.Zero);
        Assert.Equal(2, report.CumulativeLost);
        Assert.Equal(2 * 256 / 9, report.FractionLost);
        Assert.Equal(65_536u + 5, report.HighestSequence);

        Packet(6);
        Assert.Equal(0, _statistics.NextReport(new Ssrc(7), 0, TimeSpan.Zero).FractionLost);
        Assert.Equal(2, _statistics.PacketsLost);
    }

    [Fact]
    public void ReorderedPacketsAreNoLossAndDuplicatesNeverMakeItNegative()
    {
        foreach (var sequence in (int[])[1, 2, 4, 3, 5, 5, 5]) Packet(sequence);
        Assert.Equal(0, _statistics.PacketsLost);
        Assert.Equal(-2, _statistics.NextReport(new Ssrc(7), 0, TimeSpan.Zero).CumulativeLost);
    }

    [Fact]
    public void ALargeJumpIsRefusedOnceAndARestartWhenConfirmed()
    {
        foreach (var sequence in (int[])[1, 2, 3]) Packet(sequence);
        Assert.Equal(SequenceVerdict.Refused, Packet(20_000));
        Assert.Equal(SequenceVerdict.Accepted, Packet(4));
        Assert.Equal(SequenceVerdict.Refused, Packet(30_000));
        Assert.Equal(SequenceVerdict.Restarted, Packet(30_001));
        Assert.Equal(SequenceVerdict.Accepted, Packet(30_002));
        Assert.Equal((6, 0), (_statistics.PacketsReceived, _statistics.PacketsLost));
    }

    [Fact]
    public void AnEvenStreamHasNoJitterAndAnUnevenOneHasItsDeviation()
    {
        for (var i = 0; i < 500; i++) _statistics.Handle(new((ushort)i), new((uint)(160 * i)), At(20 * i));
        Assert.Equal(TimeSpan.Zero, _statistics.Jitter);

        // Every other packet 10 ms late: transit differs by 10 ms each time, and the estimate tends to that.
        for (var i = 500; i < 1_500; i++)
        {
            _statistics.Handle(new((ushort)i), new((uint)(160 * i)), At((20 * i) + (i % 2 * 10)));
        }

        Assert.Equal(10, _statistics.Jitter.TotalMilliseconds, 0.5);
    }

    [Fact]
    public void AnotherSourceKeepsTheTotals()
    {
        foreach (var sequence in (int[])[1, 2, 4]) Packet(sequence);
        _statistics.Restart();
        foreach (var sequence in (int[])[900, 901]) Packet(sequence);
        Assert.Equal((5, 1), (_statistics.PacketsReceived, _statistics.PacketsLost));
    }

    private static Instant At(double milliseconds) => Instant.FromMilliseconds(milliseconds);

    private SequenceVerdict Packet(int sequence) =>
        _statistics.Handle(new((ushort)sequence), new((uint)(160 * sequence)), At(20.0 * sequence));
}
