using OrleansAcd.Sip.Messages;
using Xunit;

namespace OrleansAcd.Tests.Unit.Sip;

/// <summary>What the parser alone says to RFC 4475 and RFC 5118; the answers of the stack are tested
/// elsewhere.</summary>
public sealed class TortureParsing
{
    [SkippableTheory]
    [InlineData("wsinv", true)]
    [InlineData("intmeth", true)]
    [InlineData("esc01", true)]
    [InlineData("escnull", true)]
    [InlineData("esc02", true)]
    [InlineData("lwsdisp", true)]
    [InlineData("longreq", true)]
    [InlineData("dblreq", true)]
    [InlineData("semiuri", true)]
    [InlineData("transports", true)]
    [InlineData("mpart01", true)]
    [InlineData("unreason", true)]
    [InlineData("noreason", true)]
    [InlineData("badinv01", false)]
    [InlineData("clerr", false)]
    [InlineData("ncl", false)]
    [InlineData("scalar02", false)]
    [InlineData("scalarlg", false)]
    [InlineData("quotbal", false)]
    [InlineData("ltgtruri", false)]
    [InlineData("lwsruri", false)]
    [InlineData("lwsstart", false)]
    [InlineData("trws", false)]
    [InlineData("escruri", false)]
    [InlineData("regbadct", false)]
    [InlineData("badvers", false)]
    [InlineData("mismatch01", false)]
    [InlineData("mismatch02", false)]
    [InlineData("bigcode", false)]
    [InlineData("badbranch", true)]
    [InlineData("insuf", false)]
    [InlineData("unkscm", true)]
    [InlineData("novelsc", true)]
    [InlineData("unksm2", true)]
    [InlineData("multi01", false)]
    [InlineData("mcl01", false)]
    [InlineData("bcast", true)]
    [InlineData("zeromf", true)]
    [InlineData("cparam01", true)]
    [InlineData("cparam02", true)]
    [InlineData("regescrt", true)]
    [InlineData("inv2543", true)]
    public void Rfc4475MessagesAreTakenOrRefused(string name, bool good)
    {
        var bytes = SipVectors.Read("rfc4475", name + ".dat");
        Assert.True(good == SipParser.TryParse(bytes.AsSpan(), out _, out var error), $"{name}: {error}");
    }

    [SkippableTheory]
    [InlineData("badinv01")]
    [InlineData("scalar02")]
    [InlineData("mismatch01")]
    [InlineData("multi01")]
    [InlineData("badvers")]
    [InlineData("ncl")]
    [InlineData("clerr")]
    [InlineData("mcl01")]
    public void RefusedRequestsThatCanBeAnsweredAre(string name)
    {
        var bytes = SipVectors.Read("rfc4475", name + ".dat");
        SipParser.TryParse(bytes.AsSpan(), out var message, out var error);
        Assert.True(error.Answerable, error.ToString());
        Assert.NotEmpty(SipWriter.ToArray(SipResponse.For((SipRequest)message!, error.StatusCode, error.Reason, "t")));
    }

    [SkippableTheory]
    [InlineData("ipv4-mapped-ipv6", true)]
    [InlineData("ipv6-bad", false)]
    [InlineData("ipv6-bug-abnf-3-colons", true)]
    [InlineData("ipv6-correct-abnf-2-colons", true)]
    [InlineData("ipv6-good", true)]
    [InlineData("ipv6-in-sdp", false)] // the published file is shorter than its Content-Length
    [InlineData("mult-ip-in-header", true)]
    [InlineData("mult-ip-in-sdp", true)]
    [InlineData("port-ambiguous", true)]
    [InlineData("port-unambiguous", true)]
    [InlineData("via-received-param-no-delim", true)]
    [InlineData("via-received-param-with-delim", true)]
    public void Rfc5118MessagesAreTakenOrRefused(string name, bool good)
    {
        var text = System.Text.Encoding.UTF8.GetString(SipVectors.Read("rfc5118", name));
        var bytes = System.Text.Encoding.UTF8.GetBytes(text.Replace("\r", "").Replace("\n", "\r\n"));
        var taken = SipParser.TryParse(bytes.AsSpan(), out _, out var error);
        Assert.True(good == taken, $"{name}: {error}");
    }

    [SkippableFact]
    public void UnfoldedHeadersReadAsIfOnOneLine()
    {
        var bytes = SipVectors.Read("rfc4475", "wsinv.dat");
        Assert.True(SipParser.TryParse(bytes.AsSpan(), out var message, out _));
        Assert.Equal("1918181833n", message!.ToTag);
        Assert.Equal("98asjd8", message.FromTag);
        Assert.Equal("J Rosenberg \\\"", message.From.DisplayName);
        Assert.Equal(9u, message.CSeq.Number);
        Assert.Equal(3, message.Headers.CountOf(SipHeaderId.Via));
        Assert.Equal("390skdjuw", message.TopVia.Branch);
        Assert.Equal(330, message.Contacts[0].QThousandths);
        Assert.Equal(68, ((SipRequest)message).MaxForwards);
    }
}
