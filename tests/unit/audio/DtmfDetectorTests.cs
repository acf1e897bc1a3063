using OrleansAcd.Audio;
using OrleansAcd.Audio.Detection;
using Xunit;

namespace OrleansAcd.Tests.Unit.Audio;

/// <summary>Q.24: every key once, with its time; nothing else is a key. The vectors are in
/// tests/conformance/audio.</summary>
public sealed class DtmfDetectorTests
{
    public static readonly TheoryData<int> Rates = [8_000, 16_000];

    [Theory, MemberData(nameof(Rates))]
    public void AllKeysAreHeardAtEitherRateWithStartAndDuration(int rate)
    {
        var audio = new List<short>(new short[rate / 10]);
        foreach (var key in DtmfKeys.ByRow) audio.AddRange(Press(key, 80, 70, rate));

        var keys = Hear([.. audio], rate);

        Assert.Equal(DtmfKeys.ByRow, string.Concat(keys.Select(key => key.Key)));
        for (var i = 0; i < keys.Count; i++)
        {
            Assert.Equal(100 + (i * 150), keys[i].Start.TotalMilliseconds, 8.0);
            Assert.Equal(80, keys[i].Duration.TotalMilliseconds, 10.0);
        }
    }

    [Theory, InlineData(1), InlineData(7), InlineData(160), InlineData(480), InlineData(10_000)]
    public void PiecesOfAnyLengthAreTheSame(int length)
    {
        short[] audio = [.. Press('5', 60, 60, 8_000), .. Press('9', 60, 60, 8_000)];
        Assert.Equal(Hear(audio, 8_000, 160), Hear(audio, 8_000, length));
    }

    [Fact]
    public void AKeyIsCertainWithinSixtyMilliseconds()
    {
        var detector = new DtmfDetector();
        var audio = Press('#', 500, 0, 8_000);
        var at = 0;
        for (; detector.Sounding is null && at < audio.Length; at += 40) detector.Handle(audio.AsSpan(at, 40));
        Assert.Equal('#', detector.Sounding);
        Assert.InRange(at / 8, 23, 60);
        Assert.False(detector.TryPoll(out _));
    }

    [Fact]
    public void ABreakOfTenMillisecondsDoesNotMakeTwoKeys()
    {
        var audio = Press('1', 200, 100, 8_000);
        audio.AsSpan(800, 80).Clear();
        Assert.Single(Hear(audio, 8_000));
    }

    [Fact]
    public void G711AndA711ChangeNothing()
    {
        foreach (var law in (G711Codec[])[G711Codec.Pcma, G711Codec.Pcmu])
        {
            var audio = DtmfKeys.ByRow.SelectMany(key => Press(key, 50, 50, 8_000)).ToArray();
            for (var i = 0; i < audio.Length; i++) audio[i] = G711.Decode(law, G711.Encode(law, audio[i]));
            Assert.Equal(DtmfKeys.ByRow, string.Concat(Hear(audio, 8_000).Select(key => key.Key)));
        }
    }

    [Fact]
    public void MusicOnHoldAndProgressTonesHoldNoKey()
    {
        Assert.Empty(Hear(MusicOnHold.Compose(), 8_000));
        foreach (var name in NamedTones.Names)
        {
            var audio = new short[80_000];
            new ToneGenerator(NamedTones.Find(name)!).Fill(audio);
            Assert.Empty(Hear(audio, 8_000));
        }
    }

    [Fact]
    public void TheSpokenPromptHoldsNoKey()
    {
        var clip = ShippedAudio.Welcome;
        var audio = new short[clip.LengthSamples];
        G711.Decode(G711Codec.Pcmu, clip.Encoded(G711Codec.Pcmu), audio);
        Assert.Empty(Hear(audio, 8_000));
    }

    [Fact]
    public void SpeechLikeSoundOfAnyPitchHoldsNoKey()
    {
        for (var seed = 1; seed <= 10; seed++) Assert.Empty(Hear(Babble.Speak(seed, seconds: 60), 8_000));
    }

    [Fact]
    public void ASingleToneIsNoKeyHoweverLoud()
    {
        foreach (var frequency in DtmfKeys.FrequenciesHz)
        {
            Assert.Empty(Hear(Tone.Steady(frequency, AudioLevel.FromDbm0(-3)).ToSamples(), 8_000));
        }
    }

    [Fact]
    public void MoreKeysThanAnybodyPollsAreCounted()
    {
        var detector = new DtmfDetector();
        for (var i = 0; i < DtmfDetector.QueueMax + 3; i++) detector.Handle(Press('1', 60, 60, 8_000));
        Assert.Equal(3, detector.Dropped);
        var polled = 0;
        while (detector.TryPoll(out _)) polled++;
        Assert.Equal(DtmfDetector.QueueMax, polled);
    }

    [Fact]
    public void ListeningAllocatesNothing()
    {
        var detector = new DtmfDetector(16_000);
        var audio = Press('1', 60, 60, 16_000);
        for (var i = 0; i < 100; i++) detector.Handle(audio);
        AllocationMeter.AssertNothing(100, () => detector.Handle(audio));
    }

    [Fact]
    public void AKeyIsNotPrinted() =>
        Assert.DoesNotContain("7", new DetectedKey('7', default, default).ToString(), StringComparison.Ordinal);

    private static short[] Press(char key, int milliseconds, int pause, int rate) => NamedTones
        .Key(key, TimeSpan.FromMilliseconds(milliseconds), TimeSpan.FromMilliseconds(pause))!.ToSamples(rate);

    private static List<DetectedKey> Hear(short[] audio, int rate, int pieceLength = 160)
    {
        var detector = new DtmfDetector(rate);
        var keys = new List<DetectedKey>();
        foreach (var piece in audio.Concat(new short[rate / 5]).Chunk(pieceLength))
        {
            detector.Handle(piece);
            while (detector.TryPoll(out var key)) keys.Add(key);
        }

        return keys;
    }
}
