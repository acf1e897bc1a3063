using OrleansAcd.MediaCore;
using OrleansAcd.Rtp;
using Xunit;

namespace OrleansAcd.Tests.Unit.Rtp;

/// <summary>RFC 4733: each key exactly once, whatever the network does to its packets.</summary>
public sealed class TelephoneEventTests
{
    private readonly TelephoneEventReceiver _receiver = new();
    private readonly List<PressedKey> _keys = [];
    private Instant _now = Instant.FromMilliseconds(1_000);

    [Fact]
    public void WhatTheSenderSendsTheReceiverHearsOnce()
    {
        var timestamp = new RtpTimestamp(uint.MaxValue - 3_000);
        foreach (var key in "0123456789*#ABCD")
        {
            Assert.Equal(7, Send(key, 80 + 1, timestamp));
            timestamp = timestamp.Advance(1_600);
        }

        Assert.Equal("0123456789*#ABCD", string.Concat(_keys.Select(k => k.Key)));
        Assert.All(_keys, k => Assert.Equal(81, k.Duration.TotalMilliseconds, 0.2));
    }

    [Fact]
    public void LostBeginningAndMiddleDoNotMatter()
    {
        Packet('5', 1_000, 800, isEnd: true);
        Assert.Equal([new PressedKey('5', TimeSpan.FromMilliseconds(100))], _keys);
    }

    [Fact]
    public void RetransmittedEndsAndStragglersAreTheSameKey()
    {
        Packet('5', 1_000, 160);
        Packet('5', 1_000, 480, isEnd: true);
        Packet('5', 1_000, 480, isEnd: true);
        Packet('5', 1_000, 320);
        Packet('5', 1_000, 480, isEnd: true);
        Assert.Single(_keys);
        Assert.Equal(3, _receiver.Ignored);
    }

    [Fact]
    public void ALostEndIsNoticedByTheNextKey()
    {
        Packet('1', 1_000, 400);
        Packet('2', 3_000, 160);
        Assert.Equal([new PressedKey('1', TimeSpan.FromMilliseconds(50))], _keys);
        Packet('2', 3_000, 800, isEnd: true);
        Assert.Equal('2', _keys[1].Key);
    }

    [Fact]
    public void ALostEndIsNoticedByTimeAtTheLatest()
    {
        Packet('1', 1_000, 400);
        _receiver.HandleTimeout(_receiver.NextDeadline!.Value - TimeSpan.FromTicks(1));
        Poll();
        Assert.Empty(_keys);
        _receiver.HandleTimeout(_receiver.NextDeadline!.Value);
        Poll();
        Assert.Equal('1', Assert.Single(_keys).Key);
        Assert.Null(_receiver.NextDeadline);
    }

    [Fact]
    public void AnOverlappingEventEndsTheOneBeforeAndBothCount()
    {
        Packet('1', 1_000, 400);
        Packet('2', 1_400, 800, isEnd: true);           // both are complete with this one packet
        Packet('1', 1_000, 480, isEnd: true);           // too late
        Assert.Equal("12", string.Concat(_keys.Select(k => k.Key)));
    }

    [Fact]
    public void TheSameKeyTwiceIsTwoKeys()
    {
        Packet('7', 1_000, 480, isEnd: true);
        Packet('7', 2_600, 480, isEnd: true);
        Assert.Equal(2, _keys.Count);
    }

    [Fact]
    public void AVeryLongKeyInSegmentsIsOne()
    {
        Packet('#', 1_000, ushort.MaxValue);
        Packet('#', 1_000 + ushort.MaxValue, 8_000, isEnd: true);
        Assert.Equal((ushort.MaxValue + 8_000) / 8.0, Assert.Single(_keys).Duration.TotalMilliseconds, 0.2);
    }

    [Fact]
    public void FlashTonesAndShortPayloadsAreNoKeys()
    {
        _receiver.Handle(true, new(1), [16, 0x80, 0, 80], _now);
        _receiver.Handle(true, new(2), [1, 0x80, 0], _now);
        Poll();
        Assert.Empty(_keys);
        Assert.Equal(2, _receiver.Ignored);
    }

    [Fact]
    public void AnotherSourceStartsAnywhere()
    {
        Packet('1', 1_000_000, 480, isEnd: true);
        _receiver.Restart(_now);
        Packet('2', 999_000, 480, isEnd: true);
        Assert.Equal("12", string.Concat(_keys.Select(k => k.Key)));
    }

    [Fact]
    public void TheSenderRefusesWhatIsNoKeyAndASecondKeyAtOnce()
    {
        var sender = new TelephoneEventSender();
        Assert.False(sender.TryStart('x', TimeSpan.FromMilliseconds(100), new(0)));
        Assert.True(sender.TryStart('a', TimeSpan.FromMilliseconds(100), new(0)));
        Assert.False(sender.TryStart('1', TimeSpan.FromMilliseconds(100), new(0)));
    }

    private int Send(char key, double milliseconds, RtpTimestamp timestamp)
    {
        var sender = new TelephoneEventSender();
        Assert.True(sender.TryStart(key, TimeSpan.FromMilliseconds(milliseconds), timestamp));
        var payload = new byte[4];
        var packets = 0;
        for (; sender.TryNext(payload, out var marker); packets++)
        {
            Assert.Equal(packets == 0, marker);
            _receiver.Handle(marker, sender.Timestamp, payload, _now);
            Poll();
        }

        return packets;
    }

    private void Packet(char key, uint timestamp, int duration, bool isEnd = false)
    {
        var payload = new byte[4];
        new TelephoneEvent((byte)TelephoneEvent.CodeOf(key), isEnd, 10, (ushort)duration).Write(payload);
        _now += TimeSpan.FromMilliseconds(20);
        _receiver.Handle(false, new(timestamp), payload, _now);
        Poll();
    }

    private void Poll()
    {
        while (_receiver.TryPoll(out var key)) _keys.Add(key);
    }
}
