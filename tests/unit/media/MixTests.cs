using OrleansAcd.Audio;
using OrleansAcd.MediaNode.Media;
using Xunit;

namespace OrleansAcd.Tests.Unit.Media;

/// <summary>Who hears whom, as everybody's own tone shows it, before, during and after each change.</summary>
public sealed class MixTests
{
    [Fact]
    public void ASupervisorMonitorsWhispersBargesInAndTakesOver()
    {
        using var stage = new Stage();
        var (customer, agent) = (stage.Add("customer", 400), stage.Add("agent", 700, AudioCodecId.Pcma));
        var supervisor = stage.Add("supervisor", 1_100);
        stage.Hear((customer, agent, 1), (agent, customer, 1));
        stage.Play(1);
        stage.AssertHears(customer, agent);
        stage.AssertHears(agent, customer);
        Assert.Equal(0, supervisor.HeardSamples);

        // Silent monitoring: customer and agent stay relayed, packet by packet.
        stage.Hear((customer, agent, 1), (agent, customer, 1), (supervisor, customer, 1), (supervisor, agent, 1));
        AssertPaths(stage, HearingPath.Relay, HearingPath.Relay, HearingPath.Mix);
        stage.Play(1);
        stage.AssertHears(customer, agent);
        stage.AssertHears(agent, customer);
        stage.AssertHears(supervisor, customer, agent);

        // Whisper: the customer stays relayed.
        stage.Hear(
            (customer, agent, 1), (agent, customer, 1), (agent, supervisor, 1), (supervisor, customer, 1),
            (supervisor, agent, 1));
        AssertPaths(stage, HearingPath.Relay, HearingPath.Mix, HearingPath.Mix);
        stage.Play(1);
        stage.AssertHears(customer, agent);
        stage.AssertHears(agent, customer, supervisor);
        stage.AssertHears(supervisor, customer, agent);

        // Barge-in.
        stage.Hear(
            (customer, agent, 1), (customer, supervisor, 1), (agent, customer, 1), (agent, supervisor, 1),
            (supervisor, customer, 1), (supervisor, agent, 1));
        AssertPaths(stage, HearingPath.Mix, HearingPath.Mix, HearingPath.Mix);
        stage.Play(1);
        stage.AssertHears(customer, agent, supervisor);
        stage.AssertHears(agent, customer, supervisor);
        stage.AssertHears(supervisor, customer, agent);

        // Take-over: the agent hears nothing any more.
        stage.Hear((customer, supervisor, 1), (supervisor, customer, 1));
        AssertPaths(stage, HearingPath.Relay, HearingPath.Silence, HearingPath.Relay);
        var heardByAgent = agent.HeardSamples;
        stage.Play(1);
        stage.AssertHears(customer, supervisor);
        stage.AssertHears(supervisor, customer);
        Assert.Equal(heardByAgent, agent.HeardSamples);
        foreach (var voice in stage.Voices) voice.AssertOneStream();
    }

    [Fact]
    public void HoldWithMusicConsultConferenceAndBack()
    {
        using var stage = new Stage();
        var (customer, agent, expert) = (stage.Add("customer", 400), stage.Add("agent", 700), stage.Add("expert", 1_100));
        stage.Hear((customer, agent, 1), (agent, customer, 1));
        stage.Play(0.5);

        stage.Hear((agent, expert, 1), (expert, agent, 1));
        stage.Rig.Conversation.Play(customer.Party, ShippedAudio.Music, isLoop: true);
        stage.Play(1);
        stage.AssertHears(agent, expert);
        stage.AssertHears(expert, agent);
        Assert.InRange(customer.LevelOf(agent, 0.5), -200, -20);
        Assert.Equal(HearingPath.Clip, customer.Party.Path);

        Everybody(stage);
        stage.Play(1);
        stage.AssertHears(customer, agent, expert);
        stage.AssertHears(agent, customer, expert);
        stage.AssertHears(expert, customer, agent);

        stage.Leave(agent);
        AssertPaths(stage, HearingPath.Relay, HearingPath.Relay);
        stage.Play(1);
        stage.AssertHears(customer, expert);
        stage.AssertHears(expert, customer);
        foreach (var voice in stage.Voices) voice.AssertOneStream();
    }

    [Theory, InlineData(0.5f, -6), InlineData(2f, 6), InlineData(0.25f, -12)]
    public void AVoiceIsAsLoudAsItsCellSays(float gain, double decibels)
    {
        using var stage = new Stage();
        var (listener, plain) = (stage.Add("listener", 400), stage.Add("plain", 700));
        var other = stage.Add("other", 1_100);
        stage.Hear((listener, plain, 1), (listener, other, gain), (plain, other, gain));
        stage.Play(1);
        Assert.InRange(listener.LevelOf(plain, 0.5), -0.5, 0.5);
        Assert.InRange(listener.LevelOf(other, 0.5), decibels - 0.5, decibels + 0.5);
        Assert.InRange(plain.LevelOf(other, 0.5), decibels - 0.5, decibels + 0.5);
    }

    [Fact]
    public void WhoeverIsSilentCostsNothingAndListenersOfOneLawShareAFrame()
    {
        using var stage = new Stage();
        var speaker = stage.Add("speaker", 500);
        for (var i = 0; i < 6; i++)
        {
            var law = i % 2 == 0 ? AudioCodecId.Pcmu : AudioCodecId.Pcma;
            stage.Add($"listener {i}", 800 + (100 * i), law).IsTalking = false;
        }

        Everybody(stage);
        stage.Play(1);
        foreach (var listener in stage.Voices.Skip(1)) stage.AssertHears(listener, speaker);
        stage.AssertHears(speaker);
        Assert.All(stage.Voices, voice => Assert.Equal(HearingPath.Mix, voice.Party.Path));
        Assert.Equal([true, false], stage.Voices.Take(2).Select(voice => voice.Party.Source!.IsActive));
    }

    [Fact]
    public void EveryOneOf200HearsAllWhoSpeak()
    {
        using var stage = new Stage(ports: 500);
        for (var i = 0; i < AudioConversation.PartiesMax; i++)
        {
            var voice = stage.Add($"party {i}", 300 + (13 * (i % 200)), (i & 1) == 0 ? AudioCodecId.Pcmu : AudioCodecId.Pcma);
            voice.IsTalking = i is 10 or 95 or 170;
        }

        Everybody(stage);
        stage.Play(0.8);
        var speakers = stage.Voices.Where(voice => voice.IsTalking).ToArray();
        foreach (var listener in stage.Voices)
        {
            foreach (var speaker in speakers)
            {
                var level = listener.LevelOf(speaker, 0.4);
                Assert.InRange(level, listener == speaker ? -200 : -1.5, listener == speaker ? -30 : 1.5);
            }

            listener.AssertOneStream();
        }
    }

    [Theory, InlineData(10), InlineData(20), InlineData(30), InlineData(40), InlineData(50), InlineData(60)]
    public void PacketsOfAnyLengthAreMixedAndRelayed(int packetMs)
    {
        using var stage = new Stage();
        var (odd, plain) = (stage.Add("odd", 400, packetMs: packetMs), stage.Add("plain", 700));
        var listener = stage.Add("listener", 1_100);
        stage.Hear((plain, odd, 1), (odd, plain, 1), (listener, odd, 1), (listener, plain, 1));
        stage.Play(1.8);
        stage.AssertHears(plain, odd);
        stage.AssertHears(odd, plain);
        stage.AssertHears(listener, odd, plain);
        listener.AssertOneStream();
    }

    /// <summary>Whatever was said just before a change is heard before it or after it, once.</summary>
    [Fact]
    public void NoFrameIsLostOrHeardTwiceWhenAPathChanges()
    {
        using var stage = new Stage();
        var (speaker, listener) = (stage.Add("speaker", 400), stage.Add("listener", 700));
        var (third, fourth) = (stage.Add("third", 900), stage.Add("fourth", 1_100));
        var heard = new List<byte>();
        byte next = 0;

        // The fourth keeps the speaker in a mix throughout; the others come and go.
        Converse(withThird: false);
        Say(40);
        Converse(withThird: true);
        Say(40);
        Converse(withThird: false);
        Say(40);
        Assert.Equal(HearingPath.Relay, listener.Party.Path);
        Assert.Equal(Enumerable.Range(0, 120).Select(i => (byte)(i + 1)), heard.Where(value => value != 0xFF));
        Assert.Equal(0, speaker.Party.Source!.Counters.Lost);

        void Converse(bool withThird) => stage.Hear(
            (listener, speaker, 1), (listener, third, withThird ? 1 : 0), (fourth, speaker, 1), (fourth, third, 1));

        void Say(int frames)
        {
            for (var i = 0; i < frames; i++)
            {
                speaker.Phone.Say(++next);
                stage.Rig.Settle();
                stage.Rig.Advance(TimeSpan.FromMilliseconds(20));
                heard.AddRange(listener.Phone.Hear().Select(packet => packet.Payload[80]));
            }
        }
    }

    [Fact]
    public void AKeyReachesMixedListenersAsAnEventOfTheirOwnStreamAndIsToldOnce()
    {
        using var stage = new Stage();
        var (presser, other, listener) = (stage.Add("presser", 400), stage.Add("other", 700), stage.Add("listener", 1_100));
        Everybody(stage);
        stage.Play(0.5);
        presser.Phone.Press('5', 160, isEnd: false, isNew: true);
        presser.Phone.Press('5', 800, isEnd: true);
        other.Phone.Press('7', 800, isEnd: true, isNew: true);      // while the first is being pressed
        stage.Rig.Settle();
        var events = listener.Phone.Hear().Where(packet => packet.Header.PayloadType == 101).ToList();
        Assert.Equal([5, 5], events.Select(packet => (int)packet.Payload[0]));
        Assert.Equal([true, false], events.Select(packet => packet.Header.Marker));
        Assert.Equal(events[0].Header.Timestamp, events[1].Header.Timestamp);
        Assert.Equal(events[0].Header.Sequence.Next, events[1].Header.Sequence);
        Assert.Equal(['5', '7'], stage.Rig.Digits.Select(digit => digit.Key.Key).Order());
    }

    [Fact]
    public void ATapHearsARelayedPartyInFramesAndAnotherItsPackets()
    {
        using var stage = new Stage();
        var (caller, agent) = (stage.Add("caller", 400), stage.Add("agent", 700));
        stage.Hear((caller, agent, 1), (agent, caller, 1));
        var tap = new Tap();
        (caller.Party.AudioTap, caller.Party.PacketTap) = (tap, tap);
        stage.Play(1);
        Assert.Equal(HearingPath.Relay, agent.Party.Path);
        Assert.InRange(ToneMeter.Strongest(tap.Samples.TakeLast(4_000).ToArray()).FrequencyHz, 399, 401);
        Assert.Equal(50, tap.Packets);

        (caller.Party.AudioTap, caller.Party.PacketTap) = (null, null);
        Assert.Null(caller.Party.Source);
        var heard = tap.Samples.Count;
        stage.Play(0.2);
        Assert.Equal((heard, 50), (tap.Samples.Count, tap.Packets));
    }

    private static void Everybody(Stage stage) => stage.Rig.Conversation.SetMatrix(
    [
        .. from listener in stage.Voices
           from speaker in stage.Voices
           where listener != speaker
           select new MatrixCell(listener.Party, speaker.Party),
    ]);

    private static void AssertPaths(Stage stage, params HearingPath[] paths) =>
        Assert.Equal(paths, stage.Voices.Select(voice => voice.Party.Path));

    private sealed class Tap : IAudioTap, IPacketTap
    {
        public List<short> Samples { get; } = [];

        public int Packets { get; private set; }

        public void OnAudio(
            MediaParty speaker, ReadOnlySpan<short> samples, int sampleRateHz, OrleansAcd.MediaCore.Instant now) =>
            Samples.AddRange(samples);

        public void OnPacket(
            MediaParty speaker, in OrleansAcd.Rtp.RtpHeader header, ReadOnlySpan<byte> payload,
            OrleansAcd.MediaCore.Instant now) => Packets++;
    }
}
