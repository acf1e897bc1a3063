using OrleansAcd.Audio;
using OrleansAcd.Audio.Detection;
using Xunit;

namespace OrleansAcd.Tests.Unit.Audio;

/// <summary>Fax and progress tones: each heard for what it is, and for nothing else.</summary>
public sealed class SignalDetectorTests
{
    private const SignalGroups Lines = SignalGroups.Fax | SignalGroups.Progress;

    public static readonly TheoryData<string, SignalKind, double> Progress = new()
    {
        { "ringback", SignalKind.Ringback, 3.4 }, { "ringback-us", SignalKind.Ringback, 4.4 },
        { "ringback-uk", SignalKind.Ringback, 2.4 },
        { "busy", SignalKind.Busy, 2.2 }, { "busy-us", SignalKind.Busy, 2.2 }, { "busy-uk", SignalKind.Busy, 1.8 },
        { "congestion", SignalKind.Congestion, 1.2 }, { "congestion-us", SignalKind.Congestion, 1.3 },
        { "congestion-uk", SignalKind.Congestion, 1.9 },
        { "dial", SignalKind.DialTone, 2.9 }, { "dial-us", SignalKind.DialTone, 2.9 },
        { "dial-uk", SignalKind.DialTone, 2.9 },
        { "sit", SignalKind.SpecialInformation, 1.3 },
    };

    [Theory, MemberData(nameof(Progress))]
    public void EveryProgressToneIsHeardForWhatItIs(string name, SignalKind kind, double withinSeconds)
    {
        foreach (var rate in (int[])[8_000, 16_000])
        {
            var audio = new short[rate * 12];
            new ToneGenerator(NamedTones.Find(name)!, rate).Fill(audio);
            var heard = Hear([.. new short[rate / 7], .. audio], Lines, rate);
            Assert.All(heard, signal => Assert.Equal(kind, signal.Kind));
            Assert.InRange(heard[0].At.TotalSeconds, 0.5, withinSeconds);
            if (kind != SignalKind.SpecialInformation) Assert.Single(heard);
        }
    }

    [Theory, MemberData(nameof(Progress))]
    public void ProgressTonesAreHeardThroughNoiseAndMuLaw(string name, SignalKind kind, double withinSeconds)
    {
        var audio = new short[8_000 * 12];
        new ToneGenerator(NamedTones.Find(name)!).Fill(audio);
        AddNoise(audio, dbm0: -45);
        for (var i = 0; i < audio.Length; i++)
        {
            audio[i] = G711.Decode(G711Codec.Pcmu, G711.Encode(G711Codec.Pcmu, audio[i]));
        }

        var heard = Hear(audio, Lines);
        Assert.All(heard, signal => Assert.Equal(kind, signal.Kind));
        Assert.InRange(heard[0].At.TotalSeconds, 0.5, withinSeconds);
    }

    [Theory]
    [InlineData(-38), InlineData(-20), InlineData(0), InlineData(20), InlineData(38)]
    public void FaxCallingIsHeardOverItsWholeToleranceAfterEachBurst(double offsetHz)
    {
        foreach (var milliseconds in (int[])[425, 500, 575])
        {
            short[] burst = [.. Sound(1_100 + offsetHz, -35, milliseconds), .. new short[24_000]];
            var heard = Hear([.. burst, .. burst], Lines);
            Assert.Equal([SignalKind.FaxCalling, SignalKind.FaxCalling], heard.Select(signal => signal.Kind));
        }
    }

    [Theory]
    [InlineData(1_000, 500), InlineData(1_200, 500), InlineData(1_100, 300), InlineData(1_100, 2_000)]
    [InlineData(2_100, 300), InlineData(2_050, 3_000), InlineData(2_150, 3_000)]
    public void OtherTonesAndOtherLengthsAreNoFax(double frequency, int milliseconds) =>
        Assert.Empty(Hear([.. Sound(frequency, -15, milliseconds), .. new short[8_000]], Lines));

    [Theory, InlineData(2_085), InlineData(2_100), InlineData(2_115)]
    public void AFaxThatAnswersIsHeardOverItsWholeTolerance(double frequency)
    {
        var heard = Hear([.. Sound(frequency, -30, 2_600), .. new short[8_000]], Lines);
        Assert.Equal(SignalKind.FaxAnswering, Assert.Single(heard).Kind);
    }

    [Fact]
    public void PhaseReversalsTellAModem()
    {
        var audio = Sound(2_100, -15, 3_300);
        for (var at = 3_600; at < audio.Length; at += 7_200)
        {
            for (var i = at; i < Math.Min(at + 3_600, audio.Length); i++) audio[i] = (short)-audio[i];
        }

        var heard = Hear([.. audio, .. new short[8_000]], Lines);
        Assert.Equal(SignalKind.ModemAnsweringReversed, Assert.Single(heard).Kind);
    }

    [Fact]
    public void ModulationTellsAFastModemThroughReversalsToo()
    {
        var audio = Sound(2_100, -15, 3_300);
        for (var i = 0; i < audio.Length; i++)
        {
            var modulation = 1 + (0.2 * Math.Sin(2 * Math.PI * 15 * i / 8_000));
            audio[i] = (short)(audio[i] * modulation * ((i / 3_600 % 2) == 0 ? 1 : -1));
        }

        Assert.Equal(SignalKind.ModemAnswering, Assert.Single(Hear([.. audio, .. new short[8_000]], Lines)).Kind);
    }

    [Fact]
    public void SpeechMusicAndKeysAreNoSignals()
    {
        Assert.Empty(Hear(MusicOnHold.Compose(), Lines));
        for (var seed = 1; seed <= 5; seed++) Assert.Empty(Hear(Babble.Speak(seed, seconds: 60), Lines));
        foreach (var key in DtmfKeys.ByRow)
        {
            var audio = NamedTones.Key(key, TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(500))!;
            Assert.Empty(Hear([.. audio.ToSamples(), .. audio.ToSamples(), .. audio.ToSamples()], Lines));
        }
    }

    [Fact]
    public void OnlyWhatWasAskedForIsToldAndMoreThanAnybodyPollsIsCounted()
    {
        short[] burst = [.. Sound(1_100, -20, 500), .. new short[4_000]];
        Assert.Empty(Hear(burst, SignalGroups.Progress));

        var detector = new SignalDetector(SignalGroups.Fax);
        for (var i = 0; i < SignalDetector.QueueMax + 2; i++) detector.Handle(burst);
        Assert.Equal(2, detector.Dropped);
    }

    [Fact]
    public void ListeningAllocatesNothing()
    {
        var detector = new SignalDetector(Lines | SignalGroups.Answer, 16_000);
        var audio = Babble.Speak(1, seconds: 4);
        detector.Handle(audio);
        AllocationMeter.AssertNothing(20, () => detector.Handle(audio));
    }

    internal static List<Signal> Hear(short[] audio, SignalGroups groups, int rate = 8_000)
    {
        var detector = new SignalDetector(groups, rate);
        var signals = new List<Signal>();
        foreach (var piece in audio.Chunk(rate / 50))
        {
            detector.Handle(piece);
            while (detector.TryPoll(out var signal)) signals.Add(signal);
        }

        return signals;
    }

    internal static short[] Sound(double frequency, double dbm0, int milliseconds) =>
        new ToneSequence("test", [ToneStep.One(frequency, dbm0, milliseconds / 1_000.0)], false).ToSamples();

    internal static void AddNoise(short[] audio, double dbm0)
    {
        var random = new Random(7);
        var peak = AudioLevel.FromDbm0(dbm0).SinePeak * 32_768 * Math.Sqrt(1.5);     // uniform, same power as the sine
        for (var i = 0; i < audio.Length; i++)
        {
            audio[i] = (short)Math.Clamp(audio[i] + (peak * ((2 * random.NextDouble()) - 1)), -32_768, 32_767);
        }
    }
}
