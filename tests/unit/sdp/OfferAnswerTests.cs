using OrleansAcd.Sip.Sdp;
using Xunit;

namespace OrleansAcd.Tests.Unit.Sdp;

/// <summary>RFC 3264 sentence by sentence, as far as the vectors do not say it already.</summary>
public sealed class OfferAnswerTests
{
    private static readonly AudioCapability Ours = new() { Address = "192.0.2.10", RtpPort = 20000 };

    private static SessionDescription Describe(AudioCapability? capability = null)
        => AudioSdp.Describe(capability ?? Ours, SdpOrigin.Create(14, "192.0.2.10"));

    private static OfferAnswer Answered(SessionDescription offer, out SessionDescription answer,
        AudioCapability? capability = null)
    {
        var exchange = new OfferAnswer();
        Assert.Equal(OfferAnswerError.None, exchange.HandleOffer(offer));
        Assert.Equal(OfferAnswerError.None, exchange.TryAnswer(Describe(capability), null, out answer));
        return exchange;
    }

    private static OfferAnswer Offered(SessionDescription answer, AudioCapability? capability = null)
    {
        var exchange = new OfferAnswer();
        Assert.Equal(OfferAnswerError.None, exchange.TryOffer(Describe(capability), out _));
        Assert.Equal(OfferAnswerError.None, exchange.HandleAnswer(answer));
        return exchange;
    }

    /// <summary>Section 4: neither side may offer while an offer is open. Every state with every event.</summary>
    [Fact]
    public void OneOfferIsOpenAtATime()
    {
        var offer = SdpText.Audio("0");
        var exchange = new OfferAnswer();
        Assert.Equal(OfferAnswerError.NoOfferOpen, exchange.HandleAnswer(offer));
        Assert.Equal(OfferAnswerError.NoOfferOpen, exchange.TryAnswer(Describe(), null, out _));

        Assert.Equal(OfferAnswerError.None, exchange.HandleOffer(offer));
        Assert.Equal(OfferAnswerState.RemoteOffered, exchange.State);
        Assert.Equal(OfferAnswerError.RemoteOfferOpen, exchange.TryOffer(Describe(), out _));
        Assert.Equal(OfferAnswerError.RemoteOfferOpen, exchange.HandleOffer(offer));
        Assert.Equal(OfferAnswerError.NoOfferOpen, exchange.HandleAnswer(offer));
        Assert.Equal(OfferAnswerError.NoCapabilities, exchange.TryAnswer(null, null, out _));
        Assert.Equal(OfferAnswerError.None, exchange.TryAnswer(Describe(), null, out _));
        Assert.Equal(OfferAnswerState.Agreed, exchange.State);

        Assert.Equal(OfferAnswerError.None, exchange.TryOffer(Describe(), out _));
        Assert.Equal(OfferAnswerState.LocalOffered, exchange.State);
        Assert.Equal(OfferAnswerError.LocalOfferOpen, exchange.TryOffer(Describe(), out _));
        Assert.Equal(OfferAnswerError.LocalOfferOpen, exchange.HandleOffer(offer));
        Assert.Equal(OfferAnswerError.NoOfferOpen, exchange.TryAnswer(Describe(), null, out _));
    }

    /// <summary>RFC 3261 section 14.1: a re-INVITE that fails leaves the session as if it had never been
    /// sent.</summary>
    [Fact]
    public void AFailedOfferChangesNothing()
    {
        var exchange = Answered(SdpText.Audio("0"), out _);
        var before = exchange.Negotiated();

        exchange.TryOffer(Describe(Ours with { Direction = MediaDirection.SendOnly }), out _);
        exchange.Withdraw();

        Assert.Equal(OfferAnswerState.Agreed, exchange.State);
        Assert.Equal(before!.Direction, exchange.Negotiated()!.Direction);
        Assert.Equal(OfferAnswerError.None, exchange.HandleOffer(SdpText.Audio("0")));
    }

    /// <summary>RFC 4028 section 7.4: a refresh sends what was sent last; its answer may choose anew.</summary>
    [Fact]
    public void TheAnswerToARefreshIsTheSessionFromThenOn()
    {
        var exchange = Answered(SdpText.Audio("0"), out var sent);
        var moved = SdpText.Parse(SdpText.Head.Replace("192.0.2.1", "192.0.2.9", StringComparison.Ordinal)
            + "m=audio 4002 RTP/AVP 0\r\n");

        Assert.Equal(OfferAnswerError.None, exchange.HandleRefresh(moved));

        Assert.Equal("192.0.2.9:4002", exchange.Negotiated()!.RemoteRtp!.ToString());
        Assert.Equal((sent, false), (exchange.LastSent, exchange.WeAnswered));

        exchange.Withdraw();
        Assert.Equal("192.0.2.1:4000", exchange.Negotiated()!.RemoteRtp!.ToString());
        Assert.True(exchange.WeAnswered);
    }

    [Fact]
    public void ARefreshIsOnlyAnsweredWhereASessionStands()
    {
        var exchange = new OfferAnswer();
        Assert.Equal(OfferAnswerError.NoOfferOpen, exchange.HandleRefresh(SdpText.Audio("0")));

        exchange.TryOffer(Describe(), out _);
        Assert.Equal(OfferAnswerError.NoOfferOpen, exchange.HandleRefresh(SdpText.Audio("0")));
    }

    /// <summary>An answer that was made and not sent (488 in its place) is no step of the session either.</summary>
    [Fact]
    public void AnAnswerTakenBackChangesNothing()
    {
        var exchange = Answered(SdpText.Audio("0"), out var sent);

        Assert.Equal(OfferAnswerError.None, exchange.HandleOffer(SdpText.Audio("9")));
        Assert.Equal(OfferAnswerError.None, exchange.TryAnswer(Describe(), null, out _));
        exchange.Withdraw();

        Assert.Equal(sent, exchange.LastSent);
        Assert.Equal(AudioCodecKind.Pcmu, exchange.Negotiated()!.Codec);
        Assert.Equal(OfferAnswerError.None, exchange.HandleOffer(SdpText.Audio("0")));
        Assert.Equal(OfferAnswerError.None, exchange.TryAnswer(Describe(), null, out var next));
        Assert.Equal(sent.Origin.Version, next.Origin.Version);
    }

    /// <summary>Section 8: the version "MUST increment by one" when the description changes, else stays.</summary>
    [Fact]
    public void VersionRisesOnChangeOnly()
    {
        var exchange = Offered(SdpText.Audio("0"));
        Assert.Equal(1ul, exchange.LastSent!.Origin.Version);

        exchange.TryOffer(Describe(), out var same);
        exchange.HandleAnswer(SdpText.Audio("0"));
        exchange.TryOffer(Describe(Ours with { Direction = MediaDirection.SendOnly }), out var held);

        Assert.Equal(1ul, same.Origin.Version);
        Assert.Equal(2ul, held.Origin.Version);
        Assert.Equal(same.Origin.SessionId, held.Origin.SessionId);
    }

    /// <summary>Section 6.1: the offerer's payload numbers are used in the answer, dynamic ones too.</summary>
    [Fact]
    public void TheOfferersNumbersAreHonoured()
    {
        var offer = SdpText.Audio("96 97", "rtpmap:96 PCMA/8000", "rtpmap:97 telephone-event/8000", "fmtp:97 0-15");

        var audio = Answered(offer, out var answer).Negotiated()!;

        Assert.Equal("96 97", string.Join(" ", answer.Media[0].Formats));
        Assert.Equal("PCMA/8000", answer.Media[0].FormatOf("96")!.ToString());
        Assert.Equal("0-16", answer.Media[0].Fmtp("97"));
        Assert.Equal((AudioCodecKind.Pcma, 96, 96), (audio.Codec, audio.SendPayloadType, audio.ReceivePayloadType));
        Assert.Equal((97, 97), (audio.SendTelephoneEvent, audio.ReceiveTelephoneEvent));
    }

    /// <summary>Section 7: an answerer may number differently; each side sends with the other's numbers.</summary>
    [Fact]
    public void AnAnswerWithOtherNumbersIsSentToWithThose()
    {
        var audio = Offered(SdpText.Audio("8 97", "rtpmap:97 telephone-event/8000")).Negotiated()!;

        Assert.Equal((AudioCodecKind.Pcma, 8), (audio.Codec, audio.SendPayloadType));
        Assert.Equal((97, 101), (audio.SendTelephoneEvent, audio.ReceiveTelephoneEvent));
    }

    [Fact]
    public void TheAnswerersOrderPicksTheCodec_AndTheOthersMayStillBeReceived()
    {
        var audio = Offered(SdpText.Audio("8 0")).Negotiated()!;

        Assert.Equal(AudioCodecKind.Pcma, audio.Codec);
        Assert.Equal([8, 0], audio.Receivable.Select(c => c.PayloadType));
        Assert.Null(audio.SendTelephoneEvent);
    }

    [Theory]
    [InlineData(false, "0")]
    [InlineData(true, "8")]
    public void OwnPreferenceIsUsedWhenAsked(bool own, string expected)
    {
        var exchange = new OfferAnswer();
        exchange.HandleOffer(SdpText.Audio("0 8"));
        var capability = Ours with { Codecs = [AudioCodec.Pcma, AudioCodec.Pcmu] };

        exchange.TryAnswer(Describe(capability), new AnswerChoice(OwnPreference: own), out var answer);

        Assert.Equal(expected, string.Join(" ", answer.Media[0].Formats));
    }

    /// <summary>Section 6.1 and 8.4: what each offered direction is answered with, and what then flows.</summary>
    [Theory]
    [InlineData("sendrecv", MediaDirection.SendRecv, MediaDirection.SendRecv)]
    [InlineData("sendonly", MediaDirection.SendRecv, MediaDirection.RecvOnly)]
    [InlineData("recvonly", MediaDirection.SendRecv, MediaDirection.SendOnly)]
    [InlineData("inactive", MediaDirection.SendRecv, MediaDirection.Inactive)]
    [InlineData("sendrecv", MediaDirection.SendOnly, MediaDirection.SendOnly)]
    [InlineData("sendonly", MediaDirection.SendOnly, MediaDirection.Inactive)]
    [InlineData("recvonly", MediaDirection.SendOnly, MediaDirection.SendOnly)]
    [InlineData("sendrecv", MediaDirection.Inactive, MediaDirection.Inactive)]
    public void DirectionIsWhatBothWant(string offered, MediaDirection wanted, MediaDirection expected)
    {
        var exchange = Answered(SdpText.Audio("0", offered), out var answer, Ours with { Direction = wanted });

        Assert.Equal(expected, answer.DirectionOf(answer.Media[0]));
        Assert.Equal(expected, exchange.Negotiated()!.Direction);
    }

    /// <summary>Section 8.4: c=0.0.0.0, the old hold: nothing is to be sent, RTP or RTCP.</summary>
    [Fact]
    public void AnAddressOfZerosIsAHold()
    {
        var held = SdpText.Parse(
            SdpText.Head.Replace("c=IN IP4 192.0.2.1", "c=IN IP4 0.0.0.0", StringComparison.Ordinal)
            + "m=audio 4000 RTP/AVP 0\r\n");

        var audio = Answered(held, out var answer).Negotiated()!;

        Assert.Equal(MediaDirection.RecvOnly, answer.DirectionOf(answer.Media[0]));
        Assert.Equal((MediaDirection.RecvOnly, MediaDirection.SendOnly), (audio.Direction, audio.RemoteDirection));
        Assert.Null(audio.RemoteRtp);
        Assert.Null(audio.RemoteRtcp);
    }

    [Fact]
    public void TheirHoldEndsWithTheirReOffer_OursDoesNot()
    {
        var exchange = Answered(SdpText.Audio("0", "sendonly"), out _);
        exchange.HandleOffer(SdpText.Audio("0", "sendrecv"));
        exchange.TryAnswer(null, null, out var resumed);
        Assert.Equal(MediaDirection.SendRecv, resumed.DirectionOf(resumed.Media[0]));

        exchange.TryOffer(Describe(Ours with { Direction = MediaDirection.SendOnly }), out _);
        exchange.HandleAnswer(SdpText.Audio("0", "recvonly"));
        exchange.HandleOffer(SdpText.Audio("0", "sendrecv"));
        exchange.TryAnswer(null, null, out var held);
        Assert.Equal(MediaDirection.SendOnly, held.DirectionOf(held.Media[0]));
    }

    /// <summary>Section 6: as many m= lines as offered, in their order; what we cannot do at port 0.</summary>
    [Fact]
    public void UnknownMediaAreRefusedInTheirPlace()
    {
        var offer = SdpText.Parse(SdpText.Head +
            "m=image 5000 udptl t38\r\nm=audio 0 RTP/AVP 0\r\nm=audio 4000 RTP/AVP 0\r\n" +
            "m=message 6000 TCP/MSRP *\r\nm=audio 4002 RTP/SAVP 0\r\n");

        var exchange = Answered(offer, out var answer);

        Assert.Equal(["image", "audio", "audio", "message", "audio"], answer.Media.Select(m => m.Media));
        Assert.Equal([0, 0, 20000, 0, 0], answer.Media.Select(m => m.Port));
        Assert.Equal(2, exchange.Negotiated()!.SectionIndex);
    }

    [Fact]
    public void CodecsWithoutAnyOfOurs_EvenBesideCommonEvents_AreRefused()
    {
        var offer = SdpText.Audio("18 101", "rtpmap:101 telephone-event/8000");

        var exchange = Answered(offer, out var answer);

        Assert.True(answer.Media[0].IsRefused);
        Assert.Null(exchange.Negotiated());
    }

    [Fact]
    public void ARefusedAnswerLeavesNoAudio()
        => Assert.Null(Offered(SdpText.Parse(SdpText.Head + "m=audio 0 RTP/AVP 0\r\n")).Negotiated());

    /// <summary>Section 8: an offer in a session never has fewer m= lines than before.</summary>
    [Fact]
    public void AReOfferThatLosesSectionsIsRefused()
    {
        var exchange = Answered(SdpText.Parse(SdpText.Head + "m=audio 1 RTP/AVP 0\r\nm=video 3 RTP/AVP 31\r\n"), out _);
        Assert.Equal(OfferAnswerError.MediaSectionsLost, exchange.HandleOffer(SdpText.Audio("0")));
    }

    [Fact]
    public void RtcpGoesWhereTheSectionSays()
    {
        var plain = Answered(SdpText.Audio("0"), out _).Negotiated()!;
        var named = Answered(SdpText.Audio("0", "rtcp:5001 IN IP4 192.0.2.7"), out _).Negotiated()!;
        var mux = Answered(SdpText.Audio("0", "rtcp-mux"), out var answer, Ours with { RtcpMux = true }).Negotiated()!;
        Answered(SdpText.Audio("0"), out var noMux, Ours with { RtcpMux = true });

        Assert.Equal("192.0.2.1:4001", plain.RemoteRtcp!.ToString());
        Assert.Equal("192.0.2.7:5001", named.RemoteRtcp!.ToString());
        Assert.Equal(mux.RemoteRtp, mux.RemoteRtcp);
        Assert.True(answer.Media[0].RtcpMux);
        Assert.False(noMux.Media[0].RtcpMux);
    }

    [Fact]
    public void PacketLengthIsThePeersWishElseOurs()
    {
        Assert.Equal(30, Answered(SdpText.Audio("0", "ptime:30"), out _).Negotiated()!.Ptime.TotalMilliseconds);
        Assert.Equal(20, Answered(SdpText.Audio("0"), out _).Negotiated()!.Ptime.TotalMilliseconds);
        Assert.Equal(20, Answered(SdpText.Audio("0", "ptime:1e9"), out _).Negotiated()!.Ptime.TotalMilliseconds);
    }

    /// <summary>A node that takes over a call goes on with the version after the last and the sections as they
    /// were.</summary>
    [Fact]
    public void ARestoredSessionGoesOnWhereItStood()
    {
        var first = Answered(SdpText.Parse(SdpText.Head + "m=video 3 RTP/AVP 31\r\nm=audio 4000 RTP/AVP 0\r\n"),
            out var sent);

        var restored = OfferAnswer.Restore(sent, first.Remote!);
        restored.TryOffer(Describe(Ours with { Address = "192.0.2.77" }), out var offer);

        Assert.Equal(sent.Origin with { Version = sent.Origin.Version + 1 }, offer.Origin);
        Assert.Equal([0, 20000], offer.Media.Select(m => m.Port));
        Assert.Equal("192.0.2.77", offer.Connection!.Host);
    }

    [Fact]
    public void ComfortNoiseRidesAlongWhenOffered()
    {
        Answered(SdpText.Audio("0 13 101", "rtpmap:101 telephone-event/8000"), out var answer);
        Assert.Equal("0 13 101", string.Join(" ", answer.Media[0].Formats));
    }
}
