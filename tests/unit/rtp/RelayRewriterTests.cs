using OrleansAcd.MediaCore;
using OrleansAcd.Rtp;
using Xunit;

namespace OrleansAcd.Tests.Unit.Rtp;

/// <summary>One continuous stream whatever feeds it (RFC 3550 §5.1).</summary>
public sealed class RelayRewriterTests
{
    private readonly RelayRewriter _rewriter = new(new SeededIdSource(42));
    private Instant _now = Instant.FromMilliseconds(500);

    [Fact]
    public void ARelayedSourceKeepsItsIncrementsGapsAndOrder()
    {
        var first = Relay(1, 65_534, 1_000)!.Value;
        Assert.True(first.Marker);
        Assert.Equal(_rewriter.Ssrc, first.Ssrc);

        foreach (var (sequence, timestamp) in ((int, uint)[])[(65_535, 1_160), (1, 1_480), (0, 1_320), (2, 1_640)])
        {
            var sent = Relay(1, sequence, timestamp)!.Value;
            Assert.False(sent.Marker);
            var sentSince = unchecked((ushort)(sent.Sequence.Value - first.Sequence.Value));
            Assert.Equal(unchecked((ushort)(sequence - 65_534)), sentSince);
            Assert.Equal(timestamp - 1_000, sent.Timestamp.Value - first.Timestamp.Value);
        }
    }

    [Fact]
    public void MusicThenAgentIsOneStreamWithAMarkerAtTheSwitch()
    {
        var music = Own();
        Assert.True(music.Marker);
        for (var i = 0; i < 10; i++)
        {
            var next = Own();
            Assert.Equal(
                (music.Sequence.Next, music.Timestamp.Advance(160), false),
                (next.Sequence, next.Timestamp, next.Marker));
            music = next;
        }

        _now += TimeSpan.FromMilliseconds(80);
        var agent = Relay(9, 30_000, 5)!.Value;
        Assert.Equal((music.Sequence.Next, true, music.Ssrc), (agent.Sequence, agent.Marker, agent.Ssrc));
        Assert.Equal(music.Timestamp.Advance(8 * 100), agent.Timestamp);

        var back = Own();
        Assert.Equal(
            (agent.Sequence.Next, true, agent.Timestamp.Advance(160)), (back.Sequence, back.Marker, back.Timestamp));
    }

    [Fact]
    public void AnotherSsrcOrARestartGoesOnBehindWhatWasSent()
    {
        var last = Relay(1, 100, 1_000)!.Value;
        var other = Relay(2, 7, 90_000)!.Value;
        Assert.Equal(
            (last.Sequence.Next, true, last.Timestamp.Advance(160)), (other.Sequence, other.Marker, other.Timestamp));
        var restarted = Relay(2, 40_000, 3)!.Value;
        Assert.Equal((other.Sequence.Next, true), (restarted.Sequence, restarted.Marker));
    }

    [Fact]
    public void AStragglerFromBeforeTheSwitchIsDropped()
    {
        Own();
        Relay(1, 100, 1_000);
        Assert.Null(Relay(1, 99, 840));
        Assert.Equal(1, _rewriter.LatePackets);
        Assert.NotNull(Relay(1, 101, 1_160));
    }

    [Fact]
    public void WhatIsDroppedOnPurposeLeavesNoGap()
    {
        var before = Relay(1, 10, 1_000)!.Value;
        Assert.Equal(RtpParseError.None, RtpHeader.TryParse(Source(1, 11, 1_160), out var noise));
        _rewriter.Skip(noise);
        _rewriter.Skip(noise);
        var after = Relay(1, 12, 1_320)!.Value;
        Assert.Equal((before.Sequence.Next, before.Timestamp.Advance(320)), (after.Sequence, after.Timestamp));
    }

    [Fact]
    public void CsrcsExtensionAndPaddingStayBehindAndThePayloadStays()
    {
        byte[] packet = [.. Convert.FromHexString("B1000001000000020000000309090909BEDE000101020304"), 0x11, 0x22, 0, 2];
        Assert.Equal(RtpParseError.None, RtpHeader.TryParse(packet, out var header));
        var sent = _rewriter.Rewrite(packet, header, 96, _now).ToArray();
        Assert.Equal(14, sent.Length);
        Assert.Equal([0x80, 0x80 | 96], sent[..2]);
        Assert.Equal([0x11, 0x22], sent[12..]);
    }

    [Fact]
    public void AMillionPacketsWrapAndNeverRepeatANumberOutOfTurn()
    {
        ushort? previous = null;
        for (var i = 0; i < 1_000_000; i++)
        {
            var sent = i % 1_000 < 500 ? Relay((uint)(i / 1_000 % 7) + 1, i, (uint)(160 * i))!.Value : Own();
            if (previous is { } p) Assert.Equal(unchecked((ushort)(p + 1)), sent.Sequence.Value);
            previous = sent.Sequence.Value;
        }
    }

    [Fact]
    public void RewritingAllocatesNothing()
    {
        var packet = Source(1, 1, 1);
        RtpHeader.TryParse(packet, out var header);
        AllocationMeter.AssertNothing(1_000, () =>
        {
            _rewriter.Rewrite(packet, header, 0, _now);
            _rewriter.WriteOwn(packet, 0, 160, _now);
        });
    }

    [Theory]
    [InlineData(0, PayloadAction.TranscodeAudio, 8)]
    [InlineData(8, PayloadAction.Audio, 8)]
    [InlineData(101, PayloadAction.TelephoneEvent, 96)]
    [InlineData(13, PayloadAction.Drop, 0)]
    [InlineData(96, PayloadAction.Drop, 0)]
    public void PayloadTypesAreMappedALeg(byte source, PayloadAction action, byte target)
    {
        var map = new PayloadMap(0, 8, IsTranscoded: true, 101, 96, SourceOtherLaw: 8);
        Assert.Equal(action, map.Find(source, out var found));
        if (action != PayloadAction.Drop) Assert.Equal(target, found);
    }

    private static byte[] Source(uint ssrc, int sequence, uint timestamp)
    {
        var packet = new byte[12 + 160];
        new RtpHeader(false, 0, new(unchecked((ushort)sequence)), new(timestamp), new(ssrc), 0, 0).Write(packet);
        return packet;
    }

    private RtpHeader? Relay(uint ssrc, int sequence, uint timestamp)
    {
        _now += TimeSpan.FromMilliseconds(20);
        var packet = Source(ssrc, sequence, timestamp);
        RtpHeader.TryParse(packet, out var header);
        var sent = _rewriter.Rewrite(packet, header, 0, _now);
        if (sent.IsEmpty) return null;

        Assert.Equal(RtpParseError.None, RtpHeader.TryParse(sent, out header));
        return header;
    }

    private RtpHeader Own()
    {
        _now += TimeSpan.FromMilliseconds(20);
        var packet = new byte[12 + 160];
        _rewriter.WriteOwn(packet, 0, 160, _now);
        Assert.Equal(RtpParseError.None, RtpHeader.TryParse(packet, out var header));
        return header;
    }
}
