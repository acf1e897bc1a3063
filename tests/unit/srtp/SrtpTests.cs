using OrleansAcd.Rtp.Srtp;
using Xunit;

namespace OrleansAcd.Tests.Unit.Srtp;

/// <summary>SRTP and SRTCP, RFC 3711 and RFC 7714, by rule.</summary>
public sealed class SrtpTests
{
    public static TheoryData<string> Suites => SrtpPair.Suites;

    [Theory]
    [MemberData(nameof(Suites))]
    public void WhatIsProtectedOpensToTheSameAndIsUnreadableBetween(string suite)
    {
        using var pair = new SrtpPair(SrtpSuite.Find(suite)!);
        for (var index = 0; index < 50; index++)
        {
            var plain = SrtpPair.Rtp(index, payload: index);
            var packet = pair.Seal(plain);
            Assert.Equal(plain.Length + pair.Key.Suite.RtpTagBytes, packet.Length);
            Assert.Equal(plain[..12], packet[..12]);
            if (index > 8) Assert.NotEqual(plain[12..], packet[12..plain.Length]);
            pair.OpensAs(plain, packet);
        }
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void RtcpOpensToTheSameAndTwiceTheSameReportDiffersOnTheWire(string suite)
    {
        using var pair = new SrtpPair(SrtpSuite.Find(suite)!);
        var plain = SrtpPair.Rtcp();
        var (first, second) = (pair.SealRtcp(plain), pair.SealRtcp(plain));
        Assert.NotEqual(first, second);
        foreach (var packet in (byte[][])[first, second])
        {
            Assert.Equal(SrtpVerdict.Done, pair.Receiver.OpenRtcp(packet, out var length));
            Assert.Equal(plain, packet[..length]);
        }
    }

    /// <summary>RFC 3711 §3.1: the extension stays readable, it is authenticated all the same.</summary>
    [Theory]
    [MemberData(nameof(Suites))]
    public void SourcesAndExtensionStayReadableAndPaddingDoesNot(string suite)
    {
        using var pair = new SrtpPair(SrtpSuite.Find(suite)!);
        byte[] plain =
        [
            0xB1, 0, 0, 7, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0xBE, 0xDE, 0, 1, 9, 9, 9, 9,
            1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 0, 2,
        ];
        var packet = pair.Seal(plain);
        Assert.Equal(plain[..24], packet[..24]);
        Assert.NotEqual(plain[24..], packet[24..plain.Length]);
        pair.OpensAs(plain, packet);
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void EveryFlippedBitIsSeenAndChangesNothing(string suite)
    {
        using var pair = new SrtpPair(SrtpSuite.Find(suite)!);
        var plain = SrtpPair.Rtp(100, payload: 20);
        var packet = pair.Seal(plain);
        for (var bit = 0; bit < 8 * packet.Length; bit++)
        {
            var forged = packet.ToArray();
            forged[bit / 8] ^= (byte)(1 << (bit % 8));
            var sent = forged.ToArray();
            Assert.NotEqual(SrtpVerdict.Done, pair.Receiver.OpenRtp(forged, out var length));
            Assert.Equal(0, length);
            Assert.Equal(sent, forged);
        }

        Assert.Equal(8 * packet.Length, pair.Receiver.Drops.Forged + pair.Receiver.Drops.Malformed);
        pair.OpensAs(plain, packet);
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void EveryFlippedBitOfAReportIsSeenAndChangesNothing(string suite)
    {
        using var pair = new SrtpPair(SrtpSuite.Find(suite)!);
        var packet = pair.SealRtcp(SrtpPair.Rtcp());
        for (var bit = 0; bit < 8 * packet.Length; bit++)
        {
            var forged = packet.ToArray();
            forged[bit / 8] ^= (byte)(1 << (bit % 8));
            var sent = forged.ToArray();
            Assert.NotEqual(SrtpVerdict.Done, pair.Receiver.OpenRtcp(forged, out _));
            Assert.Equal(sent, forged);
        }

        Assert.Equal(SrtpVerdict.Done, pair.Receiver.OpenRtcp(packet, out _));
    }

    /// <summary>§3.3.2.</summary>
    [Theory]
    [MemberData(nameof(Suites))]
    public void APacketIsTakenOnceAndAReportIsTakenOnce(string suite)
    {
        using var pair = new SrtpPair(SrtpSuite.Find(suite)!);
        var packet = pair.Seal(SrtpPair.Rtp(5));
        var report = pair.SealRtcp(SrtpPair.Rtcp());
        Assert.Equal(SrtpVerdict.Done, pair.Open(packet));
        Assert.Equal(SrtpVerdict.Replayed, pair.Open(packet));
        Assert.Equal(SrtpVerdict.Done, pair.Receiver.OpenRtcp(report.ToArray(), out _));
        Assert.Equal(SrtpVerdict.Replayed, pair.Receiver.OpenRtcp(report.ToArray(), out _));
        Assert.Equal(new SrtpDrops(0, 0, 2, 0), pair.Receiver.Drops);
    }

    [Fact]
    public void APacketOlderThanTheWindowIsRefusedAndTheOldestWithinIsTaken()
    {
        using var pair = new SrtpPair(SrtpSuite.AesCm128HmacSha1Tag80);
        var packets = Enumerable.Range(0, ReplayWindow.Size + 1).Select(i => pair.Seal(SrtpPair.Rtp(i))).ToList();
        Assert.Equal(SrtpVerdict.Done, pair.Open(packets[^1]));
        Assert.Equal(SrtpVerdict.Replayed, pair.Open(packets[0]));
        Assert.Equal(SrtpVerdict.Done, pair.Open(packets[1]));
    }

    /// <summary>§9.1: two packets under one key stream give both away.</summary>
    [Fact]
    public void NoIndexIsUsedTwiceForSending()
    {
        using var pair = new SrtpPair(SrtpSuite.AesCm128HmacSha1Tag80);
        pair.Seal(SrtpPair.Rtp(70));
        var again = new byte[200];
        SrtpPair.Rtp(70).CopyTo(again, 0);
        var length = 172;
        Assert.Equal(SrtpVerdict.Replayed, pair.Sender.ProtectRtp(again, ref length));
        Assert.Equal(172, length);
        Assert.Equal(1, pair.Sender.Drops.Replayed);
    }

    /// <summary>A packet from before the first would count as 65,000 ahead and carry the counter away.</summary>
    [Fact]
    public void APacketFromBeforeTheFirstSentIsNotSent()
    {
        using var pair = new SrtpPair(SrtpSuite.AeadAes128Gcm);
        pair.OpensAs(SrtpPair.Rtp(3), pair.Seal(SrtpPair.Rtp(3)));
        var early = new byte[200];
        SrtpPair.Rtp(65_530).CopyTo(early, 0);
        var length = 172;
        Assert.Equal(SrtpVerdict.Replayed, pair.Sender.ProtectRtp(early, ref length));
        pair.OpensAs(SrtpPair.Rtp(4), pair.Seal(SrtpPair.Rtp(4)));
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void ShortAndForeignDatagramsAreMalformed(string suite)
    {
        using var pair = new SrtpPair(SrtpSuite.Find(suite)!);
        for (var length = 0; length < 16; length++)
        {
            Assert.NotEqual(SrtpVerdict.Done, pair.Receiver.OpenRtp(new byte[length], out _));
            Assert.NotEqual(SrtpVerdict.Done, pair.Receiver.OpenRtcp(new byte[length], out _));
        }

        byte[] csrcs = [0x8F, .. new byte[40]];
        byte[] extension = [0x90, .. new byte[11], 0, 0, 0xFF, 0xFF, .. new byte[60]];
        Assert.Equal(SrtpVerdict.Malformed, pair.Receiver.OpenRtp(csrcs, out _));
        Assert.Equal(SrtpVerdict.Malformed, pair.Receiver.OpenRtp(extension, out _));
        Assert.Equal(SrtpVerdict.Malformed, pair.Receiver.OpenRtp(new byte[3_000], out _));
    }

    [Fact]
    public void SourcesAreKeptApartAndTheirNumberHasAnEnd()
    {
        using var pair = new SrtpPair(SrtpSuite.AesCm128HmacSha1Tag80);
        for (uint ssrc = 0; ssrc < SrtpSources.SourcesMax; ssrc++)
        {
            pair.OpensAs(SrtpPair.Rtp(9, ssrc), pair.Seal(SrtpPair.Rtp(9, ssrc)));
        }

        var more = new byte[200];
        SrtpPair.Rtp(9, SrtpSources.SourcesMax).CopyTo(more, 0);
        var length = 172;
        Assert.Equal(SrtpVerdict.Exhausted, pair.Sender.ProtectRtp(more, ref length));
    }

    /// <summary>The receiver forgets the source that it has not heard for longest.</summary>
    [Fact]
    public void APeerMayChangeItsSourceAsOftenAsItLikes()
    {
        using var receiver = new SrtpReceiver(SrtpPair.NewKey(SrtpSuite.AesCm128HmacSha1Tag80, 1));
        for (uint ssrc = 0; ssrc < 3 * SrtpSources.SourcesMax; ssrc++)
        {
            using var pair = new SrtpPair(SrtpSuite.AesCm128HmacSha1Tag80);
            var packet = pair.Seal(SrtpPair.Rtp(9, ssrc));
            Assert.Equal(SrtpVerdict.Done, receiver.OpenRtp(packet.ToArray(), out _));
            Assert.Equal(SrtpVerdict.Replayed, receiver.OpenRtp(packet.ToArray(), out _));
        }
    }

    /// <summary>§9.2: 2^31 reports are the end of a key.</summary>
    [Fact]
    public void AfterItsLastIndexAKeySendsNoReportAnyMore()
    {
        using var sender = new SrtpSender(SrtpPair.NewKey(SrtpSuite.AesCm128HmacSha1Tag80, 1), 0x7FFF_FFFE);
        var buffer = new byte[64];
        SrtpPair.Rtcp().CopyTo(buffer, 0);
        var length = 16;
        Assert.Equal(SrtpVerdict.Done, sender.ProtectRtcp(buffer, ref length));
        Assert.Equal(0xFF, buffer[16]);
        length = 16;
        Assert.Equal(SrtpVerdict.Exhausted, sender.ProtectRtcp(buffer, ref length));
    }

    [Fact]
    public void NeitherSenderNorReceiverAllocatesForAPacket()
    {
        foreach (var suite in SrtpSuite.All)
        {
            using var pair = new SrtpPair(suite);
            var plain = SrtpPair.Rtp(0);
            var buffer = new byte[256];
            Send(pair, plain, buffer, 0);
            var sent = 1;
            AllocationMeter.AssertNothing(498, () => Send(pair, plain, buffer, sent++));
            Assert.Equal(500, pair.Receiver.Opened);
        }
    }

    [Fact]
    public void KeysAreComparedByContentAndNeverPrinted()
    {
        var key = SrtpPair.NewKey(SrtpSuite.AesCm128HmacSha1Tag80, 7);
        Assert.Equal(key, SrtpPair.NewKey(SrtpSuite.AesCm128HmacSha1Tag80, 7));
        Assert.NotEqual(key, SrtpPair.NewKey(SrtpSuite.AesCm128HmacSha1Tag80, 8));
        Assert.Equal("AES_CM_128_HMAC_SHA1_80", key.ToString());
        Assert.False(SrtpKey.TryCreate(SrtpSuite.AeadAes128Gcm, new byte[30], out _));
    }

    private static void Send(SrtpPair pair, byte[] plain, byte[] buffer, int sequence)
    {
        plain.CopyTo(buffer, 0);
        (buffer[2], buffer[3]) = ((byte)(sequence >> 8), (byte)sequence);
        var length = plain.Length;
        pair.Sender.ProtectRtp(buffer, ref length);
        pair.Receiver.OpenRtp(buffer.AsSpan(0, length), out _);
    }
}
