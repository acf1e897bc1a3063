using OrleansAcd.Rtp;
using OrleansAcd.Rtp.Srtp;
using OrleansAcd.Tests.Unit.Media;
using Xunit;

namespace OrleansAcd.Tests.Unit.Srtp;

/// <summary>Legs with keys on real sockets: relayed between two of them, and between one and a plain one.</summary>
public sealed class EncryptedLegTests
{
    public static TheoryData<string, string> Pairs => new()
    {
        { "AES_CM_128_HMAC_SHA1_80", "AEAD_AES_256_GCM" },
        { "AES_CM_128_HMAC_SHA1_32", "" },
        { "", "AEAD_AES_128_GCM" },
    };

    [Theory]
    [MemberData(nameof(Pairs))]
    public void EachHearsTheOtherUnderItsOwnKeys(string one, string other)
    {
        using var talk = new Talk(one, other);
        var (rig, a, b) = talk;
        for (byte i = 1; i <= 50; i++)
        {
            a.Say(i);
            b.Say((byte)(100 + i));
            rig.Settle();
        }

        Assert.Equal(Enumerable.Range(1, 50).Select(i => (byte)i), b.Hear());
        Assert.Equal(Enumerable.Range(101, 50).Select(i => (byte)i), a.Hear());
        Assert.Equal((one.Length > 0, other.Length > 0), (a.Party.Quality.IsEncrypted, b.Party.Quality.IsEncrypted));
        Assert.Equal(default, a.Party.Quality.Crypto);
    }

    /// <summary>Never downgraded by whoever can send to the port.</summary>
    [Fact]
    public void PlainForgedAndReplayedPacketsAreDroppedAndCounted()
    {
        using var talk = new Talk("AES_CM_128_HMAC_SHA1_80", "");
        var (rig, a, b) = talk;
        a.Say(1);
        rig.Settle();

        a.SendRaw(a.Frame(66));
        a.SendRaw([.. a.Frame(66), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        a.SendRaw([0x80, 1, 2]);
        var again = new byte[200];
        a.Frame(2).CopyTo(again, 0);
        var length = 172;
        a.Sender!.ProtectRtp(again, ref length);
        a.SendRaw(again.AsSpan(0, length));
        a.SendRaw(again.AsSpan(0, length));
        rig.Settle();

        Assert.Equal([1, 2], b.Hear());
        Assert.Equal(new SrtpDrops(1, 2, 1, 0), a.Party.Quality.Crypto);
    }

    /// <summary>RFC 4568 §7.1.4: packets under the old key come after the new one was agreed on.</summary>
    [Fact]
    public void AtAChangeOfKeysBothAreTakenForAWhile()
    {
        using var talk = new Talk("AES_CM_128_HMAC_SHA1_80", "");
        var (rig, a, b) = talk;
        a.Say(1);
        rig.Settle();
        var old = a.Sender;

        a.Agree(3);
        a.Say(2, old);
        a.Say(3);
        a.Say(4, old);
        b.Say(5);
        rig.Settle();

        Assert.Equal([1, 2, 3, 4], b.Hear());
        Assert.Equal([5], a.Hear());
    }

    /// <summary>A hold, another address: the key is the same, so its index must go on (RFC 3711 §9.1).</summary>
    [Fact]
    public void AReofferWithTheSameKeysGoesOnWhereItWas()
    {
        using var talk = new Talk("AES_CM_128_HMAC_SHA1_80", "");
        var (rig, a, b) = talk;
        b.Say(1);
        rig.Settle();
        var (_, receiver) = (a.Sender, a.Receiver!);
        Assert.Equal([1], a.Hear());
        a.Agree(1);
        b.Say(2);
        rig.Settle();

        Assert.Equal([2], a.Hear());
        Assert.Equal(1, receiver.Opened);
    }

    [Fact]
    public void ReportsAreEncryptedBothWays()
    {
        using var talk = new Talk("AEAD_AES_128_GCM", "");
        var (rig, a, b) = talk;
        a.Say(1);
        b.Say(2);
        rig.Settle();
        rig.Conversation.RemoveParty(a.Party);

        var goodbye = a.HearControl()!;
        Assert.Equal(SrtpVerdict.Done, a.Receiver!.OpenRtcp(goodbye, out var length));
        Assert.Equal(RtcpParseError.None, RtcpReader.TryOpen(goodbye.AsSpan(0, length), out _));

        using var c = new SecureEnd(rig, "c");
        c.Agree(4);
        c.SendControl(SrtpPair.Rtcp());
        rig.Settle();
        Assert.Equal(1, c.Party.Quality.Crypto.Malformed + c.Party.Quality.Crypto.Forged);
    }

    [Fact]
    public void ARelayBetweenEncryptedLegsAllocatesNothing() => AllocationMeter.AssertNothing(meter =>
    {
        using var talk = new Talk("AES_CM_128_HMAC_SHA1_80", "AEAD_AES_256_GCM");
        var (rig, a, b) = talk;
        var (buffer, heard) = (new byte[200], 0);
        for (var i = 0; i < 200; i++)
        {
            var length = 172;
            a.Frame(1).CopyTo(buffer, 0);
            a.Sender!.ProtectRtp(buffer, ref length);
            a.SendRaw(buffer.AsSpan(0, length));
            meter.Begin();
            rig.Settle();
            meter.End();
            heard += b.Hear().Count;
        }

        Assert.Equal(200, heard);
    });

    /// <summary>Two ends, each with keys for its suite or, without one, plain, that hear each other.</summary>
    private sealed class Talk : IDisposable
    {
        private readonly Rig _rig = new();
        private readonly SecureEnd _a;
        private readonly SecureEnd _b;

        public Talk(string a, string b)
        {
            (_a, _b) = (Add("a", 1, a), Add("b", 2, b));
            _rig.Conversation.SetHearing(_a.Party, _b.Party);
            _rig.Conversation.SetHearing(_b.Party, _a.Party);
        }

        public void Deconstruct(out Rig rig, out SecureEnd a, out SecureEnd b) => (rig, a, b) = (_rig, _a, _b);

        public void Dispose()
        {
            _a.Dispose();
            _b.Dispose();
            _rig.Dispose();
        }

        private SecureEnd Add(string name, int keys, string suite)
        {
            var end = new SecureEnd(_rig, name);
            end.Agree(suite.Length == 0 ? 0 : keys, SrtpSuite.Find(suite));
            return end;
        }
    }
}
