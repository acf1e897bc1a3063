using OrleansAcd.MediaCore;
using OrleansAcd.Rtp;
using Xunit;

namespace OrleansAcd.Tests.Unit.Rtp;

/// <summary>Symmetric RTP (RFC 4961): the peer is found behind its NAT, and nobody takes its place.</summary>
public sealed class LatchTests
{
    private static readonly TransportAddress s_sdp = TransportAddress.FromIpV4(0xC0000201, 4_000);
    private static readonly TransportAddress s_nat = TransportAddress.FromIpV4(0xCB007105, 61_000);
    private static readonly TransportAddress s_thief = TransportAddress.FromIpV4(0xC6336401, 6_666);
    private readonly Latch _latch = new(LatchPolicy.Default);

    public LatchTests() => _latch.Expect(s_sdp);

    [Fact]
    public void TheSdpsHostLatchesWithItsFirstPacketFromAnyPort()
    {
        Assert.Equal(s_sdp, _latch.Target);
        Assert.Equal(LatchVerdict.AcceptNewPeer, Packet(s_sdp.WithPort(4_444), 1, 0));
        Assert.Equal(LatchVerdict.Accept, Packet(s_sdp.WithPort(4_444), 2, 20));
        Assert.Equal(s_sdp.WithPort(4_444), _latch.Target);
    }

    [Fact]
    public void APeerBehindNatLatchesAfterProbation()
    {
        Assert.Equal(LatchVerdict.Refuse, Packet(s_nat, 1, 0));
        Assert.Equal(LatchVerdict.Refuse, Packet(s_nat, 2, 20));
        Assert.Equal(LatchVerdict.AcceptNewPeer, Packet(s_nat, 3, 40));
        Assert.Equal(s_nat, _latch.Target);
    }

    [Fact]
    public void ProbationWantsOneSourceOneSsrcAndNoGap()
    {
        Packet(s_nat, 1, 0);
        Packet(s_nat, 2, 20);
        Assert.Equal(LatchVerdict.Refuse, Packet(s_nat, 4, 40));
        Assert.Equal(LatchVerdict.Refuse, Packet(s_nat, 5, 60, ssrc: 2));
        Assert.Equal(LatchVerdict.Refuse, Packet(s_thief, 6, 80, ssrc: 2));
        Assert.False(_latch.IsLatched);
        Assert.Equal(5, _latch.Strangers);
    }

    [Fact]
    public void NobodyTakesOverFromAPeerThatSpeaks()
    {
        Packet(s_sdp, 1, 0);
        for (var i = 0; i < 10_000; i++)
        {
            Assert.Equal(LatchVerdict.Accept, Packet(s_sdp, 2 + i, 20 * i));
            Assert.Equal(LatchVerdict.Refuse, Packet(s_thief, i, (20 * i) + 1));
        }

        Assert.Equal(s_sdp, _latch.Target);
        Assert.Equal(10_000, _latch.Strangers);
    }

    [Fact]
    public void AfterSilenceAnotherSourceFollowsByProbationOnly()
    {
        Packet(s_sdp, 1, 0);
        Assert.Equal(LatchVerdict.Refuse, Packet(s_nat, 7, 4_900));
        Assert.Equal(LatchVerdict.Refuse, Packet(s_nat, 8, 5_000));
        Assert.Equal(LatchVerdict.Refuse, Packet(s_nat, 9, 5_020));
        Assert.Equal(LatchVerdict.AcceptNewPeer, Packet(s_nat, 10, 5_040));
    }

    [Fact]
    public void APeerThatComesBackInTimeStays()
    {
        Packet(s_sdp, 1, 0);
        Packet(s_nat, 8, 5_000);
        Assert.Equal(LatchVerdict.Accept, Packet(s_sdp, 2, 5_010));
        Assert.Equal(LatchVerdict.Refuse, Packet(s_nat, 9, 5_020));
        Assert.Equal(LatchVerdict.Refuse, Packet(s_nat, 10, 5_040));
    }

    [Fact]
    public void ANewOfferLatchesAnew()
    {
        Packet(s_sdp, 1, 0);
        _latch.Expect(s_nat);
        Assert.Equal(LatchVerdict.AcceptNewPeer, Packet(s_nat, 1, 20));
        Assert.Equal(LatchVerdict.Refuse, Packet(s_sdp, 2, 40));
    }

    [Fact]
    public void AStrictPolicyKnowsTheSdpsHostAlone()
    {
        var strict = new Latch(LatchPolicy.Default with { AllowOtherHosts = false });
        strict.Expect(s_sdp);
        for (var i = 0; i < 100; i++)
        {
            var verdict = strict.Handle(s_nat, new(1), new((ushort)i), Instant.FromMilliseconds(i));
            Assert.Equal(LatchVerdict.Refuse, verdict);
        }

        Assert.Equal(LatchVerdict.AcceptNewPeer, strict.Handle(s_sdp, new(1), new(1), Instant.FromMilliseconds(100)));
    }

    private LatchVerdict Packet(TransportAddress from, int sequence, double milliseconds, uint ssrc = 1) =>
        _latch.Handle(from, new(ssrc), new((ushort)sequence), Instant.FromMilliseconds(milliseconds));
}
