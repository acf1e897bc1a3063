using OrleansAcd.Sip.Sdp;
using Xunit;

namespace OrleansAcd.Tests.Conformance.Sdp;

/// <summary>Descriptions captured from Chromium 156 and Firefox 153: parsed whole, and answered by today's
/// policy.</summary>
public sealed class BrowserDescriptionTests
{
    private static readonly AudioCapability Ours = new() { Address = "192.0.2.10", RtpPort = 20000 };

    [SkippableTheory]
    [InlineData("chromium156-audio-offer.sdp", 8, 110, 1)]
    [InlineData("chromium156-audio-answer.sdp", 8, 110, 0)]
    [InlineData("firefox153esr-audio-offer.sdp", 5, 101, 1)]
    [InlineData("firefox153esr-audio-answer.sdp", 5, 101, 1)]
    public void IsParsedWithEverythingInIt(string name, int formats, int telephoneEvent, int sources)
    {
        var session = Read(name);

        var audio = Assert.Single(session.Media);
        Assert.Equal(formats, audio.Formats.Length);
        Assert.Equal("UDP/TLS/RTP/SAVPF", audio.Protocol);
        Assert.True(audio.RtcpMux);
        Assert.NotNull(audio.IceUfrag);
        Assert.StartsWith("sha-256 ", audio.Fingerprint ?? session.Attributes.ValueOf("fingerprint"),
            StringComparison.Ordinal);
        Assert.Equal(sources, audio.Ssrc.Count(s => s.Contains("cname:", StringComparison.Ordinal)));
        Assert.True(audio.FormatOf($"{telephoneEvent}")!.IsTelephoneEvent);
        Assert.Equal(new RtpFormat("PCMU", 8000), audio.FormatOf("0"));
        Assert.Equal("opus/48000/2", audio.FormatOf(audio.Formats[0])!.ToString());
    }

    [SkippableTheory]
    [InlineData("chromium156-audio-offer.sdp")]
    [InlineData("firefox153esr-audio-offer.sdp")]
    public void ASecureProfileIsRefusedInItsPlace(string name)
    {
        var exchange = new OfferAnswer();
        Assert.Equal(OfferAnswerError.None, exchange.HandleOffer(Read(name)));

        var error = exchange.TryAnswer(AudioSdp.Describe(Ours, SdpOrigin.Create(7, Ours.Address)), null,
            out var answer);

        Assert.Equal(OfferAnswerError.None, error);
        var refused = Assert.Single(answer.Media);
        Assert.Equal(0, refused.Port);
        Assert.Equal("UDP/TLS/RTP/SAVPF", refused.Protocol);
        Assert.Empty(refused.Attributes);
        Assert.Null(exchange.Negotiated());
    }

    [SkippableTheory]
    [InlineData("chromium156-audio-offer.sdp")]
    [InlineData("firefox153esr-audio-answer.sdp")]
    public void WrittenAndReadAgainItSaysTheSame(string name)
    {
        var session = Read(name);
        Assert.Equal(SdpError.None, SessionDescription.TryParse(session.ToBytes(), out var again));
        Assert.True(session.SaysTheSameAs(again));
        Assert.Equal(session.Origin, again.Origin);
    }

    private static SessionDescription Read(string name)
    {
        var folder = VectorFolder.Find("sdp/browser-live");
        Skip.If(folder is null, "no vectors");
        Assert.Equal(SdpError.None,
            SessionDescription.TryParse(File.ReadAllBytes(Path.Combine(folder!, name)), out var session));
        return session;
    }
}
