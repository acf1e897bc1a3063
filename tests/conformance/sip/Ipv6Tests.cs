using System.Text;
using System.Text.RegularExpressions;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Sdp;
using OrleansAcd.Tests.Conformance.Sdp;
using Xunit;

namespace OrleansAcd.Tests.Conformance.Sip;

/// <summary>RFC 5118: each of its messages to a whole node.</summary>
public sealed class Ipv6Tests
{
    [SkippableTheory]
    [InlineData("ipv6-good", 401)]
    [InlineData("ipv6-bad", 400)]
    [InlineData("port-ambiguous", 401)]
    [InlineData("port-unambiguous", 401)]
    [InlineData("via-received-param-with-delim", 481)]
    [InlineData("via-received-param-no-delim", 200)]
    [InlineData("ipv6-in-sdp", 404)]
    [InlineData("mult-ip-in-header", 481)]
    [InlineData("mult-ip-in-sdp", 404)]
    [InlineData("ipv4-mapped-ipv6", 404)]
    [InlineData("ipv6-correct-abnf-2-colons", 200)]
    public void IsAnsweredAsTheRfcSays(string name, int expected)
        => Assert.Equal(expected,
            Assert.Single(new Answerer().Answers(Read(name)).Select(a => a.StatusCode).Distinct()));

    /// <summary>Section 4.10: three colons come from a mistake in the ABNF of RFC 3261; taken or refused, but
    /// answered.</summary>
    [SkippableFact]
    public void ThreeColonsAreAnswered()
        => Assert.Contains(Assert.Single(new Answerer().Answers(Read("ipv6-bug-abnf-3-colons"))).StatusCode,
            (int[])[200, 400]);

    [SkippableFact]
    public void AllTwelveAreThere()
    {
        var folder = VectorFolder.Find("sip/rfc5118");
        Skip.If(folder is null, "no vectors");
        Assert.Equal(12, Directory.GetFiles(folder!).Length);
    }

    /// <summary>Section 4.3: without brackets around it, 5070 is the last group of the address. Section 4.4: a
    /// port.</summary>
    [SkippableTheory]
    [InlineData("port-ambiguous", "2001:db8::10:5070", 0)]
    [InlineData("port-unambiguous", "2001:db8::10", 5070)]
    public void APortIsWhatStandsOutsideTheBrackets(string name, string address, int port)
    {
        Assert.True(SipParser.TryParse(Read(name).AsSpan(), out var message, out _));
        var uri = ((SipRequest)message!).RequestUri;
        Assert.True(uri.TryGetAddress(out var parsed));
        Assert.Equal((address, port), (parsed.ToString(), uri.Port));
    }

    /// <summary>Section 4.5: received is read with and without brackets.</summary>
    [SkippableTheory]
    [InlineData("via-received-param-with-delim")]
    [InlineData("via-received-param-no-delim")]
    public void ReceivedIsReadEitherWay(string name)
    {
        Assert.True(SipParser.TryParse(Read(name).AsSpan(), out var message, out _));
        Assert.Equal("2001:db8::9:255", message!.TopVia.Received!.Trim('[', ']'));
    }

    /// <summary>Sections 4.6, 4.8 and 4.9: descriptions with IPv6, both versions, and mapped addresses.</summary>
    [SkippableTheory]
    [InlineData("ipv6-in-sdp", "2001:db8::20", "2001:db8::20")]
    [InlineData("mult-ip-in-sdp", "192.0.2.1", "2001:db8::1")]
    [InlineData("ipv4-mapped-ipv6", "::ffff:192.0.2.2", "::ffff:192.0.2.2")]
    public void EachSectionHasItsAddress(string name, string audio, string video)
    {
        Assert.True(SipParser.TryParse(Read(name).AsSpan(), out var message, out _));
        Assert.Equal(SdpError.None, SessionDescription.TryParse(message!.Body.Span, out var session));
        Assert.Equal([audio, video], session.Media.Select(m => session.ConnectionOf(m).Host));
    }

    // The lengths that the RFC prints for its three descriptions fit neither line ending; the messages are meant valid.
    private static string WithTrueLength(string text)
    {
        var body = text[(text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
        return Regex.Replace(text, @"Content-Length: \d+", $"Content-Length: {Encoding.UTF8.GetByteCount(body)}");
    }

    private static byte[] Read(string name)
    {
        var folder = VectorFolder.Find("sip/rfc5118");
        Skip.If(folder is null, "no vectors");

        // The files hold the messages as the RFC prints them: lines ended by LF, the last empty one at times lost.
        var text = File.ReadAllText(Path.Combine(folder!, name)).Replace("\n", "\r\n", StringComparison.Ordinal);
        if (!text.Contains("\r\n\r\n", StringComparison.Ordinal)) text += "\r\n";
        return Encoding.UTF8.GetBytes(WithTrueLength(text));
    }
}
