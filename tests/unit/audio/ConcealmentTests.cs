using OrleansAcd.Audio;
using Xunit;

namespace OrleansAcd.Tests.Unit.Audio;

/// <summary>What is heard where packets are missing.</summary>
public sealed class ConcealmentTests
{
    private const double Peak = 10_000;

    public static TheoryData<int, double> Voices => new()
    {
        { 8_000, 120 }, { 8_000, 200 }, { 8_000, 437 }, { 8_000, 1_000 },
        { 16_000, 120 }, { 16_000, 200 }, { 16_000, 437 }, { 16_000, 1_000 },
    };

    /// <summary>One frame in ten lost: silence would be 0 dB off, a wrong phase worse than that.</summary>
    [Theory, MemberData(nameof(Voices))]
    public void APeriodicSignalGoesOnInPhaseAndLevel(int rateHz, double hz)
    {
        var (original, repaired, missing) = LoseOneFrameInTen(rateHz, hz);
        var (error, power) = (0.0, 0.0);
        foreach (var i in missing)
        {
            error += Math.Pow(original[i] - repaired[i], 2);
            power += Math.Pow(original[i], 2);
        }

        var gainDb = 10 * Math.Log10(power / error);
        Assert.True(gainDb > 10, $"error is {gainDb:F1} dB below what silence would make");
    }

    [Theory, MemberData(nameof(Voices))]
    public void NoStepIsLargerThanTheSignalsOwn(int rateHz, double hz)
    {
        var (original, repaired, _) = LoseOneFrameInTen(rateHz, hz);
        var bound = (1.35 * Steps(original).Max()) + (0.02 * Peak);
        Assert.True(Steps(repaired).Max() <= bound, $"{Steps(repaired).Max()} against {bound}");
    }

    [Theory, InlineData(8_000), InlineData(16_000)]
    public void FadesToSilenceWithinAHundredMilliseconds(int rateHz)
    {
        var concealer = new PacketLossConcealer(rateHz);
        var frame = rateHz / 50;
        var heard = StreamResamplerTests.Sine(200, rateHz, Peak, 5);
        for (var i = 0; i < 5; i++) concealer.Heard(heard.AsSpan(i * frame, frame));
        var gap = new short[6 * frame];
        for (var i = 0; i < 6; i++) concealer.Conceal(gap.AsSpan(i * frame, frame));

        Assert.True(Loudest(gap.AsSpan(0, frame)) > 0.8 * Peak);
        Assert.InRange(Loudest(gap.AsSpan(2 * frame, frame)), 0.2 * Peak, 0.85 * Peak);
        Assert.Equal(0, Loudest(gap.AsSpan(rateHz * 8 / 100)));
        Assert.True(Steps(gap).Max() < 1.35 * Steps(heard).Max());
    }

    [Theory, InlineData(8_000), InlineData(16_000)]
    public void NoiseStaysNoiseOfItsLevel(int rateHz)
    {
        var random = new Random(9);
        var frame = rateHz / 50;
        var concealer = new PacketLossConcealer(rateHz);
        var noise = new short[frame];
        for (var i = 0; i < 5; i++)
        {
            foreach (ref var sample in noise.AsSpan()) sample = (short)random.Next(-3_000, 3_000);
            concealer.Heard(noise);
        }

        var gap = new short[frame];
        concealer.Conceal(gap);
        Assert.InRange(ToneMeter.Rms(gap).Dbfs - ToneMeter.Rms(noise).Dbfs, -3, 1);
    }

    [Fact]
    public void SilenceStaysSilence()
    {
        var concealer = new PacketLossConcealer(8_000);
        var gap = new short[160];
        concealer.Conceal(gap);
        concealer.Heard(new short[160]);
        concealer.Conceal(gap);
        Assert.All(gap, sample => Assert.Equal(0, sample));
    }

    [Fact]
    public void FramesOfAnyLengthAreTaken()
    {
        var concealer = new PacketLossConcealer(8_000);
        foreach (var length in new[] { 1, 7, 80, 480, 1_920, 0, 3 })
        {
            concealer.Heard(new short[length]);
            concealer.Conceal(new short[length]);
        }
    }

    [Theory, InlineData(AudioCodecId.Pcmu), InlineData(AudioCodecId.G722), InlineData(AudioCodecId.L16)]
    public void DecodersConcealWithWhatTheyDecoded(AudioCodecId codec)
    {
        using var encoder = AudioCodecs.NewEncoder(codec);
        using var decoder = AudioCodecs.NewDecoder(codec);
        var frame = encoder.SampleRateHz / 50;
        var sine = StreamResamplerTests.Sine(400, encoder.SampleRateHz, Peak, 10);
        var (payload, pcm) = (new byte[AudioEncoder.PayloadBytesMax], new short[frame]);
        for (var i = 0; i < 10; i++)
        {
            var length = encoder.Encode(sine.AsSpan(i * frame, frame), payload);
            Assert.Equal(frame, decoder.Decode(payload.AsSpan(0, length), pcm));
        }

        decoder.Conceal(pcm);
        Assert.InRange(Loudest(pcm), 0.8 * Peak, 1.2 * Peak);
        Assert.Equal(400, ToneMeter.Strongest(pcm, encoder.SampleRateHz).FrequencyHz, 40.0);
        decoder.Reset();
        decoder.Conceal(pcm);
        Assert.Equal(0, Loudest(pcm));
    }

    [Fact]
    public void AllocatesNothing()
    {
        var concealer = new PacketLossConcealer(16_000);
        var frame = new short[320];
        AllocationMeter.AssertNothing(100, () =>
        {
            concealer.Heard(frame);
            concealer.Conceal(frame);
        });
    }

    private static (short[] Original, short[] Repaired, List<int> Missing) LoseOneFrameInTen(int rateHz, double hz)
    {
        var original = StreamResamplerTests.Sine(hz, rateHz, Peak, 100);
        var (repaired, missing) = (original.ToArray(), new List<int>());
        var (concealer, frame) = (new PacketLossConcealer(rateHz), rateHz / 50);
        for (var i = 0; i < 100; i++)
        {
            var piece = repaired.AsSpan(i * frame, frame);
            if (i % 10 != 7)
            {
                concealer.Heard(piece);
                continue;
            }

            concealer.Conceal(piece);
            missing.AddRange(Enumerable.Range(i * frame, frame));
        }

        return (original, repaired, missing);
    }

    private static IEnumerable<int> Steps(short[] samples) =>
        Enumerable.Range(1, samples.Length - 1).Select(i => Math.Abs(samples[i] - samples[i - 1]));

    private static int Loudest(ReadOnlySpan<short> samples)
    {
        var loudest = 0;
        foreach (var sample in samples) loudest = Math.Max(loudest, Math.Abs((int)sample));
        return loudest;
    }
}
