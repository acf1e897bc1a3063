using System.Text;
using OrleansAcd.Sip.Sdp;
using Xunit;

namespace OrleansAcd.Tests.Unit.Sdp;

/// <summary>Lines beside audio: which are passed on, with what, and which are refused in their place (RFC 3264
/// §6).</summary>
public sealed class ForwardedSdpTests
{
    private const string Head = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
        + "m=audio 4000 RTP/AVP 0\r\n";

    private const string Video = "m=video 4002 RTP/AVPF 96 97 98\r\na=rtpmap:96 rtx/90000\r\n"
        + "a=rtpmap:97 H264/90000\r\na=fmtp:97 profile-level-id=42e01f;packetization-mode=1;sprop-parameter-sets=Z0,aM\r\n"
        + "a=rtpmap:98 VP8/90000\r\na=rtcp-fb:97 nack pli\r\na=rtcp-fb:* ccm fir\r\na=rtcp-fb:97 goog-remb\r\n"
        + "a=extmap:1 urn:x\r\n";

    [Fact]
    public void TheFirstKnownCodecIsAnsweredAloneWithTheOfferersNumberAndOurBandwidth()
    {
        var answer = Answered(Video);

        var line = answer.Media[1];
        Assert.Equal(("video", 9002, "RTP/AVPF", "97"), (line.Media, line.Port, line.Protocol, line.Formats.Single()));
        Assert.Equal(["AS:2000", "TIAS:2000000"], line.Bandwidths.ToArray());
        Assert.Equal("profile-level-id=42e01f;packetization-mode=1", line.Fmtp("97"));
        Assert.Equal(["97 nack pli", "97 ccm fir"], line.Attributes.AllOf("rtcp-fb"));
        Assert.False(line.Attributes.Has("extmap"));
    }

    [Fact]
    public void WhatOthersHaveIsChosenAndNothingElse()
    {
        var section = Section(Video);

        Assert.Equal("98", ForwardedSdp.Choose(section, new RtpFormat("vp8", 90_000))!.Payload);
        Assert.Null(ForwardedSdp.Choose(section, new RtpFormat("VP9", 90_000)));
    }

    /// <summary>RFC 6184 §8.2.2: H.264 of another packetization mode is another format.</summary>
    [Fact]
    public void TheModeOfH264Counts()
    {
        var mode0 = new RtpFormat("H264", 90_000, 1, "profile-level-id=42e01f");
        var mode1 = new RtpFormat("H264", 90_000, 1, "packetization-mode=1; profile-level-id=640028");

        Assert.Equal((false, true), (mode0.Matches(mode1), mode1.Matches(mode1 with { Parameters = "Packetization-Mode=1" })));
        Assert.Null(ForwardedSdp.Choose(Section(Video), mode0));
    }

    [Theory]
    [InlineData("m=application 5000 TCP/BFCP *\r\n")]
    [InlineData("m=application 5000 UDP/BFCP *\r\na=floorctrl:c-s\r\n")]
    [InlineData("m=image 5000 udptl t38\r\n")]
    [InlineData("m=message 5000 TCP/MSRP *\r\n")]
    [InlineData("m=video 5000 RTP/AVP 31\r\n")]
    [InlineData("m=video 5000 RTP/AVP 96\r\na=rtpmap:96 H265/90000\r\n")]
    [InlineData("m=video 5000 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 VP8/90000\r\na=fingerprint:sha-256 AA\r\n")]
    [InlineData("m=video 5000 RTP/AVPF 96\r\na=rtpmap:96 VP8/90000\r\na=ice-ufrag:x\r\n")]
    [InlineData("m=video 5000 RTP/AVPF 96\r\na=rtpmap:96 VP8/90000\r\na=fingerprint:sha-256 AA\r\n")]
    [InlineData("m=video 0 RTP/AVPF 96\r\na=rtpmap:96 VP8/90000\r\na=bundle-only\r\n")]
    [InlineData("m=video 5000 RTP/AVP 96\r\na=rtpmap:96 VP8/8000\r\n")]
    [InlineData("m=text 5000 RTP/AVP 96\r\na=rtpmap:96 red/1000\r\n")]
    public void WhatCannotBePassedOnIsRefusedInItsPlace(string line)
    {
        var answer = Answered(line + Video);

        Assert.Equal(3, answer.Media.Length);
        Assert.Equal((0, 9002), (answer.Media[1].Port, answer.Media[2].Port));
    }

    [Fact]
    public void ASecondLineOfAKindIsRefused()
    {
        var answer = Answered(Video + Video);

        Assert.Equal((9002, 0), (answer.Media[1].Port, answer.Media[2].Port));
    }

    [Fact]
    public void TextIsPassedOn()
    {
        var answer = Answered("m=text 5000 RTP/AVP 100 98\r\na=rtpmap:98 t140/1000\r\na=rtpmap:100 red/1000\r\n");

        Assert.Equal(("text", "98"), (answer.Media[1].Media, answer.Media[1].Formats.Single()));
    }

    [Fact]
    public void TheAgreementNamesNumbersPlacesAndDirection()
    {
        var exchange = new OfferAnswer();
        exchange.TryOffer(Ours(Parse(Head + Video)), out _);

        exchange.HandleAnswer(Parse(Head + "m=video 4002 RTP/AVPF 120\r\na=rtpmap:120 H264/90000\r\n"
            + "a=fmtp:120 packetization-mode=1\r\na=rtcp:4013\r\na=rtcp-fb:120 ccm fir\r\na=sendonly\r\n"));

        var line = ForwardedSdp.Negotiated(exchange, ForwardedKind.Video)!;
        Assert.Equal(((byte)120, (byte)97), (line.SendPayloadType, line.ReceivePayloadType));
        Assert.Equal(("192.0.2.1:4002", "192.0.2.1:4013"), (line.RemoteRtp!.ToString(), line.RemoteRtcp!.ToString()));
        Assert.Equal((MediaDirection.RecvOnly, true), (line.Direction, line.TakesFir));
        Assert.Null(ForwardedSdp.Negotiated(exchange, ForwardedKind.Text));
    }

    [Fact]
    public void ARefusedLineIsNotAgreed()
    {
        var exchange = new OfferAnswer();
        exchange.TryOffer(Ours(Parse(Head + Video)), out _);

        exchange.HandleAnswer(Parse(Head + "m=video 0 RTP/AVPF 97\r\n"));

        Assert.Null(ForwardedSdp.Negotiated(exchange, ForwardedKind.Video));
    }

    private static SessionDescription Answered(string lines)
    {
        var offer = Parse(Head + lines);
        var exchange = new OfferAnswer();
        Assert.Equal(OfferAnswerError.None, exchange.HandleOffer(offer));
        Assert.Equal(OfferAnswerError.None, exchange.TryAnswer(Ours(offer), null, out var answer));
        return answer;
    }

    /// <summary>As the node does: the first line of each kind.</summary>
    private static SessionDescription Ours(SessionDescription offer)
    {
        var audio = new AudioCapability { Address = "192.0.2.9", RtpPort = 9000 };
        var ours = AudioSdp.Describe(audio, SdpOrigin.Create(7, "192.0.2.9"));
        var line = offer.Media.FirstOrDefault(section => ForwardedSdp.Choose(section) is not null);
        if (line is null) return ours;

        var codec = ForwardedSdp.Choose(line)!;
        var kind = ForwardedSdp.KindOf(line)!.Value;
        return ours with
        {
            Media = ours.Media.Add(ForwardedSdp.Describe(kind, line.Protocol, codec, 9002, 2_000_000)),
        };
    }

    private static MediaSection Section(string line) => Parse(Head + line).Media[1];

    private static SessionDescription Parse(string text)
    {
        Assert.Equal(SdpError.None, SessionDescription.TryParse(Encoding.UTF8.GetBytes(text), out var session));
        return session;
    }
}
