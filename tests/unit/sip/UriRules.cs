using OrleansAcd.Sip.Messages;
using Xunit;

namespace OrleansAcd.Tests.Unit.Sip;

/// <summary>RFC 3261 §19.1: URIs, their parts and when two are the same.</summary>
public sealed class UriRules
{
    [Theory]
    [InlineData("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp")]
    [InlineData("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5")]
    [InlineData("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;newparam=5")]
    [InlineData("sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
        "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com")]
    [InlineData("sip:alice@atlanta.com?subject=project%20x&priority=urgent",
        "sip:alice@atlanta.com?priority=urgent&subject=project%20x")]
    public void EquivalentUrisOfTheRfcAreEqual(string one, string other)
    {
        Assert.Equal(SipUri.Parse(one), SipUri.Parse(other));
        Assert.Equal(SipUri.Parse(one).GetHashCode(), SipUri.Parse(other).GetHashCode());
    }

    [Theory]
    [InlineData("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP")]
    [InlineData("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060")]
    [InlineData("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp")]
    [InlineData("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp")]
    [InlineData("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting")]
    [InlineData("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4")]
    [InlineData("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off")]
    public void DifferentUrisOfTheRfcAreNotEqual(string one, string other) =>
        Assert.NotEqual(SipUri.Parse(one), SipUri.Parse(other));

    [Theory]
    [InlineData("sip:")]
    [InlineData("sip:@host")]
    [InlineData("sip:a@")]
    [InlineData("sip:a b@host")]
    [InlineData("sip:a@host:0")]
    [InlineData("sip:a@host:65536")]
    [InlineData("sip:a@host:-1")]
    [InlineData("sip:a@2001:db8::10")]
    [InlineData("sip:a@[2001:db8::10")]
    [InlineData("sip:a@[fe80::1%eth0]")]
    [InlineData("sip:a%zz@host")]
    [InlineData("sip:a@b@host")]
    [InlineData(":x")]
    [InlineData("1sip:x")]
    public void MalformedUrisAreRefused(string text) => Assert.False(SipUri.TryParse(text, out _));

    [Fact]
    public void PartsAreReadWithEscapesKept()
    {
        var uri = SipUri.Parse("sips:al%20ice:secret@[2001:db8::1]:5061;lr;transport=tcp?Subject=x");
        Assert.Equal(SipUriScheme.Sips, uri.Scheme);
        Assert.Equal("al%20ice", uri.User);
        Assert.Equal("al ice", uri.UserUnescaped);
        Assert.Equal("secret", uri.Password);
        Assert.Equal("[2001:db8::1]", uri.Host);
        Assert.Equal(5061, uri.Port);
        Assert.True(uri.IsLooseRouter);
        Assert.Equal("tcp", uri.Parameters.Get("Transport"));
        Assert.Equal("Subject=x", uri.HeadersText);
        Assert.Equal("sips:al%20ice:secret@[2001:db8::1]:5061;lr;transport=tcp", uri.WithoutHeaders().ToString());
    }

    [Fact]
    public void UsersAreEscapedWhenAUriIsMade() =>
        Assert.Equal("sip:a%40b%20%C3%A9@h:5070", SipUri.Create("a@b é", "h", 5070).ToString());
}
