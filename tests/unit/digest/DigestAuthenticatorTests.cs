using System.Net;
using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Digest;
using Xunit;

namespace OrleansAcd.Tests.Unit.Digest;

/// <summary>RFC 7616 and RFC 8760 from the server's side, against our own client.</summary>
public sealed class DigestAuthenticatorTests
{
    private static readonly IPAddress Here = IPAddress.Parse("192.0.2.5");
    private readonly DigestAuthenticator _server = Server();
    private Instant _now = Instant.FromMilliseconds(1000);

    private static DigestAuthenticator Server(DigestServerOptions? options = null) => new(
        options ?? new DigestServerOptions("acd.test"), new Accounts(), "0123456789abcdef"u8, new SeededIdSource(7));

    private static DigestClient Client(string user = "alice", string password = "secret")
        => new(user, password, new SeededIdSource(9));

    private DigestVerdict Ask(IPAddress? source = null, params string[] credentials)
        => _server.Handle(new DigestRequest("REGISTER", credentials, source ?? Here), _now);

    private string Credentials(DigestClient client)
    {
        var challenge = Assert.IsType<DigestVerdict.Challenge>(Ask());
        Assert.True(client.TryAnswer(challenge.Headers, "REGISTER", "sip:acd.test", [], out var header));
        return header;
    }

    /// <summary>RFC 8760 section 2.4: one header per algorithm, most preferred first.</summary>
    [Fact]
    public void ChallengesWithSha256ThenMd5()
    {
        var challenge = Assert.IsType<DigestVerdict.Challenge>(Ask());

        var parsed = DigestChallenge.ReadAll(challenge.Headers);
        Assert.Equal([DigestAlgorithm.Sha256, DigestAlgorithm.Md5], parsed.Select(c => c.Scheme.Algorithm));
        Assert.All(parsed, c => Assert.Equal(["auth"], c.Qop));
        Assert.All(parsed, c => Assert.Equal("acd.test", c.Realm));
        Assert.False(challenge.Stale);
    }

    [Fact]
    public void TheRightPasswordIsAccepted_ByTheStrongestAlgorithm()
    {
        var header = Credentials(Client());
        Assert.Contains("algorithm=SHA-256", header, StringComparison.Ordinal);
        Assert.Equal(new DigestVerdict.Accepted("alice"), Ask(null, header));
    }

    [Fact]
    public void AClientThatKnowsMd5AloneIsAccepted()
    {
        var challenge = Assert.IsType<DigestVerdict.Challenge>(Ask());
        Assert.True(Client().TryAnswer([challenge.Headers[1]], "REGISTER", "sip:acd.test", [], out var header));
        Assert.Equal(new DigestVerdict.Accepted("alice"), Ask(null, header));
    }

    [Theory]
    [InlineData("alice", "wrong")]
    [InlineData("nobody", "secret")]
    public void WrongCredentialsAreChallengedAgain(string user, string password)
    {
        var challenge = Assert.IsType<DigestVerdict.Challenge>(Ask(null, Credentials(Client(user, password))));
        Assert.False(challenge.Stale);
        Assert.Equal(1, _server.Counters.WrongCredentials);
    }

    [Fact]
    public void CredentialsOfAnotherMethodAreWrong()
    {
        var header = Credentials(Client());
        var verdict = _server.Handle(new DigestRequest("INVITE", [header], Here), _now);
        Assert.IsType<DigestVerdict.Challenge>(verdict);
        Assert.Equal(1, _server.Counters.WrongCredentials);
    }

    /// <summary>RFC 7616 section 3.4: the count lets the server detect replays.</summary>
    [Fact]
    public void CredentialsAreGoodOnce_TheNextCountIsGoodAgain()
    {
        var client = Client();
        var first = Credentials(client);
        Ask(null, first);

        var replay = Assert.IsType<DigestVerdict.Challenge>(Ask(null, first));
        Assert.True(replay.Stale);
        Assert.Equal(1, _server.Counters.Replayed);
        Assert.IsType<DigestVerdict.Accepted>(Ask(null, client.Reuse("REGISTER", "sip:acd.test", [])!));
    }

    [Fact]
    public void CountsMayComeOutOfOrderWithinTheWindow_EachOnce()
    {
        var client = Client();
        List<string> headers = [Credentials(client)];
        for (var i = 0; i < 100; i++) headers.Add(client.Reuse("REGISTER", "sip:acd.test", [])!);

        Assert.IsType<DigestVerdict.Accepted>(Ask(null, headers[100]));
        Assert.IsType<DigestVerdict.Accepted>(Ask(null, headers[99]));
        Assert.IsType<DigestVerdict.Challenge>(Ask(null, headers[99]));
        Assert.IsType<DigestVerdict.Accepted>(Ask(null, headers[101 - DigestLimits.NonceCountWindow]));
        Assert.IsType<DigestVerdict.Challenge>(Ask(null, headers[100 - DigestLimits.NonceCountWindow]));
    }

    /// <summary>RFC 7616 section 3.3: stale says that the credentials were right and only the nonce too old.</summary>
    [Fact]
    public void AnOldNonceIsStale_AndTheClientGoesOnWithoutAsking()
    {
        var client = Client();
        var header = Credentials(client);
        _now += TimeSpan.FromMinutes(6);

        var challenge = Assert.IsType<DigestVerdict.Challenge>(Ask(null, header));
        Assert.True(challenge.Stale);
        Assert.True(client.TryAnswer(challenge.Headers, "REGISTER", "sip:acd.test", [], out var again));
        Assert.IsType<DigestVerdict.Accepted>(Ask(null, again));
    }

    [Fact]
    public void ANonceThatWeDidNotIssueIsStale()
    {
        var other = new DigestAuthenticator(
            new DigestServerOptions("acd.test"), new Accounts(), "another key 0123"u8, new SeededIdSource(1));
        var foreign = (DigestVerdict.Challenge)other.Handle(new DigestRequest("REGISTER", [], Here), _now);
        Client().TryAnswer(foreign.Headers, "REGISTER", "sip:acd.test", [], out var header);

        Assert.True(Assert.IsType<DigestVerdict.Challenge>(Ask(null, header)).Stale);
    }

    [Fact]
    public void AfterAFewFailuresTheUserIsRefused_ThenForgivenWithTime()
    {
        for (var i = 0; i < 5; i++) Ask(null, Credentials(Client("alice", "wrong")));

        var right = Credentials(Client());
        var refused = Assert.IsType<DigestVerdict.Refused>(Ask(null, right));
        Assert.Equal(TimeSpan.FromSeconds(10), refused.RetryAfter);
        Assert.Equal(1, _server.Counters.Limited);

        _now += refused.RetryAfter;
        Assert.IsType<DigestVerdict.Accepted>(Ask(null, right));
    }

    /// <summary>Somebody else's guesses must not keep a user's own phone out.</summary>
    [Fact]
    public void AUserWhoIsRefusedAtOneAddressStillComesInFromAnother()
    {
        for (var i = 0; i < 6; i++) Ask(null, Credentials(Client("alice", "wrong")));

        Assert.IsType<DigestVerdict.Refused>(Ask(null, Credentials(Client())));
        Assert.Equal(new DigestVerdict.Accepted("alice"), Ask(IPAddress.Parse("192.0.2.6"), Credentials(Client())));
    }

    /// <summary>Phones that know MD5 alone refuse a challenge that they do not know, even beside one that they
    /// do.</summary>
    [Fact]
    public void ChallengesByMd5AloneWhenToldSoAndStillTakesSha256()
    {
        var server = Server(new DigestServerOptions("acd.test") { Challenges = [DigestAlgorithm.Md5] });
        var asked = new DigestRequest("REGISTER", [], Here);

        var challenge = Assert.IsType<DigestVerdict.Challenge>(server.Handle(asked, _now));

        Assert.Contains("MD5", Assert.Single(challenge.Headers), StringComparison.Ordinal);
        var stronger = challenge.Headers[0].Replace("MD5", "SHA-256", StringComparison.Ordinal);
        Assert.True(Client().TryAnswer([stronger], "REGISTER", "sip:acd.test", [], out var header));
        Assert.Equal(new DigestVerdict.Accepted("alice"), server.Handle(asked with { Authorization = [header] }, _now));
    }

    [Fact]
    public void ASourceThatTriesManyUsersIsRefused_OtherSourcesAreNot()
    {
        for (var i = 0; i < 20; i++) Ask(null, Credentials(Client($"user{i}", "guess")));

        var right = Credentials(Client());
        Assert.IsType<DigestVerdict.Refused>(Ask(null, right));
        Assert.IsType<DigestVerdict.Accepted>(Ask(IPAddress.Parse("192.0.2.6"), right));
    }

    /// <summary>One phone with an old password must not shut out the office behind the same address.</summary>
    [Fact]
    public void OneStubbornPhoneDoesNotBlockItsNeighbours()
    {
        for (var second = 0; second < 600; second++)
        {
            Ask(null, Credentials(Client("bob", "old password")));
            _now += TimeSpan.FromSeconds(1);
        }

        Assert.IsType<DigestVerdict.Accepted>(Ask(null, Credentials(Client())));
    }

    [Theory]
    [InlineData("Basic YWxpY2U6c2VjcmV0")]
    [InlineData("Digest")]
    [InlineData("Digest username=\"alice")]
    [InlineData("Digest username=\"alice\", realm=\"acd.test\", nonce=\"\", uri=\"sip:x\", response=\"\", " +
        "algorithm=SHA-1")]
    [InlineData("Digest username=\"alice\", realm=\"acd.test\", nonce=\"x\", uri=\"sip:x\", response=\"y\"")]
    [InlineData("Digest username=\"alice\", realm=\"acd.test\", nonce=\"x\", uri=\"sip:x\", response=\"y\", qop=auth," +
        " nc=zz")]
    [InlineData("Digest username=a, username=b, realm=\"acd.test\"")]
    [InlineData("NoOneKnowsThisScheme opaque-data=here")]
    public void WhatIsNoCredentialsIsChallenged(string header)
    {
        Assert.IsType<DigestVerdict.Challenge>(Ask(null, header));
        Assert.Equal(0, _server.Counters.WrongCredentials);
    }

    [Fact]
    public void MemoryIsBounded_AndForgettingLetsNoReplayIn()
    {
        var first = Credentials(Client());
        Ask(null, first);
        for (var i = 0; i < DigestLimits.Nonces + 100; i++)
        {
            _now += TimeSpan.FromTicks(1);
            Ask(null, Credentials(Client()));
        }

        Assert.Equal(DigestLimits.Nonces, _server.Remembered.Nonces);
        Assert.True(Assert.IsType<DigestVerdict.Challenge>(Ask(null, first)).Stale);

        for (var i = 0; i < DigestLimits.Offenders + 100; i++)
        {
            var source = new IPAddress(BitConverter.GetBytes(i));
            var credentials = new DigestCredentials($"u{i}", "acd.test", "n", "sip:x", default)
            {
                Qop = "auth", Cnonce = "c", NonceCount = 1, Response = "r",
            };
            Ask(source, credentials.ToString());
        }

        Assert.Equal(DigestLimits.Offenders, _server.Remembered.Users);
        Assert.Equal(DigestLimits.Offenders, _server.Remembered.Sources);
    }

    private sealed class Accounts : IDigestAccounts
    {
        private readonly DigestAccount _alice = DigestAccount.FromPassword("alice", "acd.test", "secret");
        private readonly DigestAccount _bob = DigestAccount.FromPassword("bob", "acd.test", "new password");

        public DigestAccount? Find(string user, string realm) => user switch
        {
            "alice" => _alice,
            "bob" => _bob,
            _ => null,
        };
    }
}
