using System.Text;
using OrleansAcd.Sip.Info;
using Xunit;

namespace OrleansAcd.Tests.Unit.Sip;

/// <summary>Keys in INFO bodies, as phones write them.</summary>
public sealed class InfoKeyRules
{
    [Theory]
    [InlineData("Signal=5\r\nDuration=160\r\n", '5', 160), InlineData("Signal= 1\r\nDuration= 180\r\n", '1', 180)]
    [InlineData("signal=*\nduration=99", '*', 99), InlineData("Signal=10\r\nDuration=100", '*', 100)]
    [InlineData("Signal=11\r\n", '#', 250), InlineData("Duration=60\r\nSignal=a", 'A', 60)]
    [InlineData("Signal=15\r\nDuration=99999999", 'D', 10_000), InlineData("Signal=#", '#', 250)]
    public void ARelayBodyIsAKeyWithItsDuration(string body, char key, int milliseconds)
    {
        Assert.Equal(InfoKeyResult.Key, Parse("application/dtmf-relay", body, out var parsed));
        Assert.Equal(new InfoKey(key, TimeSpan.FromMilliseconds(milliseconds)), parsed);
    }

    [Theory, InlineData("7", '7'), InlineData(" # \r\n", '#'), InlineData("10", '*'), InlineData("c", 'C')]
    public void APlainBodyIsAKey(string body, char key)
    {
        Assert.Equal(InfoKeyResult.Key, Parse("Application/DTMF", body, out var parsed));
        Assert.Equal(key, parsed.Key);
    }

    [Theory]
    [InlineData("application/dtmf-relay", "Signal=16\r\nDuration=100", InfoKeyResult.NoKey)]
    [InlineData("application/dtmf-relay", "", InfoKeyResult.NoKey), InlineData("", "", InfoKeyResult.NoKey)]
    [InlineData("application/dtmf-relay", "Signal=17", InfoKeyResult.Malformed)]
    [InlineData("application/dtmf-relay", "Signal=-1", InfoKeyResult.Malformed)]
    [InlineData("application/dtmf-relay", "Signal=x", InfoKeyResult.Malformed)]
    [InlineData("application/dtmf-relay", "nothing", InfoKeyResult.Malformed)]
    [InlineData("application/dtmf-relay", "Signal=5\r\nDuration=long", InfoKeyResult.Malformed)]
    [InlineData("application/dtmf", "55", InfoKeyResult.Malformed)]
    [InlineData("application/media_control+xml", "<x/>", InfoKeyResult.OtherType)]
    [InlineData("", "5", InfoKeyResult.OtherType)]
    public void EverythingElseHasItsAnswer(string type, string body, InfoKeyResult result)
    {
        Assert.Equal(result, Parse(type, body, out var key));
        Assert.Equal(default, key);
    }

    [Fact]
    public void ABodyBeyondTheLimitIsMalformed() => Assert.Equal(
        InfoKeyResult.Malformed, Parse("application/dtmf", new string(' ', InfoKey.BodyBytesMax) + "5", out _));

    [Fact]
    public void AKeyIsNotPrinted() =>
        Assert.DoesNotContain("7", new InfoKey('7', default).ToString(), StringComparison.Ordinal);

    private static InfoKeyResult Parse(string type, string body, out InfoKey key) =>
        InfoKey.TryParse(type, Encoding.Latin1.GetBytes(body), out key);
}
