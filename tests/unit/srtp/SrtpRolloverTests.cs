using OrleansAcd.Rtp.Srtp;
using Xunit;

namespace OrleansAcd.Tests.Unit.Srtp;

/// <summary>RFC 3711 §3.3.1: sequence numbers have 16 bits, indexes 48; both ends must agree on the rest.</summary>
public sealed class SrtpRolloverTests
{
    /// <summary>Loss, disorder and repetition over four rollovers: every packet that is neither repeated nor too old
    /// opens, and to its own content.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void ReorderedAndLostPacketsOpenAcrossRollovers(int seed)
    {
        var random = new Random(seed);
        using var pair = new SrtpPair(seed == 2 ? SrtpSuite.AeadAes256Gcm : SrtpSuite.AesCm128HmacSha1Tag80, seed);
        var start = random.Next(0, 0x8000);
        var waiting = new List<(long Index, byte[] Packet)>();
        var (highest, opened) = (-1L, 0);
        for (long index = start; index < start + 270_000; index += random.Next(10) == 0 ? random.Next(1, 400) : 1)
        {
            var isNearRollover = (index + 300) % 65_536 < 600;
            waiting.Add((index, pair.Seal(SrtpPair.Rtp(index, payload: 8))));
            var keep = isNearRollover ? 40 : 4;
            while (waiting.Count > keep)
            {
                var at = random.Next(waiting.Count);
                var (sent, packet) = waiting[at];
                waiting.RemoveAt(at);
                if (random.Next(20) == 0) continue;

                var isTooOld = highest - sent >= ReplayWindow.Size;
                var verdict = pair.Open(packet);
                Assert.True(
                    verdict == (isTooOld ? SrtpVerdict.Replayed : SrtpVerdict.Done), $"seed {seed}, {sent}: {verdict}");
                if (isTooOld) continue;

                opened++;
                highest = Math.Max(highest, sent);
                if (random.Next(50) == 0) Assert.Equal(SrtpVerdict.Replayed, pair.Open(packet));
            }
        }

        Assert.True(opened > 10_000, $"{opened} packets");
        Assert.Equal(0, pair.Receiver.Drops.Forged);
    }

    [Fact]
    public void ALatePacketFromBeforeARolloverOpensAfterIt()
    {
        using var pair = new SrtpPair(SrtpSuite.AesCm128HmacSha1Tag80);
        pair.Open(pair.Seal(SrtpPair.Rtp(30_000)));
        pair.Open(pair.Seal(SrtpPair.Rtp(60_000)));
        var late = pair.Seal(SrtpPair.Rtp(65_535));
        var next = pair.Seal(SrtpPair.Rtp(65_536));
        Assert.Equal(SrtpVerdict.Done, pair.Open(next));
        Assert.Equal(SrtpVerdict.Done, pair.Open(late));
        Assert.Equal(SrtpVerdict.Done, pair.Open(pair.Seal(SrtpPair.Rtp(65_537))));
    }

    /// <summary>A forged packet that claims to be far ahead must not move the counter.</summary>
    [Fact]
    public void AForgedPacketNeverMovesTheRolloverCounter()
    {
        using var pair = new SrtpPair(SrtpSuite.AesCm128HmacSha1Tag32);
        pair.Open(pair.Seal(SrtpPair.Rtp(100)));
        for (var i = 0; i < 65_536; i += 97)
        {
            Assert.NotEqual(SrtpVerdict.Done, pair.Open([.. SrtpPair.Rtp(i), 1, 2, 3, 4]));
        }

        pair.OpensAs(SrtpPair.Rtp(101), pair.Seal(SrtpPair.Rtp(101)));
    }

    /// <summary>The first packets of a stream may be lost together with its rollover.</summary>
    [Fact]
    public void AStreamWhoseFirstRoundWasLostIsStillUnderstood()
    {
        foreach (var suite in SrtpSuite.All)
        {
            using var pair = new SrtpPair(suite);
            for (var index = 65_530; index < 65_537; index++) pair.Seal(SrtpPair.Rtp(index));
            for (var index = 65_537; index < 65_540; index++)
            {
                pair.OpensAs(SrtpPair.Rtp(index), pair.Seal(SrtpPair.Rtp(index)));
            }
        }
    }

    /// <summary>§3.3.1, §9.2: "2^48" is the end of a key; the index does not wrap.</summary>
    [Fact]
    public void TheIndexEndsAt48Bits()
    {
        var sources = new SrtpSources();
        sources.Accept(-1, 1, SrtpSources.RtpIndexMax - 1);
        var place = sources.Find(1);
        Assert.Equal(SrtpSources.RtpIndexMax, sources.Estimate(place, 0xFFFF));
        Assert.Null(sources.Estimate(place, 0));
        Assert.Null(sources.Estimate(place, 0x7000));
        Assert.Equal(SrtpSources.RtpIndexMax - 0x1000, sources.Estimate(place, 0xEFFF));
    }

    /// <summary>Against the index itself, for every distance that a sequence number can tell.</summary>
    [Fact]
    public void AnIndexWithinHalfARoundIsEstimatedExactly()
    {
        var random = new Random(4);
        for (var i = 0; i < 20_000; i++)
        {
            var sources = new SrtpSources();
            var highest = (ulong)random.NextInt64(0x1_0000, 1L << 40);
            sources.Accept(-1, 1, highest);
            var index = highest + (ulong)random.Next(-32_767, 32_768);
            Assert.Equal(index, sources.Estimate(0, (ushort)index));
        }
    }
}
