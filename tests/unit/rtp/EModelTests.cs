using OrleansAcd.Rtp;
using Xunit;

namespace OrleansAcd.Tests.Unit.Rtp;

/// <summary>The E-model against values of ITU-T G.107, G.109 and G.113.</summary>
public sealed class EModelTests
{
    /// <summary>G.107 annex B, table B.1, and the default R of section 7.7.</summary>
    [Theory]
    [InlineData(93.2, 4.41), InlineData(90, 4.34), InlineData(80, 4.03), InlineData(70, 3.60), InlineData(60, 3.10)]
    [InlineData(50, 2.58), InlineData(0, 1.0), InlineData(-5, 1.0), InlineData(100, 4.5), InlineData(120, 4.5)]
    public void ARatingStandsForItsOpinionScore(double rating, double mos) =>
        Assert.Equal(mos, EModel.Mos(rating), 0.01);

    [Fact]
    public void G711WithoutLossOrDelayIsTheDefault()
    {
        Assert.Equal(93.2, EModel.Rating(CodecImpairment.G711, 0, TimeSpan.Zero), 0.001);
        Assert.Equal(4.41, EModel.Mos(CodecImpairment.G711, 0, TimeSpan.FromMilliseconds(100)), 0.01);
    }

    /// <summary>Ie,eff of G.711 with concealment: 95 * Ppl / (Ppl + 25.1).</summary>
    [Theory, InlineData(0.01, 3.64), InlineData(0.05, 15.78), InlineData(0.10, 27.07), InlineData(0.20, 42.13)]
    public void LossCostsWhatG113Says(double loss, double impairment) =>
        Assert.Equal(93.2 - impairment, EModel.Rating(CodecImpairment.G711, loss, TimeSpan.Zero), 0.02);

    [Fact]
    public void MoreLossIsNeverBetter()
    {
        var before = double.MaxValue;
        for (var loss = 0.0; loss <= 1.0; loss += 0.005)
        {
            var mos = EModel.Mos(CodecImpairment.Opus, loss, TimeSpan.FromMilliseconds(50));
            Assert.True(mos <= before);
            Assert.InRange(mos, 1, 4.5);
            before = mos;
        }

        Assert.True(before < 1.6);
    }

    /// <summary>G.107 figure: Idd is nothing at 100 ms, about 3.5 at 200 and 24 at 400 ms.</summary>
    [Theory, InlineData(0, 0, 0.001), InlineData(100, 0, 0.001), InlineData(200, 3.0, 1.0), InlineData(400, 24, 2.0)]
    public void DelayCostsBeyond100Milliseconds(int milliseconds, double cost, double within)
    {
        var rating = EModel.Rating(CodecImpairment.G711, 0, TimeSpan.FromMilliseconds(milliseconds));
        Assert.Equal(93.2 - cost, rating, within);
    }

    [Fact]
    public void LossInBurstsIsWorse() => Assert.True(
        EModel.Rating(CodecImpairment.G711, 0.05, TimeSpan.Zero, burstiness: 2)
        < EModel.Rating(CodecImpairment.G711, 0.05, TimeSpan.Zero));
}
