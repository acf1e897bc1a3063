using System.Net;
using OrleansAcd.Audio;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.MediaNode.Media;
using OrleansAcd.Rtp;
using Xunit;

namespace OrleansAcd.Tests.Unit.Media;

/// <summary>Latching, RTCP, silence, strangers and garbage of a leg on real sockets.</summary>
public sealed class StreamTests
{
    [Theory, InlineData("default"), InlineData("portable")]
    public void AThirdPartyNeitherHearsNorSpeaksOnceThePeerHasLatched(string network)
    {
        using var rig = new Rig(network);
        var (caller, agent, thief) = (rig.AddPhone("caller"), rig.AddPhone("agent"), rig.AddPhone("thief"));
        rig.Talk(caller, agent);
        caller.Say(1);
        rig.Settle();
        agent.Hear();

        var packet = new byte[172];
        for (ushort i = 0; i < 50; i++)
        {
            new RtpHeader(false, 0, new(i), new(i * 160u), new(5), 0, 0).Write(packet);
            StealFrom(caller, thief, packet);
            rig.Settle();
        }

        Assert.Empty(agent.Hear());
        agent.Say(2);
        rig.Settle();
        Assert.Single(caller.Hear());
        Assert.Empty(thief.Hear());
        Assert.Equal(2, rig.Latches.Count);
    }

    [Fact]
    public void AReofferLatchesTheNewAddress()
    {
        using var rig = new Rig();
        var (caller, agent) = (rig.AddPhone("caller"), rig.AddPhone("agent"));
        var elsewhere = rig.AddPhone("elsewhere");
        rig.Talk(caller, agent);
        caller.Say(1);
        rig.Settle();

        caller.Agree(MediaDirection.SendReceive, rtp: elsewhere.Address);
        agent.Say(2);
        rig.Settle();
        Assert.Empty(caller.Hear());
        Assert.Single(elsewhere.Hear());
        Assert.Equal(2, rig.Latches.Count);
    }

    [Fact]
    public void APeerThatWasSilentIsHeardAgainAndSoIsItsSuccessor()
    {
        var policy = new LatchPolicy(AllowOtherHosts: true, 3, TimeSpan.FromMilliseconds(40));
        using var rig = new Rig(options: new MediaOptions(policy, TimeSpan.FromSeconds(30)));
        var (caller, agent, moved) = (rig.AddPhone("caller"), rig.AddPhone("agent"), rig.AddPhone("moved"));
        rig.Talk(caller, agent);
        caller.Say(1);
        rig.Settle();
        agent.Hear();
        rig.Advance(TimeSpan.FromMilliseconds(100));

        var packet = new byte[172];
        for (ushort i = 0; i < 4; i++)
        {
            new RtpHeader(false, 0, new(i), new(i * 160u), new(5), 0, 0).Write(packet);
            StealFrom(caller, moved, packet);
            rig.Settle();
        }

        Assert.Equal(2, agent.Hear().Count);            // two packets were the probation
        Assert.Equal((caller.Party, moved.Address), rig.Latches[^1]);
        Assert.Equal(2, caller.Party.Quality.Strangers);
    }

    [Fact]
    public void GarbageIsCountedAndTheCallGoesOn()
    {
        using var rig = new Rig();
        var (caller, agent) = (rig.AddPhone("caller"), rig.AddPhone("agent"));
        rig.Talk(caller, agent);
        caller.SendRaw([1, 2, 3]);
        caller.Say(1);
        rig.Settle();
        caller.SendRaw([]);
        caller.SendRaw("INVITE sip:x SIP/2.0"u8);
        caller.SendRaw(new byte[5_000]);
        caller.SendControl([0xFF, 0xFF]);
        caller.Say(2);
        rig.Settle();
        Assert.Equal(2, agent.Hear().Count);
        Assert.Equal(5, caller.Party.Quality.Malformed);
        Assert.Empty(rig.Errors);
    }

    /// <summary>Reports are read a few a turn: a flood of them, of the peer or of a stranger, holds no packet
    /// up.</summary>
    [Fact]
    public void AFloodOfReportsIsCountedAndHoldsNoPacketUp()
    {
        using var rig = new Rig();
        var (caller, agent) = (rig.AddPhone("caller"), rig.AddPhone("agent"));
        var elsewhere = TransportAddress.From(IPAddress.Parse("127.0.0.9"), 0);
        var stranger = rig.Loop.Net.BindUdp(elsewhere, SocketOptions.Voice)!;
        var rtcp = TransportAddress.From(IPAddress.Loopback, caller.Party.LocalPort + 1);
        rig.Talk(caller, agent);
        var report = new byte[RtcpWriter.CompoundMaxBytes];
        var length = RtcpWriter.Write(report, new(0xABCD), null, null, "phone"u8, isBye: false);
        var heard = 0;
        for (var round = 0; round < 100; round++)
        {
            for (var i = 0; i < 10; i++)
            {
                caller.SendControl(report.AsSpan(0, length));
                caller.SendControl([0x80, 0, 0, 9]);
                stranger.SendTo(report.AsSpan(0, length), rtcp);
            }

            caller.Say(1);
            rig.Turn(TimeSpan.Zero);
            heard += agent.Hear().Count;
            rig.Settle();
        }

        stranger.Dispose();
        Assert.Equal(100, heard);
        Assert.Equal((1_000L, 1_000L), (caller.Party.Quality.Malformed, caller.Party.Quality.Strangers));
        Assert.Empty(rig.Errors);
    }

    [Fact]
    public void ReportsGoOutOnScheduleAndAnswersGiveLossAndRoundTrip()
    {
        using var rig = new Rig();
        var (caller, agent) = (rig.AddPhone("caller"), rig.AddPhone("agent"));
        rig.Talk(caller, agent);
        agent.Say(1);
        rig.Settle();

        byte[]? report = null;
        rig.Until(() => (report = caller.HearControl()) is not null, "a sender report");
        Assert.Equal(RtcpParseError.None, RtcpReader.TryOpen(report, out var reader));
        Assert.True(reader.TryRead(out var first));
        Assert.True(first.TryReadSenderInfo(out var sent));
        Assert.Equal((1u, 160u), (sent.Packets, sent.PayloadBytes));
        Assert.True(first.TryReadSource(out var source));

        var answer = new byte[RtcpWriter.CompoundMaxBytes];
        var block = new ReportBlock(source, 64, 1, 5, 80, sent.Ntp.Middle, 0);
        caller.SendControl(answer.AsSpan(0, RtcpWriter.Write(answer, new(0xABCD), null, block, "phone"u8, false)));
        rig.Settle();
        var quality = caller.Party.Quality;
        Assert.Equal((0.25, 10.0), (quality.RemoteFractionLost, quality.RemoteJitter?.TotalMilliseconds));
        // The answer says that it was made 80 / 65536 s after the report came, and time stood still.
        Assert.Equal(0, quality.RoundTrip!.Value.TotalSeconds);
    }

    [Fact]
    public void SilenceIsToldOnceAndNotOfWhoNeedNotSpeak()
    {
        using var rig = new Rig(options: MediaOptions.Default with { RtpTimeout = TimeSpan.FromMilliseconds(50) });
        var caller = rig.AddPhone("caller");
        rig.AddPhone("held", direction: MediaDirection.SendOnly);
        rig.Until(() => rig.Timeouts.Count > 0, "a time-out");
        rig.Advance(TimeSpan.FromMilliseconds(150));
        Assert.Equal([caller.Party], rig.Timeouts);
    }

    [Fact]
    public void RelayingTranscodingAndPlayingAllocateNothingAPacket() => AllocationMeter.AssertNothing(meter =>
    {
        using var rig = new Rig();
        var (caller, agent) = (rig.AddPhone("caller"), rig.AddPhone("agent", AudioCodecId.Pcma));
        rig.Talk(caller, agent);
        var packet = new byte[172];
        for (var i = 0; i < 3_000; i++)
        {
            new RtpHeader(false, 0, new((ushort)i), new((uint)i * 160), new(5), 0, 0).Write(packet);
            caller.SendRaw(packet);
            rig.Turn(TimeSpan.FromMilliseconds(20), meter);
            if (i % 100 == 0) agent.Hear();
        }

        rig.Conversation.Play(agent.Party, ShippedAudio.Music, isLoop: true);
        for (var i = 0; i < 30; i++) rig.Turn(TimeSpan.FromMilliseconds(20), meter);

        Assert.Equal((3_000L, 3_030L), (caller.Party.Quality.PacketsReceived, agent.Party.Quality.PacketsSent));
    });

    [Fact]
    public void ACallCostsFarLessThan64KiB()
    {
        using var rig = new Rig();
        rig.AddPhone("first");
        var others = new List<AudioConversation>();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 20; i++)
        {
            var conversation = new AudioConversation(rig.Worker, rig);
            Assert.Equal(MediaRefusal.None, conversation.TryAddParty("caller", out _));
            Assert.Equal(MediaRefusal.None, conversation.TryAddParty("agent", out _));
            others.Add(conversation);
        }

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 20, 0, 16 * 1024);
        others.ForEach(c => c.End());
    }

    private static void StealFrom(Phone victim, Phone thief, byte[] packet) =>
        thief.SendTo(packet, victim.Party.LocalPort);
}
