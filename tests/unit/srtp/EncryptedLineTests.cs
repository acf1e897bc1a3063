using System.Net;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.MediaNode.Media;
using OrleansAcd.Rtp;
using OrleansAcd.Rtp.Srtp;
using OrleansAcd.Tests.Unit.Media;
using Xunit;

namespace OrleansAcd.Tests.Unit.Srtp;

/// <summary>Video between two phones that each encrypt in their own way, or not at all: RFC 3711 and RFC
/// 7714.</summary>
public sealed class EncryptedLineTests : IDisposable
{
    private readonly Rig _rig = new();
    private readonly ForwardedMedia _media;
    private readonly List<Exception> _faults = [];

    public EncryptedLineTests() =>
        _media = new ForwardedMedia(_rig.Worker, new ForwardingOptions(2_000_000, 64_000), _faults.Add);

    public static TheoryData<string?, string?> TwoSuites => new()
    {
        { "AES_CM_128_HMAC_SHA1_80", "AEAD_AES_256_GCM" },
        { "AEAD_AES_128_GCM", "AES_CM_128_HMAC_SHA1_32" },
        { "AES_CM_128_HMAC_SHA1_80", null },
        { null, "AEAD_AES_128_GCM" },
    };

    public void Dispose()
    {
        _rig.Dispose();
        Assert.Empty(_faults);
    }

    [Theory]
    [MemberData(nameof(TwoSuites))]
    public void PicturesAndFeedbackPassBetweenTwoSuites(string? callers, string? agents)
    {
        var (caller, agent) = Bridge(callers, agents);

        caller.Show(1);
        caller.Show(2);
        agent.Show(3);
        _rig.Settle();
        agent.SendControl(Pli());
        _rig.Settle();

        Assert.Equal([(102, 1), (102, 2)], agent.See().Select(p => ((int)p.Header.PayloadType, (int)p.Value)));
        Assert.Equal((101, 3), caller.See().Select(p => ((int)p.Header.PayloadType, (int)p.Value)).Single());
        Assert.Equal([Pli()], caller.SeeControl());
        Assert.Equal((callers is not null, agents is not null), (caller.Line.IsEncrypted, agent.Line.IsEncrypted));
        Assert.Equal((default, default), (caller.Line.CryptoDrops, agent.Line.CryptoDrops));
    }

    /// <summary>Whoever has no key is heard by nobody and changes nothing.</summary>
    [Fact]
    public void WhatIsPlainForgedOrReplayedOnAnEncryptedLineIsDroppedAndCounted()
    {
        var (caller, agent) = Bridge("AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_80");
        caller.Show(1);
        var plain = new byte[60];
        new RtpHeader(true, 96, new(7), new(7), new(0xA), 0, 0).Write(plain);
        caller.SendRaw(plain);
        using var other = new SrtpPair(SrtpSuite.AesCm128HmacSha1Tag80, seed: 99);
        caller.SendRaw(other.Seal(SrtpPair.Rtp(8, 0xA)));
        _rig.Settle();

        Assert.Equal(1, agent.See().Single().Value);
        Assert.Equal(2, caller.Line.CryptoDrops.Forged);
        Assert.Equal(1, caller.Line.PacketsReceived);
    }

    /// <summary>A new viewer's request for a whole picture is as encrypted as the rest.</summary>
    [Fact]
    public void TheRequestForAWholePictureIsEncryptedToo()
    {
        var (caller, agent) = Bridge("AEAD_AES_128_GCM", "AES_CM_128_HMAC_SHA1_80");
        agent.Party.Sees = [];
        _media.Compile();
        caller.Show(1);
        _rig.Settle();

        agent.Party.Sees = [caller.Party];
        _media.Compile();
        _rig.Settle();

        Assert.Equal(RtcpParseError.None, RtcpReader.TryOpen(Assert.Single(caller.SeeControl()), out _));
    }

    private (Screen Caller, Screen Agent) Bridge(string? callers, string? agents)
    {
        var (caller, agent) = (Add(101, 0xA, callers), Add(102, 0xB, agents));
        caller.Party.Sees = [agent.Party];
        agent.Party.Sees = [caller.Party];
        _media.Compile();
        return (caller, agent);
    }

    private Screen Add(byte payloadType, uint ssrc, string? suite)
    {
        var screen = new Screen(_rig, _media, payloadType, ssrc);
        var kind = suite is null ? null : SrtpSuite.Find(suite);
        var crypto = kind is null ? null
            : new LegCrypto(SrtpPair.NewKey(kind, payloadType), SrtpPair.NewKey(kind, 1_000 + payloadType));
        screen.Agree(_media, crypto: crypto);
        return screen;
    }

    private static byte[] Pli()
    {
        var buffer = new byte[PictureRequest.BytesMax];
        return buffer[..PictureRequest.Write(buffer, new Ssrc(0xB), new Ssrc(0xA), "x"u8, null)];
    }
}
