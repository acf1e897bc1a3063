using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Digest;
using Xunit;

namespace OrleansAcd.Tests.Unit.Digest;

/// <summary>The client: which challenge it takes, what it sends, when it gives up.</summary>
public sealed class DigestClientTests
{
    private readonly DigestClient _client = new("bob", "zanzibar", new SeededIdSource(3));

    private DigestCredentials Answer(params string[] challenges)
    {
        Assert.True(_client.TryAnswer(challenges, "INVITE", "sip:alice@example.com", "body"u8, out var header));
        Assert.True(DigestCredentials.TryParse(header, out var credentials));
        return credentials;
    }

    private static string Challenge(string rest, string nonce = "n1")
        => $"Digest realm=\"biloxi.com\", nonce=\"{nonce}\"{rest}";

    [Fact]
    public void TakesTheStrongestOfSeveral_InOneHeaderOrInMany()
    {
        var credentials = Answer(
            Challenge(", algorithm=MD5, qop=\"auth\"") + ", " +
                Challenge(", algorithm=SHA-256, qop=\"auth,auth-int\"", "n2"),
            "Basic realm=\"x\"", Challenge(", algorithm=TIGER-192, qop=\"auth\"", "n3"));

        Assert.Equal((DigestAlgorithm.Sha256, "n2", "auth"),
            (credentials.Scheme.Algorithm, credentials.Nonce, credentials.Qop));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData(", qop=\"auth-int\"", "auth-int")]
    [InlineData(", qop=\"auth-int,auth\", algorithm=MD5-sess", "auth")]
    [InlineData(", qop=auth, algorithm=SHA-512-256", "auth")]
    public void AnswersEveryFormThatIsDefined(string challenge, string? qop)
    {
        var credentials = Answer(Challenge(challenge + ", opaque=\"5c\\\"c\""));

        Assert.Equal(qop, credentials.Qop);
        Assert.Equal("5c\"c", credentials.Opaque);
        var ha1 = DigestMath.Ha1(credentials.Scheme.Algorithm, "bob", "biloxi.com", "zanzibar");
        Assert.Equal(DigestMath.Response(ha1, credentials, "INVITE", "body"u8), credentials.Response);
    }

    /// <summary>RFC 7616 section 3.4: nc counts the requests sent with this nonce, and starts again with a new
    /// one.</summary>
    [Fact]
    public void CountsTheUsesOfANonce()
    {
        Assert.Equal(1u, Answer(Challenge(", qop=\"auth\"")).NonceCount);
        Assert.True(DigestCredentials.TryParse(_client.Reuse("BYE", "sip:x", [])!, out var second));
        Assert.Equal(2u, second.NonceCount);
        _client.Succeeded();
        Assert.Equal(1u, Answer(Challenge(", qop=\"auth\"", "n2")).NonceCount);
    }

    /// <summary>RFC 3261 section 22.2: a request is not tried again with credentials that were just refused.</summary>
    [Fact]
    public void GivesUpWhenItsPasswordWasRefused_NotWhenTheNonceWasStale()
    {
        Answer(Challenge(", qop=\"auth\""));
        Answer(Challenge(", qop=\"auth\", stale=TRUE", "n2"));
        Assert.False(_client.TryAnswer([Challenge(", qop=\"auth\", stale=true", "n3")], "INVITE", "sip:x", [], out _));

        _client.Succeeded();
        Answer(Challenge(", qop=\"auth\"", "n4"));
        Assert.False(_client.TryAnswer([Challenge(", qop=\"auth\"", "n5")], "INVITE", "sip:x", [], out _));
    }

    [Theory]
    [InlineData("Basic realm=\"x\"")]
    [InlineData("Digest realm=\"x\", nonce=\"n\", algorithm=TIGER")]
    [InlineData("Digest realm=\"x\", nonce=\"n\", qop=\"auth-conf\"")]
    [InlineData("Digest realm=\"x\"")]
    [InlineData("")]
    public void WhatItCannotAnswerItDoesNot(string challenge)
        => Assert.False(_client.TryAnswer([challenge], "INVITE", "sip:x", [], out _));

    [Fact]
    public void HasNothingToReuseBeforeAChallenge() => Assert.Null(_client.Reuse("INVITE", "sip:x", []));
}
