using OrleansAcd.Audio;
using OrleansAcd.MediaNode.Media;
using OrleansAcd.Rtp;
using Xunit;

namespace OrleansAcd.Tests.Unit.Media;

/// <summary>The hearing matrix on real sockets, on both networks.</summary>
public sealed class ConversationTests
{
    public static readonly TheoryData<string> Networks = ["default", "portable"];

    [Theory, MemberData(nameof(Networks))]
    public void TwoWhoHearEachOtherAreRelayedAtOnceAsOneStream(string network)
    {
        using var rig = new Rig(network);
        var (caller, agent) = (rig.AddPhone("caller"), rig.AddPhone("agent"));
        rig.Talk(caller, agent);

        var heard = new List<(RtpHeader Header, byte[] Payload)>();
        for (byte i = 0; i < 50; i++)
        {
            caller.Say(i);
            rig.Settle();
            heard.AddRange(agent.Hear());
        }

        Assert.Equal(50, heard.Count);
        for (var i = 0; i < 50; i++)
        {
            Assert.All(heard[i].Payload, value => Assert.Equal(i, value));
            Assert.Equal(i == 0, heard[i].Header.Marker);
            Assert.Equal(heard[0].Header.Sequence.Advance(i), heard[i].Header.Sequence);
            Assert.Equal(heard[0].Header.Timestamp.Advance(160 * i), heard[i].Header.Timestamp);
        }

        agent.Say(9);
        rig.Settle();
        Assert.Single(caller.Hear());
        Assert.Equal(2, rig.Latches.Count);
        Assert.Equal((50L, 0L), (caller.Party.Quality.PacketsReceived, caller.Party.Quality.PacketsLost));
    }

    [Theory, MemberData(nameof(Networks))]
    public void LegsOnDifferentLawsAreTranscodedAndKeysKeepTheirPlace(string network)
    {
        using var rig = new Rig(network);
        var caller = rig.AddPhone("caller", AudioCodecId.Pcmu, keys: 101);
        var agent = rig.AddPhone("agent", AudioCodecId.Pcma, keys: 96);
        rig.Talk(caller, agent);

        caller.Say(0x42);
        caller.Press('5', 160, isEnd: false, isNew: true);
        caller.Press('5', 480, isEnd: true);
        caller.Press('5', 480, isEnd: true);
        rig.Settle();

        var heard = agent.Hear();
        byte[] expected = [0x42];
        G711.Transcode(G711Codec.Pcmu, G711Codec.Pcma, expected);
        Assert.Equal(8, heard[0].Header.PayloadType);
        Assert.All(heard[0].Payload, value => Assert.Equal(expected[0], value));
        Assert.Equal([96, 96, 96], heard.Skip(1).Select(h => (int)h.Header.PayloadType));
        Assert.Equal(heard[1].Header.Timestamp, heard[2].Header.Timestamp);
        var (party, key) = Assert.Single(rig.Digits);
        Assert.Equal((caller.Party, new PressedKey('5', TimeSpan.FromMilliseconds(60))), (party, key));
    }

    [Theory, MemberData(nameof(Networks))]
    public void MusicIsPacedAndGivesWayToTheAgentWithinOnePacket(string network)
    {
        using var rig = new Rig(network);
        var (caller, agent) = (rig.AddPhone("caller"), rig.AddPhone("agent"));
        rig.Conversation.Play(caller.Party, ShippedAudio.Music, isLoop: true);
        var heard = new List<(RtpHeader Header, byte[] Payload)>();
        var start = rig.Loop.Now;
        rig.Until(() => Add(heard, caller) >= 25, "half a second of music");

        Assert.Equal(500, (rig.Loop.Now - start).TotalMilliseconds);
        Assert.Equal(ShippedAudio.Music.Encoded(G711Codec.Pcmu)[..160], heard[0].Payload);
        AssertContinuous(heard, steps: 160);

        rig.Talk(caller, agent);
        Add(heard, caller);
        agent.Say(0x11);
        rig.Settle();
        var first = Assert.Single(caller.Hear());
        Assert.All(first.Payload, value => Assert.Equal(0x11, value));
        Assert.True(first.Header.Marker);
        Assert.Equal(heard[^1].Header.Sequence.Next, first.Header.Sequence);
        Assert.Equal(heard[^1].Header.Ssrc, first.Header.Ssrc);
        Assert.False(Assert.Single(rig.PlaysEnded).IsComplete);
    }

    [Theory, MemberData(nameof(Networks))]
    public void APromptEndsOnceAndWhoeverIsHeardComesBack(string network)
    {
        using var rig = new Rig(network);
        var (caller, agent) = (rig.AddPhone("caller"), rig.AddPhone("agent"));
        rig.Talk(caller, agent);
        var clip = AudioClip.FromSamples("beep", new short[400]);
        rig.Conversation.Play(caller.Party, clip);
        agent.Say(0x11);                                // not heard during the prompt
        rig.Settle();
        rig.Until(() => rig.PlaysEnded.Count == 1, "the end of the prompt");

        Assert.Equal((caller.Party, clip, true), rig.PlaysEnded[0]);
        Assert.Equal(3, caller.Hear().Count);
        agent.Say(0x22);
        rig.Settle();
        Assert.Equal(0x22, Assert.Single(caller.Hear()).Payload[0]);
    }

    /// <summary>A tick that comes too late: old frames are left out and counted, not hurried.</summary>
    [Fact]
    public void FramesThatAreTooLateAreSkippedAndTheTimestampsTellOfThem()
    {
        using var rig = new Rig();
        var caller = rig.AddPhone("caller");
        rig.Conversation.Play(caller.Party, ShippedAudio.Music, isLoop: true);
        rig.Advance(TimeSpan.FromMilliseconds(20));
        var before = Assert.Single(caller.Hear());

        rig.Turn(TimeSpan.FromMilliseconds(200));

        var late = caller.Hear();
        Assert.Equal((4, 6L), (late.Count, caller.Party.Player.SkippedFrames));
        Assert.Equal(ShippedAudio.Music.Encoded(G711Codec.Pcmu).Slice(7 * 160, 160), late[0].Payload);
        Assert.Equal(before.Header.Sequence.Next, late[0].Header.Sequence);
        Assert.Equal(7 * 160, late[0].Header.Timestamp.DistanceFrom(before.Header.Timestamp));
    }

    [Fact]
    public void AClipCanBeginInItsMiddle()
    {
        using var rig = new Rig();
        var caller = rig.AddPhone("caller");
        rig.Conversation.Play(caller.Party, ShippedAudio.Welcome, offset: TimeSpan.FromSeconds(1));
        var heard = new List<(RtpHeader Header, byte[] Payload)>();
        rig.Until(() => Add(heard, caller) > 0, "a frame");
        Assert.Equal(ShippedAudio.Welcome.Encoded(G711Codec.Pcmu).Slice(8_000, 160), heard[0].Payload);
    }

    [Fact]
    public void StoppingAPromptStopsItAtOnce()
    {
        using var rig = new Rig();
        var caller = rig.AddPhone("caller");
        rig.Conversation.Play(caller.Party, ShippedAudio.Music, isLoop: true);
        var heard = new List<(RtpHeader Header, byte[] Payload)>();
        rig.Until(() => Add(heard, caller) >= 3, "music");
        rig.Conversation.StopPlay(caller.Party);
        caller.Hear();
        rig.Advance(TimeSpan.FromMilliseconds(60));
        Assert.Empty(caller.Hear());
    }

    [Fact]
    public void NothingIsSentToWhoIsOnHoldOrNowhereAndNothingTakenFromWhoMustNotSpeak()
    {
        using var rig = new Rig();
        var (caller, agent) = (rig.AddPhone("caller"), rig.AddPhone("agent"));
        rig.Talk(caller, agent);
        agent.Agree(MediaDirection.ReceiveOnly);
        caller.Say(1);
        agent.Say(2);
        rig.Settle();
        Assert.Empty(agent.Hear());
        Assert.Single(caller.Hear());

        agent.Agree(MediaDirection.SendOnly);
        caller.Say(1);
        agent.Say(2);
        rig.Settle();
        Assert.Single(agent.Hear());
        Assert.Empty(caller.Hear());

        agent.Agree(MediaDirection.SendReceive, rtp: TransportAddress.FromIpV4(0, 4_000));
        caller.Say(1);
        rig.Settle();
        Assert.Empty(agent.Hear());

        agent.Agree(MediaDirection.SendReceive);
        caller.Say(3);
        rig.Settle();
        Assert.Equal(3, Assert.Single(agent.Hear()).Payload[0]);
    }

    [Fact]
    public void SeveralMayHearOneEachInItsLaw()
    {
        using var rig = new Rig();
        var (caller, agent) = (rig.AddPhone("caller"), rig.AddPhone("agent", AudioCodecId.Pcma));
        var listener = rig.AddPhone("listener");
        rig.Talk(caller, agent);
        rig.Conversation.SetHearing(listener.Party, caller.Party);
        caller.Say(0x33);
        rig.Settle();
        Assert.Equal(0x33, Assert.Single(listener.Hear()).Payload[0]);
        Assert.Equal(8, Assert.Single(agent.Hear()).Header.PayloadType);
    }

    /// <summary>RFC 3264 section 5.1: the two sides of a dynamic type may have different numbers.</summary>
    [Fact]
    public void AKeyIsReadAtTheNumberWeNamedAndSentAtTheNumberThePhoneNamed()
    {
        using var rig = new Rig();
        var (caller, agent) = (rig.AddPhone("caller", keys: 96), rig.AddPhone("agent", keys: 110));
        agent.KeysSent = 101;
        agent.Agree(MediaDirection.SendReceive);
        rig.Talk(caller, agent);
        agent.Press('7', duration: 800, isEnd: true, isNew: true);
        caller.Press('8', duration: 800, isEnd: true, isNew: true);
        rig.Settle();
        Assert.Equal(['7', '8'], rig.Digits.Select(d => d.Key.Key).Order());
        Assert.Equal(96, Assert.Single(caller.Hear()).Header.PayloadType);
        Assert.Equal(110, Assert.Single(agent.Hear()).Header.PayloadType);
    }

    [Fact]
    public void ComfortNoiseAndUnknownTypesAreDroppedWithoutAGap()
    {
        using var rig = new Rig();
        var (caller, agent) = (rig.AddPhone("caller"), rig.AddPhone("agent"));
        rig.Talk(caller, agent);
        caller.Say(1);
        caller.Say(2, payloadType: PayloadType.ComfortNoise);
        caller.Say(3, payloadType: 99);
        caller.Say(4);
        rig.Settle();
        var heard = agent.Hear();
        Assert.Equal([1, 4], heard.Select(h => (int)h.Payload[0]));
        Assert.Equal(heard[0].Header.Sequence.Next, heard[1].Header.Sequence);
        Assert.Equal(2, caller.Party.Quality.Unexpected);
    }

    /// <summary>RFC 3389 section 4: who takes comfort noise hears the pauses as the phone says they sound.</summary>
    [Fact]
    public void ComfortNoiseReachesWhoAgreedToItAtItsPlace()
    {
        using var rig = new Rig();
        var (caller, agent) = (rig.AddPhone("caller"), rig.AddPhone("agent", AudioCodecId.Pcma));
        foreach (var phone in (Phone[])[caller, agent])
        {
            phone.HasComfortNoise = true;
            phone.Agree(MediaDirection.SendReceive);
        }

        rig.Talk(caller, agent);
        caller.Say(1);
        caller.SayNoise(60);
        caller.Say(4);
        rig.Settle();
        var heard = agent.Hear();
        byte[] types = [PayloadType.Pcma, PayloadType.ComfortNoise, PayloadType.Pcma];
        Assert.Equal(types, heard.Select(h => h.Header.PayloadType));
        Assert.Equal([60], heard[1].Payload);
        Assert.Equal(heard[0].Header.Sequence.Advance(2), heard[2].Header.Sequence);
        Assert.Equal(heard[0].Header.Timestamp.Advance(320), heard[2].Header.Timestamp);
        Assert.Equal(0, caller.Party.Quality.Unexpected);
    }

    [Fact]
    public void WhenOneLeavesTheOtherHearsSilenceAndThePortsComeBack()
    {
        using var rig = new Rig();
        var (caller, agent) = (rig.AddPhone("caller"), rig.AddPhone("agent"));
        rig.Talk(caller, agent);
        caller.Say(1);
        rig.Settle();
        rig.Conversation.RemoveParty(caller.Party);
        agent.Say(2);
        rig.Settle();
        Assert.Empty(caller.Hear());
        Assert.NotNull(caller.HearControl());           // RTCP BYE
        Assert.Equal("silence", AudioConversation.Describe(agent.Party));

        for (var i = 0; i < 200; i++)
        {
            Assert.Equal(MediaRefusal.None, rig.Conversation.TryAddParty("next", out var party));
            rig.Conversation.RemoveParty(party!);
        }
    }

    private static int Add(List<(RtpHeader Header, byte[] Payload)> heard, Phone phone)
    {
        heard.AddRange(phone.Hear());
        return heard.Count;
    }

    private static void AssertContinuous(List<(RtpHeader Header, byte[] Payload)> heard, int steps)
    {
        for (var i = 1; i < heard.Count; i++)
        {
            Assert.Equal(heard[i - 1].Header.Sequence.Next, heard[i].Header.Sequence);
            Assert.Equal(0, heard[i].Header.Timestamp.DistanceFrom(heard[i - 1].Header.Timestamp) % steps);
            Assert.False(heard[i].Header.Marker);
        }
    }
}
