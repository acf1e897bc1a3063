using OrleansAcd.MediaCore;
using OrleansAcd.Rtp;
using Xunit;

namespace OrleansAcd.Tests.Unit.Rtp;

/// <summary>The adaptive jitter buffer against a virtual network. All times are milliseconds of virtual time.</summary>
public sealed class JitterBufferTests
{
    [Theory, InlineData(10), InlineData(20), InlineData(30), InlineData(40), InlineData(50), InlineData(60)]
    public void OnAPerfectNetworkEveryPacketPlaysOnceAndInOrder(int packetMs)
    {
        var bench = new JitterBench(packetMs);
        var packets = 60_000 / packetMs;
        for (var i = 0; i < packets; i++) bench.Send((i * packetMs) + 3);
        bench.RunUntil(60_000 - 100);

        // It begins 40 ms deep and loses at most two packets' worth on the way to 20.
        var counters = bench.Buffer.Counters;
        Assert.InRange(counters.Skipped, 0, 2);
        Assert.Equal(0, counters.Lost + counters.Late + counters.Expanded + counters.Concealed + counters.Discarded);
        Assert.Equal(bench.Played.Order(), bench.Played);
        Assert.Equal(bench.Played.Distinct(), bench.Played);
        Assert.InRange(bench.Buffer.DepthMs, 5, 20 + packetMs + 10);
    }

    [Fact]
    public void AFirstPacketWaitsForTheTargetsDepth()
    {
        var bench = new JitterBench();
        for (var i = 0; i < 10; i++) bench.Send(100 + (i * 20));
        bench.RunUntil(300);
        var first = bench.Log.First(h => h.Verdict == JitterVerdict.Payload);
        Assert.InRange(first.AtMs, 130, 150);
        Assert.All(bench.Log.Where(h => h.AtMs < first.AtMs), h => Assert.Equal(JitterVerdict.Empty, h.Verdict));
    }

    /// <summary>Loss of one in ten: each missing packet is concealed for its length, at its place.</summary>
    [Theory, InlineData(10), InlineData(20), InlineData(60)]
    public void ALostPacketIsConcealedForItsLengthAtItsPlace(int packetMs)
    {
        var bench = new JitterBench(packetMs);
        for (var i = 0; i < 500; i++) bench.Send(i % 10 == 5 ? null : (i * packetMs) + 2);
        bench.RunUntil((500 * packetMs) - 100);

        var counters = bench.Buffer.Counters;
        Assert.InRange(counters.Lost, 47, 50);
        Assert.Equal(0, counters.Late + counters.Expanded);
        Assert.Equal(counters.Lost * packetMs, ConcealedMs(bench), packetMs * 1.0);
        Assert.Equal(bench.Played.Order(), bench.Played);
        Assert.All(bench.Played, number => Assert.NotEqual(5, number % 10));
    }

    [Fact]
    public void ReorderedPacketsPlayInOrderAndNothingIsLost()
    {
        var bench = new JitterBench();
        for (var i = 0; i < 1_000; i++) bench.Send((i * 20) + (i % 7 == 3 ? 25 : 1));
        bench.RunUntil(19_900);
        Assert.Equal(bench.Played.Order(), bench.Played);
        Assert.Equal(0, bench.Buffer.Counters.Lost);
        Assert.InRange(bench.Buffer.Counters.Late, 0, 1);
        Assert.InRange(bench.Played.Count(), 985, 1_000);
    }

    [Fact]
    public void ADuplicatePlaysOnce()
    {
        var bench = new JitterBench();
        for (var i = 0; i < 200; i++)
        {
            bench.Send((i * 20) + 1);
            bench.Repeat((i * 20) + 1 + (i % 4 * 17));
        }

        bench.RunUntil(3_990);
        Assert.Equal(bench.Played.Distinct(), bench.Played);
        Assert.InRange(bench.Buffer.Counters.Duplicates, 195, 200);
        Assert.Equal(0, bench.Buffer.Counters.Lost + bench.Buffer.Counters.Late);
    }

    [Theory, InlineData(15, 1), InlineData(40, 2), InlineData(80, 3), InlineData(150, 4)]
    public void DepthGrowsUntilJitterNoLongerMakesPacketsLate(int jitterMs, int seed)
    {
        var random = new Random(seed);
        var bench = new JitterBench();
        for (var i = 0; i < 6_000; i++) bench.Send((i * 20) + (random.NextDouble() * jitterMs));
        bench.RunUntil(60_000);
        var before = bench.Buffer.Counters;
        bench.RunUntil(119_900);
        var after = bench.Buffer.Counters;

        Assert.InRange(bench.Buffer.TargetMs, Math.Max(20, jitterMs - 20), Math.Min(200, jitterMs + 20));
        Assert.True(after.Late - before.Late < 90, $"{after.Late - before.Late} late of 3000, seed {seed}");
        Assert.True(bench.DepthMaxMs <= jitterMs + 80, $"{bench.DepthMaxMs} ms deep, seed {seed}");
    }

    [Fact]
    public void DepthShrinksAgainWhenTheNetworkCalms()
    {
        var random = new Random(5);
        var bench = new JitterBench();
        for (var i = 0; i < 500; i++) bench.Send((i * 20) + (random.NextDouble() * 120));
        bench.RunUntil(9_900);
        Assert.True(bench.Buffer.DepthMs > 70, $"{bench.Buffer.DepthMs}");

        for (var i = 500; i < 3_500; i++) bench.Send((i * 20) + 1);
        bench.RunUntil(69_900);
        Assert.InRange(bench.Buffer.DepthMs, 5, 50);
        Assert.True(bench.Buffer.Counters.Skipped > 2);
    }

    /// <summary>0.1 % is ten times what crystals do; an hour moves the clocks 3.6 s apart.</summary>
    [Theory, InlineData(1.001), InlineData(0.999)]
    public void AnHourOfClockDriftKeepsTheDepthBounded(double senderMsPerOurMs)
    {
        var random = new Random(11);
        var bench = new JitterBench();
        var packets = (int)(3_600_000 / 20 / senderMsPerOurMs);
        for (var i = 0; i < packets; i++)
        {
            bench.Send((i * 20 * senderMsPerOurMs) + (random.NextDouble() * 5));
            if (i % 1_000 == 0) bench.RunUntil(i * 20 * senderMsPerOurMs);
        }

        bench.RunUntil(3_600_000 - 200);
        var counters = bench.Buffer.Counters;
        Assert.True(bench.DepthMaxMs < 100, $"{bench.DepthMaxMs} ms deep");
        Assert.InRange(bench.Buffer.DepthMs, 0, 80);
        Assert.Equal(bench.Played.Order(), bench.Played);

        // 3.6 s are 180 frames: left out where the sender is fast, inserted where it is slow, and little else.
        var (changed, other) = senderMsPerOurMs < 1
            ? (counters.Skipped, counters.Expanded) : (counters.Expanded, counters.Skipped);
        Assert.InRange(changed, 175, 190);
        Assert.InRange(other + counters.Late + counters.Lost + counters.Discarded, 0, 5);
    }

    /// <summary>RFC 3551 section 4.1: timestamps go on in silence, sequence numbers do not.</summary>
    [Fact]
    public void SilenceBetweenTalkSpurtsIsNotLoss()
    {
        var bench = new JitterBench();
        var at = 0.0;
        for (var spurt = 0; spurt < 20; spurt++)
        {
            for (var i = 0; i < 50; i++, at += 20) bench.Send(at + 1);
            bench.Timestamp += 8 * 1_500;
            at += 1_500;
        }

        bench.RunUntil(at - 200);
        var counters = bench.Buffer.Counters;
        Assert.Equal(0, counters.Lost + counters.Late + counters.Discarded);
        Assert.InRange(bench.Played.Count(), 995, 1_000);

        // Concealment fades out within 100 ms of each spurt's end; the rest of the pause is silence.
        Assert.InRange(counters.Concealed, 20, 20 * 5);
        Assert.True(bench.Count(JitterVerdict.Empty) > 20 * 60);
    }

    [Fact]
    public void ComfortNoiseStandsAtTheEndOfASpurtAndStopsConcealment()
    {
        var bench = new JitterBench();
        for (var i = 0; i < 50; i++) bench.Send((i * 20) + 1);
        bench.Send(1_001, PayloadType.ComfortNoise, ticks: 0);
        bench.Timestamp += 8 * 1_000;
        for (var i = 0; i < 50; i++) bench.Send(2_000 + (i * 20) + 1);
        bench.RunUntil(2_900);

        Assert.Equal(0, bench.Buffer.Counters.Concealed);
        var noise = bench.Log.Select((h, index) => (h, index)).First(x => x.h.LengthMs == 0);
        Assert.Equal(49, bench.Log[noise.index - 1].Number);
        Assert.All(bench.Log.Skip(noise.index + 1).Take(40), h => Assert.Equal(JitterVerdict.Empty, h.Verdict));
        Assert.Equal(0, bench.Buffer.Counters.Lost);
    }

    [Fact]
    public void KeysBetweenAudioAreNotLoss()
    {
        var bench = new JitterBench();
        for (var i = 0; i < 20; i++) bench.Send((i * 20) + 1);
        for (var i = 0; i < 8; i++) bench.SendOther(401 + (i * 20));
        bench.Timestamp += 8 * 160;
        for (var i = 0; i < 50; i++) bench.Send(560 + (i * 20) + 1);
        bench.RunUntil(1_700);
        Assert.Equal(0, bench.Buffer.Counters.Lost);
        Assert.Contains(69, bench.Played);
    }

    [Theory, InlineData(5_000_000u), InlineData(unchecked((uint)-5_000_000)), InlineData(unchecked((uint)-2_000))]
    public void AJumpOfTimestampsDelaysNothingForLong(uint jump)
    {
        var bench = new JitterBench();
        for (var i = 0; i < 100; i++) bench.Send((i * 20) + 1);
        bench.Timestamp += jump;
        for (var i = 100; i < 300; i++) bench.Send((i * 20) + 1);
        bench.RunUntil(5_900);
        Assert.Equal(bench.Played.Order(), bench.Played);
        Assert.InRange(bench.Played.Count(), 285, 300);
        Assert.InRange(bench.Buffer.DepthMs, 0, 80);
    }

    [Fact]
    public void ASenderThatRestartsItsSequenceIsHeardFromTheSecondPacketOn()
    {
        var bench = new JitterBench();
        for (var i = 0; i < 100; i++) bench.Send((i * 20) + 1);
        bench.Sequence += 20_000;
        bench.Timestamp += 777_777;
        for (var i = 100; i < 200; i++) bench.Send((i * 20) + 1);
        bench.RunUntil(3_900);
        Assert.Equal(1, bench.Buffer.Counters.Discarded);
        Assert.True(bench.Buffer.Counters.Resyncs >= 1);
        Assert.InRange(bench.Played.Count(), 190, 199);
    }

    [Fact]
    public void AStallIsLeftOutInsteadOfKeptAsDelay()
    {
        var bench = new JitterBench();
        for (var i = 0; i < 100; i++) bench.Send((i * 20) + 1);
        for (var i = 100; i < 150; i++) bench.Send(3_000);
        for (var i = 150; i < 300; i++) bench.Send((i * 20) + 1);
        bench.RunUntil(6_200);
        Assert.InRange(bench.DepthMaxMs, 0, JitterBuffer.DepthMaxMs + 40);
        Assert.Equal(bench.Played.Order(), bench.Played);
        Assert.Contains(295, bench.Played);
    }

    [Fact]
    public void APauseThatTimestampsDoNotCountIsNoDelay()
    {
        var bench = new JitterBench();
        for (var i = 0; i < 100; i++) bench.Send((i * 20) + 1);
        for (var i = 100; i < 200; i++) bench.Send((i * 20) + 601);
        bench.RunUntil(4_500);
        Assert.InRange(bench.Buffer.DepthMs, 0, 80);
        Assert.InRange(bench.Played.Count(), 190, 200);
    }

    [Fact]
    public void ThePayloadTypeTravelsWithThePacket()
    {
        var buffer = new JitterBuffer();
        var at = Instant.Zero;
        var types = new List<byte>();
        for (var i = 0; i < 100; i++, at += TimeSpan.FromMilliseconds(20))
        {
            var type = i < 50 ? PayloadType.Pcmu : PayloadType.Pcma;
            buffer.Put(new SequenceNumber((ushort)i), new RtpTimestamp((uint)i * 160), type, 160, new byte[160], at);
            if (buffer.Take(at) is { Verdict: JitterVerdict.Payload } frame) types.Add(frame.PayloadType);
        }

        Assert.Equal(types.Order(), types);
        Assert.Equal(2, types.Distinct().Count());
    }

    [Fact]
    public void AResetBeginsWithAnotherSourceAtAnotherClock()
    {
        var buffer = new JitterBuffer();
        var at = Instant.FromMilliseconds(1);
        for (var i = 0; i < 10; i++) buffer.Put(new(9), new((uint)i * 160), 0, 160, new byte[160], at);
        buffer.Reset(48_000);
        Assert.Equal(0, buffer.Waiting);
        buffer.Put(new(60_000), new(5), 111, 960, new byte[60], at);
        for (var i = 0; i < 4; i++, at += TimeSpan.FromMilliseconds(20))
        {
            var frame = buffer.Take(at);
            if (frame.Verdict == JitterVerdict.Empty) continue;

            Assert.Equal((960, 60), (frame.Ticks, frame.Payload.Length));
            return;
        }

        Assert.Fail("nothing played");
    }

    [Fact]
    public void LargePayloadsAreKeptWholeAndMemoryStaysBounded()
    {
        var buffer = new JitterBuffer(16_000);
        var payload = new byte[PayloadBytesMax];
        new Random(3).NextBytes(payload);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 40; i++)
        {
            buffer.Put(new((ushort)i), new((uint)i * 960), 97, 960, payload, Instant.FromMilliseconds(1));
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 40_000);
        Assert.True(buffer.Counters.Discarded >= 30);
        var frame = buffer.Take(Instant.FromMilliseconds(100));
        Assert.True(frame.Payload.SequenceEqual(payload));

        buffer.Put(new(41), new(41 * 960), 97, 960, new byte[PayloadBytesMax + 1], Instant.Zero);
        Assert.Equal(41, buffer.Counters.Received);
    }

    [Fact]
    public void AllocatesNothingOnceItRuns()
    {
        var buffer = new JitterBuffer();
        var payload = new byte[160];
        var i = 0;
        AllocationMeter.AssertNothing(10_000, () =>
        {
            var at = Instant.FromMilliseconds(i * 20);
            buffer.Put(new((ushort)i), new((uint)i * 160), 0, 160, payload, at);
            buffer.Take(at);
            i++;
        });
    }

    private const int PayloadBytesMax = 1_920;

    private static double ConcealedMs(JitterBench bench) =>
        bench.Log.Where(h => h.Verdict == JitterVerdict.Lost).Sum(h => h.LengthMs);
}
