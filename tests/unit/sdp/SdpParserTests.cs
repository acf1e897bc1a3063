using System.Text;
using OrleansAcd.Sip.Sdp;
using Xunit;

namespace OrleansAcd.Tests.Unit.Sdp;

/// <summary>RFC 8866: what is read, what is forgiven, what is refused.</summary>
public sealed class SdpParserTests
{
    /// <summary>The example of RFC 8866 section 5, shortened to the lines that are kept.</summary>
    [Fact]
    public void ReadsTheExampleOfSection5()
    {
        var session = SdpText.Parse(
            "v=0\r\no=jdoe 3724394400 3724394405 IN IP4 198.51.100.1\r\ns=Call to John Smith\r\ni=SDP Offer #1\r\n" +
            "u=http://www.jdoe.example.com/home.html\r\ne=Jane Doe <jane@jdoe.example.com>\r\np=+1 617 555-6011\r\n" +
            "c=IN IP4 198.51.100.1\r\nt=0 0\r\nm=audio 49170 RTP/AVP 0\r\nm=audio 49180 RTP/AVP 0\r\n" +
            "m=video 51372 RTP/AVP 99\r\nc=IN IP6 2001:db8::2\r\na=rtpmap:99 h263-1998/90000\r\n");

        Assert.Equal(new SdpOrigin("jdoe", "3724394400", 3724394405, new("IP4", "198.51.100.1")), session.Origin);
        Assert.Equal("Call to John Smith", session.Name);
        Assert.Equal("SDP Offer #1", session.Information);
        Assert.Equal([49170, 49180, 51372], session.Media.Select(m => m.Port));
        Assert.Equal("198.51.100.1", session.ConnectionOf(session.Media[0]).Host);
        Assert.Equal(new SdpConnection("IP6", "2001:db8::2"), session.ConnectionOf(session.Media[2]));
        Assert.Equal(new RtpFormat("h263-1998", 90000), session.Media[2].FormatOf("99"));
    }

    [Fact]
    public void LinesEndedByLfAlone_AndMissingNameAndTime_AreForgiven()
    {
        var session = SdpText.Parse("v=0\no=- 1 1 IN IP4 192.0.2.1\nc=IN IP4 192.0.2.1\nm=audio 4000 RTP/AVP 8\n");

        Assert.Equal("8", Assert.Single(Assert.Single(session.Media).Formats));
        Assert.Equal("0 0", session.Time);
    }

    [Fact]
    public void AMissingOriginAndLinesOfNoTypeAreReadOver()
    {
        var session = SdpText.Parse(
            "v=0\r\nnonsense\r\n\r\nx=\r\nc=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/AVP 0\r\n\0\0");

        Assert.Equal(SdpOrigin.Unknown, session.Origin);
        Assert.Single(session.Media);
    }

    [Theory]
    [InlineData("", SdpError.NotSdp)]
    [InlineData("s=-\r\nv=0\r\n", SdpError.NotSdp)]
    [InlineData("v=1\r\n", SdpError.NotSdp)]
    [InlineData("v=0\r\no=alice 1 1\r\n", SdpError.BadOrigin)]
    [InlineData("v=0\r\nc=IN\r\n", SdpError.BadConnection)]
    [InlineData("v=0\r\nc=IN IP4 /127\r\n", SdpError.BadConnection)]
    [InlineData("v=0\r\ns=a\rb\r\n", SdpError.BadCharacter)]
    [InlineData("v=0\r\nm=audio 4000 RTP/AVP \0 0\r\n", SdpError.BadCharacter)]
    [InlineData("v=0\r\nc=ATM NSAP x\r\n", SdpError.BadConnection)]
    [InlineData("v=0\r\nm=audio 4000\r\n", SdpError.BadMediaLine)]
    [InlineData("v=0\r\nm=audio 65536 RTP/AVP 0\r\n", SdpError.BadMediaLine)]
    [InlineData("v=0\r\nm=audio -1 RTP/AVP 0\r\n", SdpError.BadMediaLine)]
    [InlineData("v=0\r\nm=audio 99999999999999999999 RTP/AVP 0\r\n", SdpError.BadMediaLine)]
    public void WhatLeavesDoubtWhereMediaGoesIsRefused(string text, SdpError expected)
    {
        Assert.Equal(expected, SdpText.Try(text, out var session));
        Assert.Same(SessionDescription.Empty, session);
    }

    [Fact]
    public void EveryLimitIsReachedAndNotPassed()
    {
        Refuses(SdpError.TooManyMediaSections, n => Repeat("m=audio 1 RTP/AVP 0\r\n", n), SdpLimits.MediaSections);
        Refuses(SdpError.TooManyAttributes, n => "m=audio 1 RTP/AVP 0\r\n" + Repeat("a=x\r\n", n),
            SdpLimits.Attributes);
        Refuses(SdpError.TooManyAttributes, n => Repeat("a=x\r\n", n), SdpLimits.Attributes);
        Refuses(SdpError.TooManyFormats, n => "m=audio 1 RTP/AVP" + Repeat(" 0", n) + "\r\n", SdpLimits.Formats);
        Refuses(SdpError.TooManyBandwidths, n => Repeat("b=AS:1\r\n", n), SdpLimits.Bandwidths);
        Refuses(SdpError.TooLarge, n => new string('\n', n - 5), SdpLimits.DescriptionBytes);
    }

    [Fact]
    public void TypedAccessReadsWhatTheAttributesSay()
    {
        var audio = SdpText.Audio(
            "97 101 0", "rtpmap:97 opus/48000/2", "fmtp:97 useinbandfec=1", "rtpmap:101 telephone-event/8000",
            "fmtp:101 0-15", "ptime:30", "maxptime:60", "rtcp:4005 IN IP4 192.0.2.9", "rtcp-mux", "ssrc:7 cname:x",
            "crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abc", "ice-ufrag:uf", "fingerprint:sha-256 AA").Media[0];

        Assert.Equal(new RtpFormat("opus", 48000, 2, "useinbandfec=1"), audio.FormatOf("97"));
        Assert.Equal("0-15", audio.Fmtp("101"));
        Assert.Equal(new RtpFormat("PCMU", 8000), audio.FormatOf("0"));
        Assert.Null(audio.FormatOf("98"));
        Assert.Equal((30.0, 60.0), (audio.Ptime!.Value.TotalMilliseconds, audio.MaxPtime!.Value.TotalMilliseconds));
        Assert.Equal((4005, new SdpConnection("IP4", "192.0.2.9")), audio.Rtcp());
        Assert.True(audio.RtcpMux);
        Assert.Equal(("7 cname:x", "uf", "sha-256 AA"), (Assert.Single(audio.Ssrc), audio.IceUfrag, audio.Fingerprint));
        Assert.StartsWith("1 AES_CM", Assert.Single(audio.Crypto), StringComparison.Ordinal);
    }

    /// <summary>RFC 8866 section 6.7: sendrecv when neither the section nor the session says otherwise.</summary>
    [Fact]
    public void DirectionIsTheSectionsElseTheSessionsElseBoth()
    {
        var session = SdpText.Parse(SdpText.Head +
            "a=recvonly\r\nm=audio 1 RTP/AVP 0\r\nm=audio 2 RTP/AVP 0\r\na=sendonly\r\n");
        Assert.Equal(MediaDirection.RecvOnly, session.DirectionOf(session.Media[0]));
        Assert.Equal(MediaDirection.SendOnly, session.DirectionOf(session.Media[1]));

        var silent = SdpText.Audio("0");
        Assert.Equal(MediaDirection.SendRecv, silent.DirectionOf(silent.Media[0]));
    }

    /// <summary>RFC 8866 section 9: no value holds CR, LF or NUL, so none opens a line of its own.</summary>
    [Fact]
    public void AValueCannotSmuggleALine()
    {
        var text = (SdpText.Audio("0") with { Name = "x\r\nm=audio 9 RTP/AVP 0" }).ToString();
        Assert.Single(SdpText.Parse(text).Media);
    }

    private static void Refuses(SdpError expected, Func<int, string> body, int limit)
    {
        Assert.Equal(SdpError.None, SdpText.Try("v=0\r\n" + body(limit), out _));
        Assert.Equal(expected, SdpText.Try("v=0\r\n" + body(limit + 1), out _));
    }

    private static string Repeat(string text, int count) => new StringBuilder().Insert(0, text, count).ToString();
}
