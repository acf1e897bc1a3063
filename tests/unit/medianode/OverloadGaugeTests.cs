using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Node;
using Xunit;

namespace OrleansAcd.Tests.Unit.MediaNode;

/// <summary>A loop that is late again and again is overloaded, until it has been on time for a while.</summary>
public sealed class OverloadGaugeTests
{
    private readonly OverloadGauge _gauge = new();
    private Instant _due = Instant.FromMilliseconds(1_000);

    [Fact]
    public void OneLateTurnIsNoOverload()
    {
        Turn(5_000);
        Assert.False(_gauge.IsOverloaded);
        Assert.Equal(TimeSpan.FromSeconds(5), _gauge.Worst);
    }

    [Fact]
    public void LateTurnsWithAGoodOneBetweenAreNoOverload()
    {
        for (var i = 0; i < 10; i++)
        {
            for (var late = 1; late < OverloadGauge.LateTurnsMax; late++) Turn(150);
            Turn(1);
        }

        Assert.False(_gauge.IsOverloaded);
    }

    [Fact]
    public void LateTurnsInARowAreOneAndGoodTurnsInARowEndIt()
    {
        for (var i = 0; i < OverloadGauge.LateTurnsMax; i++) Turn(101);
        Assert.True(_gauge.IsOverloaded);

        for (var i = 1; i < OverloadGauge.GoodTurnsNeeded; i++) Turn(100);
        Assert.True(_gauge.IsOverloaded);

        Turn(0);
        Assert.False(_gauge.IsOverloaded);
        Assert.Equal(1, _gauge.Overloads);
    }

    private void Turn(int lateMs)
    {
        _gauge.Handle(_due, _due + TimeSpan.FromMilliseconds(lateMs));
        _due += TimeSpan.FromMilliseconds(250);
    }
}
