using OrleansAcd.Sip.Digest;
using Xunit;

namespace OrleansAcd.Tests.Unit.Digest;

/// <summary>The worked examples of the RFCs.</summary>
public sealed class DigestVectorTests
{
    private const string Nonce7616 = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
    private const string Cnonce7616 = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";

    /// <summary>RFC 7616 section 3.9.1: one request under both algorithms.</summary>
    [Theory]
    [InlineData("MD5", "8ca523f5e9506fed4657c9700eebdbec")]
    [InlineData("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1")]
    public void Rfc7616Section391(string algorithm, string response)
    {
        Assert.True(DigestScheme.TryParse(algorithm, out var scheme));
        var credentials = new DigestCredentials("Mufasa", "http-auth@example.org", Nonce7616, "/dir/index.html", scheme)
        {
            Qop = "auth", NonceCount = 1, Cnonce = Cnonce7616,
        };
        Assert.Equal(response, Respond(credentials, "Circle of Life", "GET"));
    }

    /// <summary>RFC 7616 section 3.9.2 with the values of erratum 4897 (the printed ones are not
    /// SHA-512/256).</summary>
    [Fact]
    public void Rfc7616Section392()
    {
        var credentials = new DigestCredentials(
            "J\u00e4s\u00f8n Doe", "api@example.org", "5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", "/doe.json",
            new DigestScheme(DigestAlgorithm.Sha512Trunc256))
        {
            Qop = "auth", NonceCount = 1, Cnonce = "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v",
        };
        Assert.Equal(
            "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5",
            Respond(credentials, "Secret, or not?", "GET"));
    }

    /// <summary>RFC 2617 section 3.5; and the same without qop, as RFC 2069 computed it.</summary>
    [Theory]
    [InlineData("auth", "6629fae49393a05397450978507c4ef1")]
    [InlineData(null, "670fd8c2df070c60b045671b8b24ff02")]
    public void Rfc2617Section35(string? qop, string response)
    {
        var credentials = new DigestCredentials(
            "Mufasa", "testrealm@host.com", "dcd98b7102dd2f0e8b11d0f600bfb0c093", "/dir/index.html", default)
        {
            Qop = qop, NonceCount = 1, Cnonce = "0a4f113b",
        };
        Assert.Equal(response, Respond(credentials, "Circle Of Life", "GET"));
    }

    /// <summary>FIPS 180-4 examples of SHA-512/256, of one block and of two.</summary>
    [Theory]
    [InlineData("abc", "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23")]
    [InlineData(
        "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn" +
        "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
        "3928e184fb8690f840da3988121d31be65cb9d3ef83ee6146feac861e19b563a")]
    public void Sha512Trunc256IsTheStandards(string text, string hash)
        => Assert.Equal(hash, DigestMath.Hash(DigestAlgorithm.Sha512Trunc256, text));

    /// <summary>RFC 7616 sections 3.4.2 and 3.4.3: -sess and auth-int, written out by hand from their
    /// definitions.</summary>
    [Fact]
    public void SessionKeysAndBodiesEnterAsDefined()
    {
        var credentials = new DigestCredentials("bob", "r", "n", "sip:x",
            new DigestScheme(DigestAlgorithm.Md5, Session: true))
        {
            Qop = "auth-int", NonceCount = 2, Cnonce = "c",
        };
        var ha1 = Md5(Md5("bob:r:pw") + ":n:c");
        var ha2 = Md5("INVITE:sip:x:" + Md5("body"));
        var response = DigestMath.Response(Md5("bob:r:pw"), credentials, "INVITE", "body"u8);
        Assert.Equal(Md5($"{ha1}:n:00000002:c:auth-int:{ha2}"), response);
    }

    private static string Md5(string text) => DigestMath.Hash(DigestAlgorithm.Md5, text);

    private static string Respond(DigestCredentials credentials, string password, string method)
    {
        var ha1 = DigestMath.Ha1(credentials.Scheme.Algorithm, credentials.User, credentials.Realm, password);
        return DigestMath.Response(ha1, credentials, method, []);
    }
}
