using OrleansAcd.Audio;
using OrleansAcd.Audio.Detection;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Media;
using OrleansAcd.Rtp;
using Xunit;

namespace OrleansAcd.Tests.Unit.Media;

/// <summary>Keys towards a party, keys passed on across a bridge, and what a party's voice is listened to
/// for.</summary>
public sealed class KeyTests
{
    private static readonly TimeSpan s_key = TimeSpan.FromMilliseconds(80);

    [Fact]
    public void KeysGoAsEventsWhereTheyWereAgreed()
    {
        using var rig = new Rig();
        var phone = rig.AddPhone("ivr", keys: 97);
        Assert.Equal(0, rig.Conversation.PressKeys(phone.Party, "1*1", s_key));

        var heard = new List<(RtpHeader Header, byte[] Payload)>();
        rig.Until(() => Collect(heard, phone).Count(IsEnd) == 9, "three keys, each with three ends");

        Assert.All(heard, packet => Assert.Equal(97, packet.Header.PayloadType));
        AssertSequence(heard);
        var keys = Received(heard);
        Assert.Equal("1*1", string.Concat(keys.Select(key => key.Key)));
        Assert.All(keys, key => Assert.Equal(s_key, key.Duration));
        Assert.Equal(3, heard.Count(packet => packet.Header.Marker));
        var starts = heard.Select(packet => packet.Header.Timestamp).Distinct().ToList();
        Assert.Equal(3, starts.Count);
        Assert.All(starts.Zip(starts.Skip(1)), pair => Assert.True(pair.Second.DistanceFrom(pair.First) >= 640 + 160));
    }

    [Theory, InlineData(AudioCodecId.Pcmu), InlineData(AudioCodecId.Pcma)]
    public void KeysGoAsTonesWhereTheyWereNot(AudioCodecId codec)
    {
        using var rig = new Rig();
        var phone = rig.AddPhone("old", codec, keys: null);
        rig.Conversation.PressKeys(phone.Party, "159D", s_key);
        var heard = new List<(RtpHeader Header, byte[] Payload)>();
        rig.Until(() => Collect(heard, phone).Count >= 4 * 7, "four keys of 80 ms and 60 ms of pause");

        rig.Until(() => phone.Party.Path == HearingPath.Silence, "the end of the keys");
        Collect(heard, phone);
        AssertSequence(heard);
        Assert.Equal("159D", Listen(heard, codec));
        Assert.Equal(4 * 7, heard.Count);
    }

    [Fact]
    public void KeysTakeThePlaceOfWhatIsHeardAndItComesBack()
    {
        using var rig = new Rig();
        var (caller, agent) = (rig.AddPhone("caller"), rig.AddPhone("agent"));
        rig.Talk(caller, agent);
        agent.Say(1);
        rig.Settle();
        rig.Conversation.PressKeys(caller.Party, "5", s_key);
        agent.Say(2);
        rig.Settle();
        var heard = new List<(RtpHeader Header, byte[] Payload)>();
        rig.Until(() => Collect(heard, caller).Count(IsEnd) == 3, "the key");
        rig.Until(() => caller.Party.Path == HearingPath.Relay, "the end of the key");
        agent.Say(3);
        rig.Settle();
        Collect(heard, caller);

        Assert.Equal([1, 3], heard.Where(p => p.Header.PayloadType == 0).Select(p => (int)p.Payload[0]));
        AssertSequence(heard);
        Assert.True(heard[^1].Header.Timestamp.DistanceFrom(heard[^2].Header.Timestamp) >= 640);
        Assert.True(heard[^1].Header.Marker);
    }

    [Fact]
    public void AKeyOfAPhoneWithEventsBecomesAToneForOneWithout()
    {
        using var rig = new Rig();
        var (caller, agent) = (rig.AddPhone("caller", keys: 101), rig.AddPhone("agent", AudioCodecId.Pcma, keys: null));
        rig.Talk(caller, agent);
        caller.Say(0x42);
        caller.Press('8', 320, isEnd: false, isNew: true);
        for (var i = 0; i < 3; i++) caller.Press('8', 800, isEnd: true);
        rig.Settle();

        Assert.Equal('8', Assert.Single(rig.Digits).Key.Key);
        var heard = new List<(RtpHeader Header, byte[] Payload)>();
        rig.Until(() => Collect(heard, agent).Count > 0 && agent.Party.Path == HearingPath.Relay, "the tone's end");
        Collect(heard, agent);
        AssertSequence(heard);
        Assert.Equal("8", Listen(heard, AudioCodecId.Pcma));
    }

    [Fact]
    public void AKeyIsPassedOnOnceWhereBothHaveEvents()
    {
        using var rig = new Rig();
        var (caller, agent) = (rig.AddPhone("caller", keys: 101), rig.AddPhone("agent", keys: 96));
        rig.Talk(caller, agent);
        caller.Press('8', 320, isEnd: false, isNew: true);
        for (var i = 0; i < 3; i++) caller.Press('8', 800, isEnd: true);
        rig.Settle();

        var heard = agent.Hear();
        Assert.Equal(4, heard.Count);
        Assert.Equal('8', Assert.Single(Received(heard)).Key);
        Assert.Equal(HearingPath.Relay, agent.Party.Path);
    }

    [Fact]
    public void KeysThatNobodyWouldHearAreRefusedAndAHoldForgetsThoseThatWait()
    {
        using var rig = new Rig();
        var phone = rig.AddPhone("caller");
        Assert.Equal(2, rig.Conversation.PressKeys(phone.Party, "1x2y", s_key));
        Assert.Equal(6, rig.Conversation.PressKeys(phone.Party, new string('1', KeyQueue.KeysMax + 4), s_key));

        phone.Agree(MediaDirection.ReceiveOnly);
        Assert.Equal(HearingPath.Silence, phone.Party.Path);
        Assert.Equal(3, rig.Conversation.PressKeys(phone.Party, "123", s_key));
        phone.Agree(MediaDirection.SendReceive);
        Assert.Equal(HearingPath.Silence, phone.Party.Path);
    }

    [Fact]
    public void NobodyListensWhereEventsWereAgreedAndNothingWasAskedFor()
    {
        using var rig = new Rig();
        var phone = rig.AddPhone("caller", keys: 101);
        Assert.Null(phone.Party.AudioTap);
        AudioConversation.Listen(phone.Party, SignalGroups.Fax);
        Assert.NotNull(phone.Party.AudioTap);
        AudioConversation.Listen(phone.Party, SignalGroups.None);
        Assert.Null(phone.Party.AudioTap);
        Assert.NotNull(rig.AddPhone("old", keys: null).Party.AudioTap);
    }

    [Theory, InlineData(8_000), InlineData(16_000)]
    public void AVoiceWithoutEventsIsListenedToForKeys(int rate)
    {
        using var rig = new Rig();
        var old = rig.AddPhone("old", keys: null);
        Speak(old.Party, NamedTones.Key('7', s_key, s_key)!, rate, rig.Loop.Now);
        var (party, key) = Assert.Single(rig.Digits);
        Assert.Equal((old.Party, '7'), (party, key.Key));
        Assert.Equal(s_key.TotalMilliseconds, key.Duration.TotalMilliseconds, 12.0);
    }

    [Fact]
    public void AVoiceWithEventsIsNotListenedToForKeysSoThatNoneComesTwice()
    {
        using var rig = new Rig();
        var phone = rig.AddPhone("caller", keys: 101);
        AudioConversation.Listen(phone.Party, SignalGroups.Fax);
        Speak(phone.Party, NamedTones.Key('7', s_key, s_key)!, 8_000, rig.Loop.Now);
        Assert.Empty(rig.Digits);

        Speak(phone.Party, NamedTones.FaxCalling, 8_000, rig.Loop.Now);
        Assert.Equal((phone.Party, SignalKind.FaxCalling), Assert.Single(rig.Signals));
    }

    private static void Speak(MediaParty party, ToneSequence tone, int rate, Instant now)
    {
        foreach (var frame in tone.ToSamples(rate).Concat(new short[rate / 5]).Chunk(rate / 50))
        {
            party.AudioTap!.OnAudio(party, frame, rate, now);
        }
    }

    private static List<(RtpHeader Header, byte[] Payload)> Collect(
        List<(RtpHeader Header, byte[] Payload)> heard, Phone phone)
    {
        heard.AddRange(phone.Hear());
        return heard;
    }

    private static bool IsEnd((RtpHeader Header, byte[] Payload) packet) =>
        TelephoneEvent.TryParse(packet.Payload, out var key) && packet.Payload.Length == 4 && key.IsEnd;

    private static void AssertSequence(List<(RtpHeader Header, byte[] Payload)> heard) => Assert.All(
        heard.Zip(heard.Skip(1)),
        pair => Assert.Equal(pair.First.Header.Sequence.Next, pair.Second.Header.Sequence));

    private static List<PressedKey> Received(List<(RtpHeader Header, byte[] Payload)> heard)
    {
        var receiver = new TelephoneEventReceiver();
        var keys = new List<PressedKey>();
        foreach (var (header, payload) in heard)
        {
            receiver.Handle(header.Marker, header.Timestamp, payload, Instant.Zero);
            while (receiver.TryPoll(out var key)) keys.Add(key);
        }

        return keys;
    }

    private static string Listen(List<(RtpHeader Header, byte[] Payload)> heard, AudioCodecId codec)
    {
        var law = codec == AudioCodecId.Pcmu ? G711Codec.Pcmu : G711Codec.Pcma;
        var detector = new DtmfDetector();
        var keys = "";
        foreach (var (_, payload) in heard)
        {
            var samples = new short[payload.Length];
            G711.Decode(law, payload, samples);
            detector.Handle(samples);
            while (detector.TryPoll(out var key)) keys += key.Key;
        }

        return keys;
    }
}
