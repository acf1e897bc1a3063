using OrleansAcd.Sip.Sdp;
using Xunit;

namespace OrleansAcd.Tests.Unit.Sdp;

/// <summary>Codecs beyond G.711 in offers and answers.</summary>
public sealed class CodecOfferTests
{
    private static readonly AudioCapability Wide = new()
    {
        Address = "192.0.2.1",
        RtpPort = 20_000,
        Codecs =
        [
            AudioCodec.Pcmu, AudioCodec.Pcma, AudioCodec.G722, AudioCodec.Opus, AudioCodec.L16,
            AudioCodec.TelephoneEvent, AudioCodec.OpusTelephoneEvent, AudioCodec.L16TelephoneEvent,
            AudioCodec.ComfortNoise,
        ],
    };

    /// <summary>RFC 7587 section 7: "opus/48000/2" always; RFC 3551: G722's clock is 8000.</summary>
    [Fact]
    public void EachCodecIsOfferedUnderItsName()
    {
        var text = System.Text.Encoding.ASCII.GetString(Describe().ToBytes());
        foreach (var line in new[]
        {
            "RTP/AVP 0 8 9 96 97 101 102 103", "a=rtpmap:9 G722/8000", "a=rtpmap:96 opus/48000/2",
            "a=fmtp:96 maxplaybackrate=16000;sprop-maxcapturerate=16000", "a=rtpmap:97 L16/16000",
            "a=rtpmap:102 telephone-event/48000",
        })
        {
            Assert.Contains(line, text, StringComparison.Ordinal);
        }
    }

    /// <summary>RFC 3264 section 6.1: the offer's first codec that we speak; RFC 4733 section 2.1: keys in its
    /// clock.</summary>
    [Fact]
    public void OpusIsAnsweredWithKeysInItsClock()
    {
        var audio = Answered(SdpText.Audio(
            "111 0 101 110", "rtpmap:111 opus/48000/2", "fmtp:111 useinbandfec=1", "rtpmap:101 telephone-event/8000",
            "rtpmap:110 telephone-event/48000"));
        Assert.Equal((AudioCodecKind.Opus, 111, 111), (audio.Codec, audio.SendPayloadType, audio.ReceivePayloadType));
        Assert.Equal((110, 110), (audio.SendTelephoneEvent, audio.ReceiveTelephoneEvent));
        Assert.Equal(48_000, audio.TelephoneEventClockHz);
    }

    [Fact]
    public void KeysInAnotherClockAreBetterThanNone()
    {
        var audio = Answered(SdpText.Audio(
            "111 101", "rtpmap:111 opus/48000/2", "rtpmap:101 telephone-event/8000"));
        Assert.Equal((101, 8_000), (audio.SendTelephoneEvent, audio.TelephoneEventClockHz));
    }

    [Theory]
    [InlineData("9 0", "", AudioCodecKind.G722), InlineData("98 0", "rtpmap:98 L16/16000", AudioCodecKind.L16)]
    [InlineData("98 0", "rtpmap:98 L16/44100", AudioCodecKind.Pcmu)]
    [InlineData("98 0", "rtpmap:98 opus/48000", AudioCodecKind.Pcmu)]
    public void OnlyWhatWeSpeakIsAgreed(string formats, string attribute, AudioCodecKind kind)
    {
        string[] attributes = attribute.Length == 0 ? [] : [attribute];
        Assert.Equal(kind, Answered(SdpText.Audio(formats, attributes)).Codec);
    }

    /// <summary>RFC 3389 section 4: type 13 is of 8 kHz, and so must be the codec beside it.</summary>
    [Theory]
    [InlineData("0 13", true), InlineData("9 13", true), InlineData("0", false), InlineData("111 13", false)]
    public void ComfortNoiseIsAgreedBesideCodecsOfItsClock(string formats, bool isAgreed)
    {
        var audio = Answered(SdpText.Audio(formats, "rtpmap:111 opus/48000/2"));
        Assert.Equal(isAgreed, audio.HasComfortNoise);
    }

    private static NegotiatedAudio Answered(SessionDescription offer)
    {
        var exchange = new OfferAnswer();
        Assert.Equal(OfferAnswerError.None, exchange.HandleOffer(offer));
        Assert.Equal(OfferAnswerError.None, exchange.TryAnswer(Describe(), null, out _));
        return exchange.Negotiated()!;
    }

    private static SessionDescription Describe() => AudioSdp.Describe(Wide, SdpOrigin.Create(1, "192.0.2.1"));
}
