using OrleansAcd.Audio;
using Xunit;

namespace OrleansAcd.Tests.Unit.Audio;

/// <summary>The conversion at load: the telephone band passes, what would alias does not.</summary>
public sealed class ResamplerTests
{
    public static readonly TheoryData<int> Rates = [11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000];

    [Theory, MemberData(nameof(Rates))]
    public void ThePassBandIsFlatWithinATenthOfADecibel(int rate)
    {
        foreach (var frequency in (double[])[50, 300, 1_000, 2_000, 3_000, 3_400, 3_600])
        {
            Assert.Equal(-6.02, LevelAfter(rate, frequency, frequency), 0.1);
        }
    }

    [Theory, MemberData(nameof(Rates))]
    public void WhatWouldAliasIsSixtyDecibelsDown(int rate)
    {
        foreach (var frequency in (double[])[4_200, 4_500, 5_000, 5_400])
        {
            Assert.True(LevelAfter(rate, frequency, 8_000 - frequency) < -66, $"{frequency} Hz from {rate} Hz");
        }
    }

    [Fact]
    public void ASlowerRecordingIsRaisedWithoutImages()
    {
        Assert.Equal(-6.02, LevelAfter(4_000, 1_000, 1_000), 0.1);
        Assert.True(LevelAfter(4_000, 1_000, 3_000) < -66);
    }

    [Fact]
    public void LengthFollowsTheRatio()
    {
        Assert.Equal(8_000, Resampler.Convert(new float[44_100], 44_100, 8_000).Length);
        Assert.Single(Resampler.Convert(new float[3], 48_000, 8_000));
        Assert.Empty(Resampler.Convert([], 48_000, 8_000));
    }

    private static double LevelAfter(int rate, double frequency, double measured)
    {
        var input = WavFile.Sine(frequency, 0.5, rate, rate).Select(v => (float)v).ToArray();
        var output = Pcm.ToLinear(Resampler.Convert(input, rate, 8_000));
        return ToneMeter.LevelAt(output.AsSpan(1_000, 4_000), measured).Dbfs;
    }
}
