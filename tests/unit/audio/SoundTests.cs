using OrleansAcd.Audio;
using Xunit;

namespace OrleansAcd.Tests.Unit.Audio;

/// <summary>Tones, meters, mixing and what ships.</summary>
public sealed class SoundTests
{
    [Theory]
    [InlineData(300, -3), InlineData(425, -16.14), InlineData(1_004, -10)]
    [InlineData(3_333.3, -30), InlineData(697, -50)]
    public void TheMeterReadsFrequencyAndLevel(double frequency, double dbfs)
    {
        var tone = Tone.Steady(frequency, new AudioLevel(dbfs)).ToSamples();
        var peak = ToneMeter.Strongest(tone);
        Assert.Equal(frequency, peak.FrequencyHz, 1.0);
        Assert.Equal(dbfs, peak.Level.Dbfs, 0.4);
        Assert.Equal(dbfs, ToneMeter.Rms(tone).Dbfs, 0.1);
        Assert.True(ToneMeter.LevelAt(tone, frequency + 200).Dbfs < dbfs - 30);
    }

    [Fact]
    public void SilenceHasNoTone()
    {
        Assert.Equal(AudioLevel.Silence, ToneMeter.Strongest(new short[8_000]).Level);
        Assert.Equal(AudioLevel.Silence, ToneMeter.Rms([]));
    }

    [Fact]
    public void ZeroDbm0IsThreeDecibelsUnderFullScale()
    {
        Assert.Equal(-3.14, AudioLevel.FromDbm0(0).Dbfs, 0.001);
        Assert.Equal(0, AudioLevel.FromDbm0(0).Dbm0, 0.001);
    }

    [Fact]
    public void MixMinusTakesOwnVoiceOutAndSaturates()
    {
        var loud = Enumerable.Repeat((short)30_000, 167).ToArray();
        var quiet = Enumerable.Range(0, 167).Select(i => (short)(i - 80)).ToArray();
        var sum = new int[167];
        Mixer.Add(loud, sum);
        Mixer.Add(quiet, sum);
        Mixer.Add(loud, sum);
        var heard = new short[167];

        Mixer.MixMinus(sum, quiet, heard);
        Assert.All(heard, sample => Assert.Equal(short.MaxValue, sample));

        Mixer.MixMinus(sum, loud, heard);
        Assert.Equal(quiet.Select(q => (short)(30_000 + q)), heard);
    }

    [Fact]
    public void MixingAllocatesNothing()
    {
        var (voice, sum, output) = (new short[160], new int[160], new short[160]);
        AllocationMeter.AssertNothing(1_000, () =>
        {
            Mixer.Add(voice, sum);
            Mixer.MixMinus(sum, voice, output);
        });
    }

    [Fact]
    public void TheMusicIsGentleLoopsWithoutASeamAndIsTheSameEveryTime()
    {
        var music = MusicOnHold.Compose();
        Assert.Equal(MusicOnHold.Length, TimeSpan.FromSeconds(music.Length / 8_000.0));
        Assert.InRange(ToneMeter.Rms(music).Dbfs, -32, -18);
        Assert.True(music.Max(s => Math.Abs((int)s)) < 8_000);

        // The step over the seam is no larger than steps elsewhere.
        var largest = music.Zip(music.Skip(1), (a, b) => Math.Abs(a - b)).Max();
        Assert.True(Math.Abs(music[^1] - music[0]) <= largest);
        Assert.Equal(music, MusicOnHold.Compose());
        for (var second = 0; second < 32; second++)
        {
            Assert.True(ToneMeter.Rms(music.AsSpan(second * 8_000, 8_000)).Dbfs > -40, $"silent in second {second}");
        }
    }

    [Fact]
    public void EverythingThatShipsLoadsAndSounds()
    {
        foreach (var name in (string[])["welcome", "music", "ringback", "busy"])
        {
            var clip = ShippedAudio.Find(name)!;
            var heard = new short[clip.LengthSamples];
            G711.Decode(G711Codec.Pcma, clip.Encoded(G711Codec.Pcma), heard);
            Assert.InRange(ToneMeter.Rms(heard).Dbfs, -35, -10);
        }

        Assert.InRange(ShippedAudio.Welcome.Duration.TotalSeconds, 3, 8);
        Assert.Null(ShippedAudio.Find("nobody"));
    }

    [Fact]
    public void AClipsLastFrameIsFilledWithSilence()
    {
        var clip = AudioClip.FromSamples("short", Enumerable.Repeat((short)1_000, 200).ToArray());
        var frame = new byte[160];
        Assert.Equal(160, clip.CopyFrame(G711Codec.Pcmu, 0, frame));
        Assert.Equal(40, clip.CopyFrame(G711Codec.Pcmu, 160, frame));
        Assert.All(frame.Skip(40), value => Assert.Equal(G711.Silence(G711Codec.Pcmu), value));
        Assert.Equal(0, clip.CopyFrame(G711Codec.Pcmu, 500, frame));
    }
}
