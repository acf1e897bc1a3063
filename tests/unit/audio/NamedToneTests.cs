using OrleansAcd.Audio;
using Xunit;

namespace OrleansAcd.Tests.Unit.Audio;

/// <summary>Generated tones: frequency within 0.05 Hz, level within 0.05 dB, cadence to the sample (E.180, Q.23,
/// T.30).</summary>
public sealed class NamedToneTests
{
    public static TheoryData<string, int> NamesAndRates()
    {
        var data = new TheoryData<string, int>();
        foreach (var name in NamedTones.Names.Order(StringComparer.Ordinal))
        {
            data.Add(name, 8_000);
            data.Add(name, 16_000);
        }

        return data;
    }

    [Theory, MemberData(nameof(NamesAndRates))]
    public void EveryStepHasItsFrequenciesAndLevels(string name, int rate)
    {
        var tone = NamedTones.Find(name)!;
        var samples = tone.ToSamples(rate);
        var at = 0;
        foreach (var step in tone.Steps)
        {
            var length = step.Samples(rate);
            var inner = samples.AsSpan(at + (rate / 200), length - (rate / 100));
            if (!step.IsSilent) AssertSine(inner, step.FrequencyHz, step.Level, rate);
            if (step.SecondFrequencyHz > 0) AssertSine(inner, step.SecondFrequencyHz, step.SecondLevel, rate);
            at += length;
        }
    }

    [Theory, MemberData(nameof(NamesAndRates))]
    public void SoundAndSilenceBeginAtTheirSample(string name, int rate)
    {
        var tone = NamedTones.Find(name)!;
        var samples = tone.ToSamples(rate);
        var at = 0;
        foreach (var step in tone.Steps)
        {
            var length = step.Samples(rate);
            Assert.Equal(step.Duration.TotalSeconds * rate, length, 0.5);
            var part = samples.AsSpan(at, length);
            if (step.IsSilent) Assert.Equal(-1, part.IndexOfAnyExcept((short)0));
            else Assert.InRange(part.IndexOfAnyExcept((short)0), 0, 2);
            if (!step.IsSilent) Assert.InRange(part.LastIndexOfAnyExcept((short)0), length - 3, length - 1);
            at += length;
        }

        Assert.Equal(at, samples.Length);
    }

    [Theory]
    [InlineData("ringback", 1.0, 4.0), InlineData("busy", 0.5, 0.5), InlineData("congestion", 0.25, 0.25)]
    [InlineData("ringback-us", 2.0, 4.0), InlineData("busy-us", 0.5, 0.5), InlineData("congestion-us", 0.25, 0.25)]
    [InlineData("busy-uk", 0.375, 0.375), InlineData("fax-calling", 0.5, 3.0)]
    public void CadencesAreTheStandards(string name, double on, double off)
    {
        var steps = NamedTones.Find(name)!.Steps;
        Assert.Equal([on, off], steps.Select(step => step.Duration.TotalSeconds));
    }

    [Fact]
    public void EveryKeyIsItsPairAtItsLevels()
    {
        foreach (var key in DtmfKeys.ByRow)
        {
            Assert.True(DtmfKeys.TryFind(key, out var low, out var high));
            var tone = NamedTones.Key(key, TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(40))!;
            var samples = tone.ToSamples();
            Assert.Equal(4_320, samples.Length);
            AssertSine(samples.AsSpan(40, 3_920), low, AudioLevel.FromDbm0(-9), 8_000);
            AssertSine(samples.AsSpan(40, 3_920), high, AudioLevel.FromDbm0(-7), 8_000);
        }

        Assert.Null(NamedTones.Key('x', TimeSpan.FromMilliseconds(100), TimeSpan.Zero));
    }

    [Fact]
    public void FramesOfAnyLengthAreTheSameAsAllAtOnceAndDoNotDrift()
    {
        var tone = NamedTones.DialTone(ToneRegion.NorthAmerica);
        var whole = new short[8_000 * 60];
        Assert.Equal(whole.Length, new ToneGenerator(tone).Fill(whole));

        var generator = new ToneGenerator(tone);
        var piece = new short[1_000];
        for (var (at, length) = (0, 1); at < whole.Length; at += length, length = 1 + ((length * 7) % 997))
        {
            var frame = piece.AsSpan(0, Math.Min(length, whole.Length - at));
            generator.Fill(frame);
            for (var i = 0; i < frame.Length; i++) Assert.Equal(whole[at + i], frame[i], 1.0);
        }

        // After a minute the phase is where mathematics says: the first second repeats.
        Assert.All(whole.Take(8_000).Zip(whole.Skip(59 * 8_000)), pair => Assert.Equal(pair.First, pair.Second, 1.0));
    }

    [Fact]
    public void AToneThatEndsSaysSoAndLeavesSilence()
    {
        var generator = new ToneGenerator(NamedTones.Beep);
        var frame = new short[4_000];
        Assert.Equal(3_200, generator.Fill(frame));
        Assert.True(generator.IsOver);
        Assert.All(frame.Skip(3_200), sample => Assert.Equal(0, sample));
        Assert.Equal(0, generator.Fill(frame));
    }

    [Fact]
    public void GeneratingAllocatesNothing()
    {
        var generator = new ToneGenerator(NamedTones.Ringback(ToneRegion.UnitedKingdom), 16_000);
        var frame = new short[320];
        AllocationMeter.AssertNothing(1_200, () => generator.Fill(frame));
    }

    /// <summary>The phase's advance between the two halves tells the frequency, the sum over both the level.</summary>
    private static void AssertSine(ReadOnlySpan<short> samples, double frequency, AudioLevel level, int rate)
    {
        var half = samples.Length / 2;
        var first = Sine.Measure(samples[..half], frequency, rate, 0);
        var second = Sine.Measure(samples.Slice(half, half), frequency, rate, half);
        var advance = (second.Phase - first.Phase) / (2 * Math.PI);
        Assert.Equal(0, (advance - Math.Round(advance)) * rate / half, 0.05);
        Assert.Equal(level.Dbm0, AudioLevel.FromSinePeak(second.Magnitude).Dbm0, 0.05);
        Assert.Equal(level.Dbm0, AudioLevel.FromSinePeak(first.Magnitude).Dbm0, 0.05);
    }
}
