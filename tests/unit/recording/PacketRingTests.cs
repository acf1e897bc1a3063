using OrleansAcd.Audio;
using OrleansAcd.MediaNode.Recording;
using Xunit;

namespace OrleansAcd.Tests.Unit.Recording;

/// <summary>The ring between the media loop and the recorder.</summary>
public sealed class PacketRingTests
{
    [Fact]
    public void WhatIsPutIsTakenInOrderAndWholeAcrossManyTurnsOfTheRing()
    {
        var ring = new PacketRing(1_024);
        var random = new Random(7);
        var (put, taken, at) = (0, 0, 0L);
        while (taken < 5_000)
        {
            while (random.Next(4) > 0 && ring.TryPut(Packet(put + 1), Payload(put))) put++;
            while (random.Next(4) > 0 && ring.TryRead(ref at, long.MaxValue, out var packet, out var payload))
            {
                Assert.Equal((taken + 1, (uint)taken + 1), (packet.Channel, packet.Timestamp));
                Assert.Equal(Payload(taken), payload.ToArray());
                ring.ReleaseTo(at);
                taken++;
            }
        }
    }

    [Fact]
    public void AFullRingSaysNoAndHasRoomAgainWhenSomethingWasTaken()
    {
        var ring = new PacketRing(1_024);
        var (put, at) = (0, 0L);
        while (ring.TryPut(Packet(put + 1), new byte[160])) put++;

        Assert.Equal(5, put);
        Assert.True(ring.TryRead(ref at, long.MaxValue, out _, out _));
        Assert.False(ring.TryPut(Packet(9), new byte[160]));
        ring.ReleaseTo(at);
        Assert.True(ring.TryPut(Packet(6), new byte[160]));
    }

    [Fact]
    public void EntriesBehindAPlaceAreLeftForLater()
    {
        var ring = new PacketRing(1_024);
        ring.TryPut(Packet(1), new byte[10]);
        var place = ring.Tail;
        ring.TryPut(Packet(2), new byte[10]);

        var at = ring.Head;
        Assert.True(ring.TryRead(ref at, place, out _, out _));
        ring.ReleaseTo(at);
        Assert.False(ring.TryRead(ref at, place, out _, out _));
        Assert.Equal(place, ring.Head);
    }

    /// <summary>Both threads at full speed: what comes is what went.</summary>
    [Fact]
    public void TwoThreadsAgree()
    {
        const int packets = 200_000;
        var ring = new PacketRing(4_096);
        var writer = new Thread(() =>
        {
            for (var i = 0; i < packets;)
            {
                if (ring.TryPut(Packet(i + 1), Payload(i))) i++;
                else Thread.Yield();
            }
        });
        writer.Start();
        var at = 0L;
        for (var i = 0; i < packets;)
        {
            if (!ring.TryRead(ref at, long.MaxValue, out var packet, out var payload))
            {
                Thread.Yield();
                continue;
            }

            Assert.Equal(i + 1, packet.Channel);
            Assert.True(payload.SequenceEqual(Payload(i)));
            ring.ReleaseTo(at);
            i++;
        }

        writer.Join();
    }

    private static TappedPacket Packet(int number) =>
        new(number, number, 1, (uint)number, 0, 0, AudioCodecId.Pcmu);

    private static byte[] Payload(int number) =>
        [.. Enumerable.Range(0, number * 37 % 200).Select(i => (byte)(number + i))];
}
