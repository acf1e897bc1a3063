using OrleansAcd.MediaNode.Media;
using OrleansAcd.Rtp;
using OrleansAcd.Sip.Sdp;
using Xunit;

namespace OrleansAcd.Tests.Unit.Media;

using SdpDirection = OrleansAcd.Sip.Sdp.MediaDirection;

/// <summary>Video and text are passed on as they are, to who hears their sender, within the policy's
/// bandwidth.</summary>
public sealed class ForwardedMediaTests : IDisposable
{
    private static readonly byte[] SenderReport = Report(RtcpType.SenderReport);
    private static readonly byte[] Feedback = Pli();

    private readonly Rig _rig = new();
    private readonly ForwardedMedia _media;
    private readonly List<Exception> _faults = [];

    public ForwardedMediaTests() =>
        _media = new ForwardedMedia(_rig.Worker, new ForwardingOptions(2_000_000, 64_000), _faults.Add);

    public void Dispose()
    {
        _rig.Dispose();
        Assert.Empty(_faults);
    }

    [Fact]
    public void APacketIsPassedOnWithTheNumberOfItsViewerAndNothingElseChanged()
    {
        var (caller, agent) = Bridge();

        caller.Show(1);
        caller.Show(2, marker: false);
        agent.Show(3);
        _rig.Settle();

        var seen = agent.See();
        Assert.Equal([(102, 1), (102, 2)], seen.Select(p => ((int)p.Header.PayloadType, (int)p.Value)));
        Assert.Equal([true, false], seen.Select(p => p.Header.Marker));
        Assert.Equal((new Ssrc(0xA), (ushort)0, 7u),
            (seen[0].Header.Ssrc, seen[0].Header.Sequence.Value, seen[0].Header.Timestamp.Value));
        var back = caller.See().Single();
        Assert.Equal((101, 3), (back.Header.PayloadType, back.Value));
        Assert.Equal((2L, 2L), (caller.Line.PacketsReceived, agent.Line.PacketsSent));
    }

    /// <summary>RFC 4585: feedback is about the stream that is seen; a sender's report is for who sees it.</summary>
    [Fact]
    public void FeedbackGoesToWhoIsSeenAndASendersReportToWhoSees()
    {
        var (caller, agent) = Bridge();
        var watcher = Add(103, 0xC);
        watcher.Party.Sees = [caller.Party];
        _media.Compile();

        watcher.SendControl(Feedback);
        agent.SendControl(Feedback);
        caller.SendControl(SenderReport);
        _rig.Settle();

        Assert.Equal([Feedback, Feedback], caller.SeeControl());
        Assert.Equal([SenderReport], agent.SeeControl());
        Assert.Equal([SenderReport], watcher.SeeControl());
    }

    /// <summary>So that the picture comes at once and not with the next regular one.</summary>
    [Theory]
    [InlineData(false, 12)]
    [InlineData(true, 32)]
    public void OnASwitchTheNewSourceIsAskedForAWholePicture(bool takesFir, int bytes)
    {
        var (caller, agent) = Bridge();
        var expert = Add(103, 0xC, takesFir);
        expert.Show(1);
        _rig.Settle();
        Assert.Empty(expert.SeeControl());

        caller.Party.Sees = [expert.Party, agent.Party];
        _media.Compile();

        var request = Assert.Single(expert.SeeControl());
        Assert.Equal(RtcpParseError.None, RtcpReader.TryOpen(request, out _));
        byte[] pli = [0x81, 206, 0, 2];
        Assert.Equal(pli, request[^bytes..][..4]);
        byte[] source = [0, 0, 0, 0xC];
        Assert.Equal(source, request[^bytes..][8..12]);

        _media.Compile();
        Assert.Empty(expert.SeeControl());
        expert.Show(2);
        agent.Show(3);
        _rig.Settle();
        Assert.Equal(2, caller.See().Single().Value);
    }

    [Fact]
    public void TheFirstSeenPartyThatHasTheCodecIsShown()
    {
        var (caller, agent) = Bridge();
        var other = Add(103, 0xC, codec: "H264");
        var none = new ForwardedParty();
        caller.Party.Sees = [none, other.Party, agent.Party];
        _media.Compile();

        other.Show(1);
        agent.Show(2);
        _rig.Settle();

        Assert.Equal(2, caller.See().Single().Value);
    }

    [Theory]
    [InlineData(SdpDirection.SendOnly, SdpDirection.SendRecv)]
    [InlineData(SdpDirection.Inactive, SdpDirection.SendRecv)]
    [InlineData(SdpDirection.SendRecv, SdpDirection.RecvOnly)]
    [InlineData(SdpDirection.SendRecv, SdpDirection.Inactive)]
    public void AHeldLineIsNotPassedOn(SdpDirection ofSource, SdpDirection ofViewer)
    {
        var (caller, agent) = Bridge();
        caller.Agree(_media, direction: ofSource);
        agent.Agree(_media, direction: ofViewer);

        caller.Show(1);
        _rig.Settle();
        Assert.Empty(agent.See());

        caller.Agree(_media);
        agent.Agree(_media);
        caller.Show(2);
        _rig.Settle();
        Assert.Equal(2, agent.See().Single().Value);
    }

    [Fact]
    public void WhatIsAboveTheBandwidthIsDroppedAndCounted()
    {
        var (caller, agent) = Bridge();
        var shown = 0;

        // Time stands still: a second's worth of 2 Mbit/s is 250,000 bytes, 208 packets of 1,200.
        for (var i = 0; i < 300; i++)
        {
            caller.Show((byte)i);
            _rig.Settle();
            shown += agent.Count();
        }

        Assert.Equal(208, shown);
        Assert.Equal(300 - shown, caller.Line.OverBandwidth);
    }

    [Fact]
    public void OtherCodecsStrangersAndGarbageAreDroppedAndCounted()
    {
        var (caller, agent) = Bridge();
        caller.Show(1);
        _rig.Settle();
        caller.Show(2, payloadType: 97);
        caller.SendRaw([1, 2, 3]);
        caller.SendRaw(Report(RtcpType.SenderReport));
        caller.SendControl([9, 9]);
        var stranger = new Screen(_rig, _media, 99, 0xF);
        stranger.Agree(_media);
        SendTo(stranger, caller);
        _rig.Settle();

        Assert.Equal(1, agent.See().Single().Value);
        // A report in place of a packet is one of a type that nobody agreed to.
        Assert.Equal(
            (3L, 2L, 1L, 2L),
            (caller.Line.PacketsReceived, caller.Line.Unexpected, caller.Line.Strangers, caller.Line.Malformed));
    }

    [Fact]
    public void ARemovedLineIsSeenByNobodyAndGivesItsPortsBack()
    {
        var (caller, agent) = Bridge();
        var port = caller.Line.LocalPort;

        _media.Remove(caller.Party, caller.Line);
        agent.Show(1);
        agent.SendControl(Feedback);
        _rig.Settle();

        Assert.Empty(caller.Party.Lines);
        Assert.Null(agent.Line.Source);
        Assert.Empty(agent.Line.Viewers);
        using var again = _rig.Loop.Net.BindUdp(
            TransportAddress.From(System.Net.IPAddress.Loopback, port), OrleansAcd.MediaNode.Io.SocketOptions.Voice);
        Assert.NotNull(again);
    }

    [Fact]
    public void APartyHasOneLineOfAKindAndAPolicyOfZeroRefuses()
    {
        var party = new ForwardedParty();
        var mute = new ForwardedMedia(_rig.Worker, new ForwardingOptions(0, 0), _faults.Add);

        Assert.NotNull(_media.TryAdd(party, ForwardedKind.Video));
        Assert.Null(_media.TryAdd(party, ForwardedKind.Video));
        Assert.NotNull(_media.TryAdd(party, ForwardedKind.Text));
        Assert.Null(mute.TryAdd(new ForwardedParty(), ForwardedKind.Video));
        _media.Remove(party);
    }

    [Fact]
    public void LinesGoWithTheirPartyToAnotherConversation()
    {
        var (caller, agent) = Bridge();
        var other = new ForwardedMedia(_rig.Worker, _media.Options, _faults.Add);
        var expert = new Screen(_rig, other, 103, 0xC);
        expert.Agree(other);

        other.Take(agent.Party, _media);
        agent.Party.Sees = [expert.Party];
        expert.Party.Sees = [agent.Party];
        other.Compile();
        caller.Show(1);
        agent.Show(2);
        expert.Show(3);
        _rig.Settle();

        Assert.Empty(caller.See());
        Assert.Equal(3, agent.See().Single().Value);
        Assert.Equal(2, expert.See().Single().Value);
        other.Remove(agent.Party);
        other.Remove(expert.Party);
    }

    [Fact]
    public void PassingOnAllocatesNothingAPacket() => AllocationMeter.AssertNothing(meter =>
    {
        var (caller, agent) = Bridge();
        for (var i = 0; i < 200; i++)
        {
            caller.Show(1);
            caller.SendControl(SenderReport);
            meter.Begin();
            _rig.Settle();
            meter.End();
            agent.Count();
        }
    });

    private (Screen Caller, Screen Agent) Bridge()
    {
        var (caller, agent) = (Add(101, 0xA), Add(102, 0xB));
        caller.Party.Sees = [agent.Party];
        agent.Party.Sees = [caller.Party];
        _media.Compile();
        return (caller, agent);
    }

    private Screen Add(byte payloadType, uint ssrc, bool takesFir = false, string codec = "VP8")
    {
        var screen = new Screen(_rig, _media, payloadType, ssrc);
        screen.Agree(_media, codec, takesFir: takesFir);
        return screen;
    }

    private void SendTo(Screen stranger, Screen at)
    {
        stranger.Show(9);
        var socket = _rig.Loop.Net.BindUdp(
            TransportAddress.From(System.Net.IPAddress.Loopback, 0), OrleansAcd.MediaNode.Io.SocketOptions.Voice)!;
        socket.SendTo(stranger.Packet, TransportAddress.From(System.Net.IPAddress.Loopback, at.Line.LocalPort));
        socket.Dispose();
    }

    private static byte[] Report(RtcpType type)
    {
        var buffer = new byte[RtcpWriter.CompoundMaxBytes];
        SenderInfo? sent = type == RtcpType.SenderReport ? new SenderInfo(new NtpTime(1), new(2), 3, 4) : null;
        return buffer[..RtcpWriter.Write(buffer, new Ssrc(0xA), sent, null, "x"u8, isBye: false)];
    }

    private static byte[] Pli()
    {
        var buffer = new byte[PictureRequest.BytesMax];
        return buffer[..PictureRequest.Write(buffer, new Ssrc(0xB), new Ssrc(0xA), "x"u8, null)];
    }
}
