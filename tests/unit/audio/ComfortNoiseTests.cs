using OrleansAcd.Audio;
using Xunit;

namespace OrleansAcd.Tests.Unit.Audio;

/// <summary>Comfort noise, RFC 3389.</summary>
public sealed class ComfortNoiseTests
{
    /// <summary>Section 3.1: the level is -dBov, and a square wave of full scale is 0 dBov; a sine's meter reads 3 dB
    /// more.</summary>
    [Theory, InlineData(40), InlineData(60), InlineData(75)]
    public void TheNoiseHasTheLevelOfThePayload(byte level)
    {
        var noise = Noise([level]);
        Assert.Equal(-level + 3.01, ToneMeter.Rms(noise).Dbfs, 0.5);
    }

    [Fact]
    public void ReflectionCoefficientsColourTheNoiseAndKeepItsLevel()
    {
        // N = 20: k = -0.84, energy gathers at low frequencies.
        var noise = Noise([50, 20]);
        Assert.Equal(-50 + 3.01, ToneMeter.Rms(noise).Dbfs, 1.0);
        Assert.True(Band(noise, 100, 800) > Band(noise, 3_000, 3_700) + 10);
    }

    [Fact]
    public void EveryPayloadIsStableAndNeverLoud()
    {
        var random = new Random(4);
        var (noise, frame, payload) = (new ComfortNoise(), new short[160], new byte[14]);
        for (var i = 0; i < 2_000; i++)
        {
            random.NextBytes(payload);
            Assert.True(noise.Update(payload.AsSpan(0, random.Next(1, payload.Length))));
            noise.Fill(frame);
        }

        Array.Fill(payload, byte.MaxValue);
        payload[0] = 0;
        noise.Reset();
        noise.Update(payload);
        for (var i = 0; i < 100; i++) noise.Fill(frame);
        Assert.True(ToneMeter.Rms(frame).Dbfs < -10);
    }

    [Fact]
    public void WithoutAPayloadItIsSilent()
    {
        var noise = new ComfortNoise();
        var frame = new short[160];
        Assert.False(noise.Update([]));
        Assert.False(noise.IsActive);
        noise.Fill(frame);
        Assert.All(frame, sample => Assert.Equal(0, sample));
    }

    private static short[] Noise(byte[] payload)
    {
        var noise = new ComfortNoise();
        Assert.True(noise.Update(payload));
        Assert.True(noise.IsActive);
        var samples = new short[16_000];
        noise.Fill(samples);
        return samples;
    }

    private static double Band(short[] samples, int fromHz, int toHz)
    {
        var power = 0.0;
        for (var hz = fromHz; hz <= toHz; hz += 10) power += Math.Pow(10, ToneMeter.LevelAt(samples, hz).Dbfs / 10);
        return 10 * Math.Log10(power / (toHz - fromHz));
    }
}
