using OrleansAcd.MediaCore;
using OrleansAcd.Rtp;
using Xunit;

namespace OrleansAcd.Tests.Unit.Rtp;

/// <summary>RFC 4733 §2.5.1, packet by packet, and the queue before it.</summary>
public sealed class TelephoneEventSenderTests
{
    private readonly record struct Sent(bool Marker, uint Timestamp, TelephoneEvent Event);

    [Fact]
    public void UpdatesGrowTheFirstIsMarkedAndTheEndComesThreeTimes()
    {
        var sent = Send('5', TimeSpan.FromMilliseconds(100), 8_000);

        Assert.Equal([160, 320, 480, 640, 800, 800, 800], sent.Select(packet => (int)packet.Event.Duration));
        Assert.Equal([true, false, false, false, false, false, false], sent.Select(packet => packet.Marker));
        Assert.Equal(
            [false, false, false, false, true, true, true], sent.Select(packet => packet.Event.IsEnd));
        Assert.All(sent, packet => Assert.Equal((1_000u, (byte)5), (packet.Timestamp, packet.Event.Code)));
    }

    [Theory, InlineData(8_000), InlineData(16_000), InlineData(48_000)]
    public void AKeyBeyondTheLongestDurationGoesOnInSegments(int clockHz)
    {
        var duration = TimeSpan.FromSeconds(20);
        var sent = Send('#', duration, clockHz);

        var segments = sent.GroupBy(packet => packet.Timestamp).ToList();
        var ticks = 20 * clockHz;
        Assert.Equal((ticks - 1) / 65_535, segments.Count - 1);
        Assert.Equal(segments.Select((_, index) => (uint)(1_000 + (65_535 * index))), segments.Select(s => s.Key));
        Assert.All(segments.SkipLast(1), segment => Assert.Equal(65_535, segment.Last().Event.Duration));
        Assert.All(segments.SkipLast(1), segment => Assert.DoesNotContain(segment, packet => packet.Event.IsEnd));
        Assert.Equal(3, segments[^1].Count(packet => packet.Event.IsEnd));
        Assert.Equal(ticks, (65_535 * (segments.Count - 1)) + segments[^1].Last().Event.Duration);
        Assert.Single(sent, packet => packet.Marker);
    }

    [Theory, InlineData(8_000), InlineData(48_000)]
    public void WhatIsSentInSegmentsIsReceivedAsOneKey(int clockHz)
    {
        var receiver = new TelephoneEventReceiver(clockHz);
        var keys = new List<PressedKey>();
        var payload = new byte[4];
        foreach (var packet in Send('#', TimeSpan.FromSeconds(20), clockHz))
        {
            packet.Event.Write(payload);
            receiver.Handle(packet.Marker, new(packet.Timestamp), payload, Instant.Zero);
            while (receiver.TryPoll(out var key)) keys.Add(key);
        }

        var pressed = Assert.Single(keys);
        Assert.Equal('#', pressed.Key);
        Assert.Equal(20, pressed.Duration.TotalSeconds, 0.001);
    }

    [Fact]
    public void KeysBackToBackAreAsManyKeysWithTimestampsThatFollow()
    {
        var receiver = new TelephoneEventReceiver();
        var keys = "";
        var timestamp = new RtpTimestamp(uint.MaxValue - 500);
        foreach (var key in "1122")
        {
            var sender = new TelephoneEventSender();
            Assert.True(sender.TryStart(key, TimeSpan.FromMilliseconds(60), timestamp));
            var payload = new byte[4];
            while (sender.TryNext(payload, out var marker))
            {
                receiver.Handle(marker, sender.Timestamp, payload, Instant.Zero);
                while (receiver.TryPoll(out var heard)) keys += heard.Key;
            }

            timestamp = timestamp.Advance(480);
        }

        Assert.Equal("1122", keys);
    }

    [Fact]
    public void TheQueueKeepsOrderBringsDurationsIntoBoundsAndCountsWhatItDrops()
    {
        var queue = new KeyQueue();
        queue.Add("1x2", TimeSpan.FromMilliseconds(1));
        queue.Add(new string('#', 70), TimeSpan.FromHours(1));
        Assert.Equal(1 + 8, queue.Dropped);

        Assert.True(queue.TryTake(out var first));
        Assert.Equal(new PressedKey('1', KeyQueue.DurationMin), first);
        Assert.True(queue.TryTake(out var second));
        Assert.Equal('2', second.Key);
        Assert.True(queue.TryTake(out var third));
        Assert.Equal(new PressedKey('#', KeyQueue.DurationMax), third);
        queue.Clear();
        Assert.False(queue.TryTake(out _));
    }

    [Fact]
    public void AKeyIsNotPrinted() =>
        Assert.DoesNotContain("7", new PressedKey('7', default).ToString(), StringComparison.Ordinal);

    private static List<Sent> Send(char key, TimeSpan duration, int clockHz)
    {
        var sender = new TelephoneEventSender(clockHz);
        Assert.True(sender.TryStart(key, duration, new(1_000)));
        var sent = new List<Sent>();
        var payload = new byte[4];
        while (sender.TryNext(payload, out var marker))
        {
            Assert.True(TelephoneEvent.TryParse(payload, out var telephoneEvent));
            sent.Add(new Sent(marker, sender.Timestamp.Value, telephoneEvent));
            Assert.True(sent.Count < 2_000, "it never ends");
        }

        return sent;
    }
}
