using OrleansAcd.Audio;
using OrleansAcd.MediaNode.Media;
using OrleansAcd.Rtp;
using Xunit;

namespace OrleansAcd.Tests.Unit.Media;

/// <summary>What networks and phones do to a mix, and what it costs.</summary>
public sealed class BadDayTests
{
    /// <summary>Narrow and wide, with and without memory: all that this machine can speak, in one conference.</summary>
    [Fact]
    public void EveryCodecTalksWithEveryOtherInOneConference()
    {
        using var stage = new Stage();
        AudioCodecId[] codecs =
            [AudioCodecId.Pcmu, AudioCodecId.Pcma, AudioCodecId.G722, AudioCodecId.L16, AudioCodecId.Opus];
        foreach (var codec in codecs.Where(AudioCodecs.IsAvailable))
        {
            stage.Add($"{codec}", 420 + (310 * (int)codec), codec);
        }

        Everybody(stage);
        stage.Play(1.5);
        foreach (var listener in stage.Voices)
        {
            stage.AssertHears(listener, [.. stage.Voices.Where(voice => voice != listener)]);
            listener.AssertOneStream();
        }
    }

    [Theory, InlineData(AudioCodecId.Pcmu, AudioCodecId.G722), InlineData(AudioCodecId.L16, AudioCodecId.Pcma)]
    public void TwoWithDifferentCodecsTalkAndTheSameCodecIsRelayedAgain(AudioCodecId one, AudioCodecId two)
    {
        using var stage = new Stage();
        var (caller, agent) = (stage.Add("caller", 400, one), stage.Add("agent", 700, two));
        Everybody(stage);
        stage.Play(1);
        stage.AssertHears(caller, agent);
        stage.AssertHears(agent, caller);
        Assert.Equal(HearingPath.Mix, agent.Party.Path);
        Assert.NotNull(agent.Party.Source);

        caller.Party.Conversation.SetMatrix([]);
        Assert.Null(agent.Party.Source);
        Assert.Equal(HearingPath.Silence, agent.Party.Path);
    }

    [Fact]
    public void AWidebandClipReachesAWidebandPhoneAndANarrowOneEveryPhone()
    {
        using var stage = new Stage();
        var (wide, narrow) = (stage.Add("wide", 400, AudioCodecId.G722), stage.Add("narrow", 700));
        var tone = new short[8_000];
        for (var i = 0; i < tone.Length; i++) tone[i] = (short)(2_500 * Math.Sin(2 * Math.PI * 1_300 * i / 8_000));
        var clip = AudioClip.FromSamples("tone", tone);
        stage.Rig.Conversation.Play(wide.Party, clip, isLoop: true);
        stage.Rig.Conversation.Play(narrow.Party, clip, isLoop: true);
        var singer = new Voice(narrow.Phone, 1_300);
        stage.Play(1);
        Assert.InRange(wide.LevelOf(singer, 0.4), -1, 1);
        Assert.InRange(narrow.LevelOf(singer, 0.4), -1, 1);
        wide.AssertOneStream();
    }

    [Fact]
    public void DuplicatesReorderingAndAGapAreMendedBeforeTheMix()
    {
        using var stage = new Stage();
        var (speaker, _, other) = Monitored(stage);
        stage.Play(0.5);
        var packets = Enumerable.Range(0, 60)
            .Select(i => Packet((ushort)(20_000 + i), (uint)(900_000 + (160 * i)))).ToList();
        for (var i = 0; i < packets.Count; i++)
        {
            if (i % 15 == 7) continue;                  // lost
            if (i % 10 == 3 && i + 1 < packets.Count) (packets[i], packets[i + 1]) = (packets[i + 1], packets[i]);
            speaker.Phone.SendRaw(packets[i]);
            if (i % 8 == 0) speaker.Phone.SendRaw(packets[i]);
            stage.Rig.Settle();
            stage.Rig.Advance(TimeSpan.FromMilliseconds(20));
        }

        other.Listen();
        other.AssertOneStream();
        var counters = speaker.Party.Source!.Counters;
        // Four were left out. Eight came twice; the first of them is where the numbers jump, and all begins anew.
        Assert.Equal((7, 4, 4), (counters.Duplicates, counters.Lost, counters.Concealed));
        Assert.Empty(stage.Rig.Errors);
    }

    [Fact]
    public void AnotherSourceOtherTypesAndComfortNoiseDoNotBreakTheListenersStream()
    {
        using var stage = new Stage();
        var (speaker, _, other) = Monitored(stage);
        stage.Play(0.4);
        speaker.Phone.Ssrc = 0x1234;
        stage.Play(0.4);
        speaker.Phone.Say(0x55, PayloadType.ComfortNoise);
        speaker.Phone.Say(0x55, payloadType: 77);
        speaker.Phone.Say(0x55, PayloadType.Pcma);      // the other law
        stage.Play(0.8);
        stage.AssertHears(other, speaker, stage.Voices[1]);
        other.AssertOneStream();
    }

    /// <summary>RFC 3389: a phone that suppresses silence says how loud its room is.</summary>
    [Fact]
    public void MixedListenersHearTheNoiseOfPausesAndThenTheVoiceAlone()
    {
        using var stage = new Stage();
        var (speaker, agent, other) = Monitored(stage);
        stage.Play(0.4);
        stage.Mute(speaker);
        stage.Mute(agent);
        stage.Play(0.5);
        Assert.Equal(AudioLevel.Silence, Loudness());

        speaker.Phone.SayNoise(50);
        stage.Play(0.6);
        Assert.Equal(-50 + 3.01, Loudness().Dbfs, 1.0);

        stage.Unmute(speaker);
        stage.Play(0.8);
        stage.AssertHears(other, speaker);
        stage.Mute(speaker);
        stage.Play(0.5);
        Assert.Equal(AudioLevel.Silence, Loudness());

        AudioLevel Loudness() => ToneMeter.Rms(other.Part(other.HeardSamples - 2_400, 2_400));
    }

    [Fact]
    public void HostileHeadersReachNobody()
    {
        using var stage = new Stage();
        var (speaker, _, other) = Monitored(stage);
        stage.Play(0.4);
        byte[] hostile = Packet(1, 1);
        hostile[0] = 0x8F;                              // 15 CSRCs, which eat up audio and no more
        speaker.Phone.SendRaw(hostile);
        hostile[0] = 0x9F;                              // and an extension that says it is longer than the packet
        (hostile[12 + 60 + 2], hostile[12 + 60 + 3]) = (0xFF, 0xFF);
        speaker.Phone.SendRaw(hostile);
        speaker.Phone.SendRaw(hostile.AsSpan(0, 13));
        stage.Play(0.8);
        stage.AssertHears(other, speaker, stage.Voices[1]);
        Assert.Equal(2, speaker.Party.Quality.Malformed);
        Assert.Empty(stage.Rig.Errors);
    }

    [Fact]
    public void WhoStopsSendingFallsSilentAndTheOthersGoOn()
    {
        using var stage = new Stage();
        var (speaker, agent, other) = Monitored(stage);
        stage.Play(0.5);
        stage.Mute(speaker);
        stage.Play(1);
        stage.AssertHears(other, agent);
        other.AssertOneStream();
        Assert.False(speaker.Party.Source!.IsActive);
    }

    /// <summary>ICMP "port unreachable" comes back as an error of the next call on the socket.</summary>
    [SkippableFact]
    public void APortThatIsClosedIsCountedAndDoesNotSpinTheLoop()
    {
        Skip.IfNot(OperatingSystem.IsLinux());
        using var stage = new Stage();
        var (_, agent, _) = Monitored(stage);
        stage.Play(0.2);
        stage.Hang(agent);
        stage.Play(0.4);
        Assert.InRange(agent.Party.Quality.Refused + agent.Party.Quality.SendFailures, 1, 60);
        var turns = stage.Rig.Loop.Ready;
        stage.Rig.Settle();
        Assert.InRange(stage.Rig.Loop.Ready - turns, 0, 4);
        Assert.Empty(stage.Rig.Errors);
    }

    [Fact]
    public void AMixedTickAllocatesNothing() => AllocationMeter.AssertNothing(meter =>
    {
        using var stage = new Stage();
        Monitored(stage);
        stage.Add("wide", 1_400, AudioCodecId.G722);
        Everybody(stage);
        stage.Play(1);
        for (var i = 0; i < 500; i++)
        {
            foreach (var voice in stage.Voices) voice.Speak();
            for (var turn = 0; turn < 8; turn++) stage.Rig.Turn(TimeSpan.FromMilliseconds(2.5), meter);
            if (i % 50 == 0) stage.Voices[0].Listen();
        }
    });

    private static (Voice Speaker, Voice Agent, Voice Other) Monitored(Stage stage)
    {
        var (speaker, agent) = (stage.Add("speaker", 400), stage.Add("agent", 700));
        var other = stage.Add("other", 1_100);
        stage.Hear((speaker, agent, 1), (agent, speaker, 1), (other, speaker, 1), (other, agent, 1));
        return (speaker, agent, other);
    }

    private static byte[] Packet(ushort sequence, uint timestamp)
    {
        var packet = new byte[172];
        new RtpHeader(false, 0, new(sequence), new(timestamp), new(0xABCD), 0, 0).Write(packet);
        packet.AsSpan(12).Fill(0x30);
        return packet;
    }

    private static void Everybody(Stage stage) => stage.Rig.Conversation.SetMatrix(
    [
        .. from listener in stage.Voices
           from speaker in stage.Voices
           where listener != speaker
           select new MatrixCell(listener.Party, speaker.Party),
    ]);
}
