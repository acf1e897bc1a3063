using OrleansAcd.Audio;
using OrleansAcd.MediaNode.Media;
using Xunit;

namespace OrleansAcd.Tests.Unit.Media;

/// <summary>Opinion scores of a leg by what was counted.</summary>
public sealed class LegScoresTests
{
    private static readonly LegQuality Good = new(
        5_000, 0, TimeSpan.FromMilliseconds(1), 5_000, 0.0, TimeSpan.FromMilliseconds(1),
        TimeSpan.FromMilliseconds(20), 0, 0, 0, 0);

    [Fact]
    public void ACleanLegIsAsGoodAsG711Gets()
    {
        Assert.Equal(4.41, LegScores.Received(Good, AudioCodecId.Pcma)!.Value, 0.01);
        Assert.Equal(4.41, LegScores.Sent(Good, AudioCodecId.Pcma)!.Value, 0.01);
    }

    [Fact]
    public void TooLittleSaysNothing()
    {
        Assert.Null(LegScores.Received(Good with { PacketsReceived = 20 }, AudioCodecId.Pcmu));
        Assert.Null(LegScores.Sent(Good with { RemoteFractionLost = null }, AudioCodecId.Pcmu));
    }

    [Fact]
    public void EachDirectionHasItsOwnLoss()
    {
        var bad = Good with { PacketsLost = 500 };
        Assert.InRange(LegScores.Received(bad, AudioCodecId.Pcmu)!.Value, 2.5, 3.6);
        Assert.Equal(4.41, LegScores.Sent(bad, AudioCodecId.Pcmu)!.Value, 0.01);
        Assert.InRange(LegScores.Sent(Good with { RemoteFractionLost = 0.1 }, AudioCodecId.Opus)!.Value, 2.0, 3.4);
    }

    [Fact]
    public void JitterAndDistanceCost()
    {
        var far = LegScores.Received(Good with { RoundTrip = TimeSpan.FromMilliseconds(500) }, AudioCodecId.Pcmu);
        var shaky = LegScores.Received(Good with { Jitter = TimeSpan.FromMilliseconds(60) }, AudioCodecId.Pcmu);
        Assert.True(far < 4.2);
        Assert.True(shaky < 4.35);
    }
}
