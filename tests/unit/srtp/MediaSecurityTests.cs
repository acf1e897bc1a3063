using OrleansAcd.Rtp.Srtp;
using OrleansAcd.Sip.Sdp;
using OrleansAcd.Tests.Unit.Sdp;
using Xunit;

namespace OrleansAcd.Tests.Unit.Srtp;

/// <summary>SDES in offers and answers: RFC 4568 and RFC 8643, each policy with each kind of offer.</summary>
public sealed class MediaSecurityTests
{
    private const string Key80 = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";
    private const string OtherKey80 = "PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR";

    private static readonly AudioCapability Ours = new() { Address = "192.0.2.10", RtpPort = 20000 };

    [Fact]
    public void SuitesOfSdpAndOfSrtpAreTheSame() => Assert.Equal(
        SrtpSuite.All.Select(s => (s.Name, s.MasterBytes)), SdesSuite.All.Select(s => (s.Name, s.MasterBytes)));

    [Theory]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80 inline:" + Key80, CryptoError.None)]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80 inline:" + Key80 + "|2^20", CryptoError.None)]
    [InlineData("999999999 AES_CM_128_HMAC_SHA1_32\tinline:" + Key80 + "|1048576 WSH=64 KDR=0 -XYZ", CryptoError.None)]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80 inline:" + Key80 + "|2^20|1:4", CryptoError.MasterKeyIdentifier)]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80 inline:" + Key80 + "|1:4", CryptoError.MasterKeyIdentifier)]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80 inline:" + Key80 + ";inline:" + Key80, CryptoError.MasterKeyIdentifier)]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80 inline:" + Key80 + " UNENCRYPTED_SRTP", CryptoError.SessionParameter)]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80 inline:" + Key80 + " UNENCRYPTED_SRTCP", CryptoError.SessionParameter)]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80 inline:" + Key80 + " UNAUTHENTICATED_SRTP", CryptoError.SessionParameter)]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80 inline:" + Key80 + " KDR=1", CryptoError.SessionParameter)]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80 inline:" + Key80 + " FEC_ORDER=FEC_SRTP", CryptoError.SessionParameter)]
    [InlineData("1 F8_128_HMAC_SHA1_80 inline:" + Key80, CryptoError.UnknownSuite)]
    [InlineData("1 AEAD_AES_256_GCM inline:" + Key80, CryptoError.Malformed)]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80 inline:" + Key80 + "|2^49", CryptoError.Malformed)]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80 inline:" + Key80 + "|0", CryptoError.Malformed)]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80 inline:" + Key80 + "||", CryptoError.Malformed)]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80 uri:" + Key80, CryptoError.Malformed)]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80 inline:****", CryptoError.Malformed)]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80", CryptoError.Malformed)]
    [InlineData("-1 AES_CM_128_HMAC_SHA1_80 inline:" + Key80, CryptoError.Malformed)]
    [InlineData("1234567890 AES_CM_128_HMAC_SHA1_80 inline:" + Key80, CryptoError.Malformed)]
    [InlineData("", CryptoError.Malformed)]
    public void ALineIsTakenOnlyWhenAllOfItIsUnderstood(string value, CryptoError expected)
    {
        Assert.Equal(expected, CryptoAttribute.TryParse(value, out var line));
        Assert.Equal(expected == CryptoError.None, line is not null);
    }

    [Fact]
    public void ALineIsWrittenAsItIsReadAndItsKeyIsNeverPrinted()
    {
        foreach (var suite in SdesSuite.All)
        {
            var master = new byte[suite.MasterBytes];
            new Random(3).NextBytes(master);
            var line = new CryptoAttribute(7, suite, master);
            Assert.Equal(CryptoError.None, CryptoAttribute.TryParse(line.ToValue(), out var read));
            Assert.True(line.HasKeyOf(read!));
            Assert.Equal(7, read!.Tag);
            Assert.Equal(CryptoError.None, CryptoAttribute.TryParse(line.ToValue().TrimEnd('='), out read));
            Assert.DoesNotContain(Convert.ToBase64String(master), line.ToString(), StringComparison.Ordinal);
        }
    }

    public static TheoryData<SecurityPolicy, string, bool, SecurityRefusal, bool> EveryPolicyAndOffer => new()
    {
        { SecurityPolicy.Prefer, "RTP/AVP", false, SecurityRefusal.None, false },
        { SecurityPolicy.Prefer, "RTP/AVP", true, SecurityRefusal.None, true },
        { SecurityPolicy.Prefer, "RTP/AVPF", true, SecurityRefusal.None, true },
        { SecurityPolicy.Prefer, "RTP/SAVP", true, SecurityRefusal.None, true },
        { SecurityPolicy.Prefer, "RTP/SAVPF", true, SecurityRefusal.None, true },
        { SecurityPolicy.Prefer, "RTP/SAVP", false, SecurityRefusal.NoCommonSuite, false },
        { SecurityPolicy.Require, "RTP/AVP", false, SecurityRefusal.PlainOffered, false },
        { SecurityPolicy.Require, "RTP/AVP", true, SecurityRefusal.None, true },
        { SecurityPolicy.Require, "RTP/SAVP", true, SecurityRefusal.None, true },
        { SecurityPolicy.Require, "RTP/SAVP", false, SecurityRefusal.NoCommonSuite, false },
        { SecurityPolicy.Forbid, "RTP/AVP", false, SecurityRefusal.None, false },
        { SecurityPolicy.Forbid, "RTP/AVP", true, SecurityRefusal.None, false },
        { SecurityPolicy.Forbid, "RTP/SAVP", true, SecurityRefusal.EncryptionOffered, false },
    };

    [Theory]
    [MemberData(nameof(EveryPolicyAndOffer))]
    public void AnOfferIsAnsweredAsThePolicySays(
        SecurityPolicy policy, string profile, bool hasKeys, SecurityRefusal refusal, bool encrypted)
    {
        var offer = Offer(profile, hasKeys ? [$"4 AES_CM_128_HMAC_SHA1_80 inline:{Key80}"] : []);
        var exchange = new OfferAnswer();
        var security = Security(policy);
        Assert.Equal(refusal, security.Answer(exchange, offer, Describe(), out var ours));
        exchange.HandleOffer(offer);
        exchange.TryAnswer(ours, null, out var answer);

        var section = Assert.Single(answer.Media);
        Assert.Equal(refusal != SecurityRefusal.None, section.IsRefused);
        Assert.Equal(profile, section.Protocol);
        Assert.Equal(encrypted, MediaSecurity.Agreed(exchange, 0) is not null);
        Assert.Equal(encrypted ? 1 : 0, section.Crypto.Count());
        if (encrypted) Assert.Matches("^4 AES_CM_128_HMAC_SHA1_80 inline:", section.Crypto.Single());
        if (refusal == SecurityRefusal.None) Assert.True(security.IsAcceptable(exchange, 0));
    }

    /// <summary>RFC 4568 §5.1.2: the offer's order, its tag, and a key of our own.</summary>
    [Fact]
    public void TheFirstLineThatWeUnderstandIsAnswered()
    {
        var offer = Offer(
            "RTP/SAVP", $"1 F8_128_HMAC_SHA1_80 inline:{Key80}", $"2 AES_CM_128_HMAC_SHA1_80 inline:{Key80}|1:4",
            $"3 AES_CM_128_HMAC_SHA1_32 inline:{OtherKey80}", $"5 AES_CM_128_HMAC_SHA1_80 inline:{Key80}");
        var exchange = Answered(Security(SecurityPolicy.Prefer), offer);

        var agreed = MediaSecurity.Agreed(exchange, 0)!;
        Assert.Equal("3 AES_CM_128_HMAC_SHA1_32", agreed.Local.ToString());
        Assert.Equal(Convert.FromBase64String(OtherKey80), agreed.Remote.Master.ToArray());
        Assert.False(agreed.Local.HasKeyOf(agreed.Remote));
    }

    /// <summary>Phones that can do both send two m= lines: the encrypted one is taken wherever it stands.</summary>
    [Fact]
    public void OfTwoLinesOfAMediumTheEncryptedOneIsAnswered()
    {
        var offer = SdpText.Parse(
            SdpText.Head + "m=audio 4000 RTP/AVP 0\r\nm=audio 4002 RTP/SAVP 0\r\n"
            + $"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{Key80}\r\n");
        var exchange = Answered(Security(SecurityPolicy.Prefer), offer);
        Assert.Equal([0, 20000], exchange.Local!.Media.Select(m => m.Port));
        Assert.NotNull(MediaSecurity.Agreed(exchange, exchange.Negotiated()!.SectionIndex));

        exchange = Answered(Security(SecurityPolicy.Forbid), offer);
        Assert.Equal([20000, 0], exchange.Local!.Media.Select(m => m.Port));
    }

    [Theory]
    [InlineData(SecurityPolicy.Prefer, "RTP/AVP", 6)]
    [InlineData(SecurityPolicy.Require, "RTP/SAVP", 6)]
    [InlineData(SecurityPolicy.Forbid, "RTP/AVP", 0)]
    public void WeOfferAsThePolicySays(SecurityPolicy policy, string profile, int keys)
    {
        var section = Assert.Single(Security(policy).Offer(Describe(), SdesSuite.All).Media);
        Assert.Equal(profile, section.Protocol);
        Assert.Equal(keys, section.Crypto.Count());
        Assert.Equal(keys, section.Crypto.Select(line => line.Split("inline:")[1]).Distinct().Count());
        foreach (var line in section.Crypto) Assert.Equal(CryptoError.None, CryptoAttribute.TryParse(line, out _));
    }

    public static TheoryData<SecurityPolicy, string, string?, bool, bool> EveryPolicyAndAnswer => new()
    {
        { SecurityPolicy.Prefer, "RTP/AVP", $"2 AEAD_AES_256_GCM inline:{Key256}", true, true },
        { SecurityPolicy.Prefer, "RTP/AVP", null, true, false },
        { SecurityPolicy.Require, "RTP/SAVP", $"1 AES_CM_128_HMAC_SHA1_80 inline:{Key80}", true, true },
        { SecurityPolicy.Require, "RTP/SAVP", null, false, false },
        { SecurityPolicy.Require, "RTP/SAVP", $"9 AES_CM_128_HMAC_SHA1_80 inline:{Key80}", false, false },
        { SecurityPolicy.Require, "RTP/SAVP", $"1 AES_CM_128_HMAC_SHA1_32 inline:{Key80}", false, false },
        { SecurityPolicy.Forbid, "RTP/AVP", $"1 AES_CM_128_HMAC_SHA1_80 inline:{Key80}", true, false },
    };

    private const string Key256 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKis=";

    /// <summary>§5.1.3: an answer without a line of ours is no agreement.</summary>
    [Theory]
    [MemberData(nameof(EveryPolicyAndAnswer))]
    public void AnAnswerIsReadAsThePolicySays(
        SecurityPolicy policy, string profile, string? line, bool acceptable, bool encrypted)
    {
        var exchange = new OfferAnswer();
        var security = Security(policy);
        exchange.TryOffer(security.Offer(Describe(), SdesSuite.All), out _);
        exchange.HandleAnswer(Offer(profile, line is null ? [] : [line]));

        Assert.Equal(encrypted, MediaSecurity.Agreed(exchange, 0) is not null);
        Assert.Equal(acceptable, security.IsAcceptable(exchange, 0));
    }

    /// <summary>A line beside audio keeps to the same policy with keys of its own; what does not is refused, and the
    /// audio is answered all the same.</summary>
    [Theory]
    [InlineData(SecurityPolicy.Prefer, "RTP/SAVPF", true, "RTP/SAVPF", true)]
    [InlineData(SecurityPolicy.Prefer, "RTP/AVPF", true, "RTP/AVPF", true)]
    [InlineData(SecurityPolicy.Prefer, "RTP/AVP", false, "RTP/AVP", false)]
    [InlineData(SecurityPolicy.Prefer, "RTP/SAVP", false, null, false)]
    [InlineData(SecurityPolicy.Require, "RTP/SAVP", true, "RTP/SAVP", true)]
    [InlineData(SecurityPolicy.Require, "RTP/AVP", false, null, false)]
    [InlineData(SecurityPolicy.Forbid, "RTP/AVP", false, "RTP/AVP", false)]
    [InlineData(SecurityPolicy.Forbid, "RTP/SAVP", true, null, false)]
    public void ALineBesideAudioIsAnsweredAsThePolicySays(
        SecurityPolicy policy, string profile, bool hasKeys, string? answered, bool encrypted)
    {
        var audioKeys = policy == SecurityPolicy.Forbid ? "" : $"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{Key80}\r\n";
        var videoKeys = hasKeys ? $"a=crypto:2 AES_CM_128_HMAC_SHA1_32 inline:{OtherKey80}\r\n" : "";
        var offer = SdpText.Parse(
            SdpText.Head + $"m=audio 4000 RTP/AVP 0\r\n{audioKeys}"
            + $"m=video 4002 {profile} 97\r\na=rtpmap:97 VP8/90000\r\n{videoKeys}");
        var codec = ForwardedSdp.Choose(offer.Media[1])!;
        var video = ForwardedSdp.Describe(ForwardedKind.Video, profile, codec, 30_000, 1_000_000);
        Assert.StartsWith("RTP/AVP", video.Protocol, StringComparison.Ordinal);

        var exchange = new OfferAnswer();
        var security = Security(policy);
        var ours = Describe() with { Media = Describe().Media.Add(video) };
        Assert.Equal(SecurityRefusal.None, security.Answer(exchange, offer, ours, out var answerable));
        exchange.HandleOffer(offer);
        exchange.TryAnswer(answerable, null, out var answer);

        Assert.False(answer.Media[0].IsRefused);
        Assert.Equal(answered is null ? 0 : 30_000, answer.Media[1].Port);
        if (answered is not null) Assert.Equal(answered, answer.Media[1].Protocol);
        var keys = MediaSecurity.Agreed(exchange, 1);
        Assert.Equal(encrypted, keys is not null);
        if (encrypted) Assert.Equal("2 AES_CM_128_HMAC_SHA1_32", keys!.Local.ToString());
        var line = ForwardedSdp.Negotiated(exchange, ForwardedKind.Video);
        Assert.Equal(answered is null ? null : 1, line?.SectionIndex);
    }

    [Theory]
    [InlineData(SecurityPolicy.Prefer, "RTP/AVPF", 2)]
    [InlineData(SecurityPolicy.Require, "RTP/SAVPF", 2)]
    [InlineData(SecurityPolicy.Forbid, "RTP/AVPF", 0)]
    public void EachLineIsOfferedKeysOfItsOwn(SecurityPolicy policy, string profile, int keys)
    {
        var video = new MediaSection { Media = "video", Port = 30_000, Protocol = "RTP/AVPF", Formats = ["31"] };
        var offer = Security(policy).Offer(Describe() with { Media = Describe().Media.Add(video) }, SdesSuite.Few);

        Assert.Equal(profile, offer.Media[1].Protocol);
        Assert.Equal(keys, offer.Media[1].Crypto.Count());
        Assert.Empty(offer.Media[0].Crypto.Intersect(offer.Media[1].Crypto));
    }

    /// <summary>§7.1.4: a hold or a new address leaves keys as they are; a new key of theirs brings one of
    /// ours.</summary>
    [Fact]
    public void AReofferKeepsTheKeysUnlessTheirsChanges()
    {
        var security = Security(SecurityPolicy.Prefer);
        var first = Offer("RTP/SAVP", $"1 AES_CM_128_HMAC_SHA1_80 inline:{Key80}");
        var exchange = Answered(security, first);
        var before = MediaSecurity.Agreed(exchange, 0)!;

        Answer(security, exchange, Offer("RTP/SAVP", $"3 AES_CM_128_HMAC_SHA1_80 inline:{Key80}"));
        var same = MediaSecurity.Agreed(exchange, 0)!;
        Assert.True(same.Local.HasKeyOf(before.Local));
        Assert.Equal(3, same.Local.Tag);

        Answer(security, exchange, Offer("RTP/SAVP", $"1 AES_CM_128_HMAC_SHA1_80 inline:{OtherKey80}"));
        var changed = MediaSecurity.Agreed(exchange, 0)!;
        Assert.False(changed.Local.HasKeyOf(before.Local));
        Assert.Equal(Convert.FromBase64String(OtherKey80), changed.Remote.Master.ToArray());
    }

    private static MediaSecurity Security(SecurityPolicy policy)
    {
        var random = new Random(9);
        return new MediaSecurity(policy, span => random.NextBytes(span));
    }

    private static OfferAnswer Answered(MediaSecurity security, SessionDescription offer)
    {
        var exchange = new OfferAnswer();
        Answer(security, exchange, offer);
        return exchange;
    }

    private static void Answer(MediaSecurity security, OfferAnswer exchange, SessionDescription offer)
    {
        Assert.Equal(SecurityRefusal.None, security.Answer(exchange, offer, Describe(), out var ours));
        Assert.Equal(OfferAnswerError.None, exchange.HandleOffer(offer));
        Assert.Equal(OfferAnswerError.None, exchange.TryAnswer(ours, null, out _));
    }

    private static SessionDescription Describe() => AudioSdp.Describe(Ours, SdpOrigin.Create(14, "192.0.2.10"));

    private static SessionDescription Offer(string profile, params string[] lines) => SdpText.Parse(
        SdpText.Head + $"m=audio 4000 {profile} 0\r\n" + string.Concat(lines.Select(line => $"a=crypto:{line}\r\n")));
}
