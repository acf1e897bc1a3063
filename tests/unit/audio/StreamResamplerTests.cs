using OrleansAcd.Audio;
using Xunit;

namespace OrleansAcd.Tests.Unit.Audio;

/// <summary>Live audio between 8 and 16 kHz, frame by frame.</summary>
public sealed class StreamResamplerTests
{
    private const int FrameMs = 20;

    public static TheoryData<double> Voice => [300, 500, 1_000, 1_700, 2_400, 3_000, 3_400];

    [Theory, MemberData(nameof(Voice))]
    public void UpwardsTheTelephoneBandKeepsItsLevelWithinHalfADecibel(double hz)
    {
        var output = Convert(Sine(hz, 8_000, 10_000, 100), 8_000, 16_000);
        Assert.InRange(Level(output, hz, 16_000) - ExpectedDb(10_000), -0.5, 0.5);
    }

    [Theory, MemberData(nameof(Voice))]
    public void DownwardsTheTelephoneBandKeepsItsLevelWithinHalfADecibel(double hz)
    {
        var output = Convert(Sine(hz, 16_000, 10_000, 100), 16_000, 8_000);
        Assert.InRange(Level(output, hz, 8_000) - ExpectedDb(10_000), -0.5, 0.5);
    }

    /// <summary>Without a filter the image would be as loud as the tone.</summary>
    [Theory, MemberData(nameof(Voice))]
    public void UpwardsTheImageIs50DecibelsDown(double hz)
    {
        var output = Convert(Sine(hz, 8_000, 16_000, 100), 8_000, 16_000);
        Assert.True(Level(output, 8_000 - hz, 16_000) < ExpectedDb(16_000) - 50);
    }

    [Theory, InlineData(4_600), InlineData(5_000), InlineData(6_000), InlineData(7_000), InlineData(7_700)]
    public void DownwardsWhatWouldAliasIs50DecibelsDown(double hz)
    {
        var output = Convert(Sine(hz, 16_000, 16_000, 100), 16_000, 8_000);
        Assert.True(Level(output, 8_000 - hz, 8_000) < ExpectedDb(16_000) - 50);
    }

    [Theory, InlineData(8_000, 16_000), InlineData(16_000, 8_000)]
    public void HowAudioIsCutIntoFramesChangesNothing(int fromHz, int toHz)
    {
        var random = new Random(7);
        var input = new short[fromHz];
        foreach (ref var sample in input.AsSpan()) sample = (short)random.Next(-32_768, 32_768);
        var whole = new short[toHz];
        new StreamResampler(fromHz, toHz).Process(input, whole);

        var (pieces, at, written) = (new short[toHz], 0, 0);
        var resampler = new StreamResampler(fromHz, toHz);
        while (at < input.Length)
        {
            var count = Math.Min(2 * random.Next(1, 400), input.Length - at);
            written += resampler.Process(input.AsSpan(at, count), pieces.AsSpan(written));
            at += count;
        }

        Assert.Equal(whole.Length, written);
        Assert.Equal(whole, pieces);
    }

    [Theory, InlineData(8_000, 16_000), InlineData(16_000, 8_000)]
    public void DelaysByAtMostFourMilliseconds(int fromHz, int toHz)
    {
        var input = new short[fromHz / 10];
        input[fromHz / 50] = 20_000;
        input[(fromHz / 50) + 1] = 20_000;
        var output = new short[toHz / 10];
        new StreamResampler(fromHz, toHz).Process(input, output);

        var peak = Array.IndexOf(output, output.Max());
        Assert.InRange(((double)peak / toHz) - 0.02, 0.001, 0.004);
    }

    [Fact]
    public void FullScaleSaturatesAndDoesNotWrap()
    {
        var input = new short[1_600];
        for (var i = 0; i < input.Length; i++) input[i] = i / 8 % 2 == 0 ? short.MaxValue : short.MinValue;
        var output = Convert(input, 8_000, 16_000);

        // A wrapped sample would jump over the whole range to its neighbour.
        for (var i = 200; i < output.Length; i++) Assert.True(Math.Abs(output[i] - output[i - 1]) < 50_000);
    }

    [Fact]
    public void SameRateCopies()
    {
        var input = Sine(440, 8_000, 5_000, 20);
        Assert.Equal(input, Convert(input, 8_000, 8_000));
    }

    [Fact]
    public void ResetForgetsWhatWasHeard()
    {
        var resampler = new StreamResampler(16_000, 8_000);
        var output = new short[160];
        resampler.Process(Sine(1_000, 16_000, 20_000, 1), output);
        resampler.Reset();
        resampler.Process(new short[320], output);
        Assert.All(output, sample => Assert.Equal(0, sample));
    }

    [Theory, InlineData(8_000, 16_000), InlineData(16_000, 8_000)]
    public void AllocatesNothing(int fromHz, int toHz)
    {
        var resampler = new StreamResampler(fromHz, toHz);
        var (input, output) = (new short[fromHz / 50], new short[toHz / 50]);
        AllocationMeter.AssertNothing(1_000, () => resampler.Process(input, output));
    }

    internal static short[] Sine(double hz, int rateHz, double peak, int frames)
    {
        var samples = new short[rateHz * FrameMs / 1_000 * frames];
        for (var i = 0; i < samples.Length; i++)
        {
            samples[i] = (short)Math.Round(peak * Math.Sin(2 * Math.PI * hz * i / rateHz));
        }

        return samples;
    }

    private static short[] Convert(short[] input, int fromHz, int toHz)
    {
        var resampler = new StreamResampler(fromHz, toHz);
        var output = new short[resampler.OutputLength(input.Length)];
        var (from, to) = (fromHz * FrameMs / 1_000, toHz * FrameMs / 1_000);
        for (var i = 0; i < input.Length / from; i++)
        {
            Assert.Equal(to, resampler.Process(input.AsSpan(i * from, from), output.AsSpan(i * to, to)));
        }

        return output;
    }

    /// <summary>Behind the filter's start, over whole periods of every tested frequency.</summary>
    private static double Level(short[] samples, double hz, int rateHz) =>
        ToneMeter.LevelAt(samples.AsSpan(rateHz / 10, rateHz), hz, rateHz).Dbm0;

    private static double ExpectedDb(double peak) => AudioLevel.FromSinePeak(peak / 32_768).Dbm0;
}
