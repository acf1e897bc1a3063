using OrleansAcd.MediaCore;

namespace OrleansAcd.Sip.Digest;

/// <summary>The server's side of digest authentication (RFC 7616, RFC 8760, RFC 3261 section 22). No I/O, no
/// clock.</summary>
/// <remarks>Challenges by the options' algorithms, qop auth. Nonces prove themselves and are used once per count. Wrong
/// credentials are limited by user at a source and by source; a refused one is not even computed. The digest URI is not
/// held against the Request-URI, which proxies may rewrite and phones write as they like; the nonce count already keeps
/// credentials from being used twice. Not thread-safe.</remarks>
public sealed class DigestAuthenticator
{
    // What an unknown user's credentials are computed with, so that they take as long as a known one's.
    private const string NobodysHa1 = "00000000000000000000000000000000";

    private readonly DigestServerOptions _options;
    private readonly IDigestAccounts _accounts;
    private readonly NonceBook _nonces;
    private readonly FailureLimiter _users;
    private readonly FailureLimiter _sources;

    /// <param name="options">Realm, lifetimes and limits.</param>
    /// <param name="accounts">Who may come in.</param>
    /// <param name="nonceKey">At least 16 secret bytes, new at each start: nonces of before are then stale.</param>
    /// <param name="ids">Random bits for nonces.</param>
    public DigestAuthenticator(DigestServerOptions options, IDigestAccounts accounts, ReadOnlySpan<byte> nonceKey,
        IIdSource ids)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(nonceKey.Length, 16);
        _options = options;
        _accounts = accounts;
        _nonces = new NonceBook(nonceKey.ToArray(), options.Realm, options.NonceLifetime, ids);
        _users = new FailureLimiter(options.FailuresPerUser, options.UserForgiveness);
        _sources = new FailureLimiter(options.FailuresPerSource, options.SourceForgiveness);
    }

    public DigestCounters Counters { get; } = new();

    /// <summary>Nonces and offenders remembered, for assertions on bounds.</summary>
    public (int Nonces, int Users, int Sources) Remembered => (_nonces.InUse, _users.Count, _sources.Count);

    public DigestVerdict Handle(DigestRequest request, Instant now)
    {
        if (Credentials(request) is not { } credentials) return Challenge(stale: false, now);

        var source = request.Source.ToString();
        var user = $"{credentials.User}\n{source}";
        if (RefusedFor(user, source, now) is { } wait)
        {
            Counters.Limited++;
            return new DigestVerdict.Refused(wait);
        }

        if (!IsRight(credentials, request.Method))
        {
            Counters.WrongCredentials++;
            _users.Failed(user, now);
            _sources.Failed(source, now);
            return Challenge(stale: false, now);
        }

        return _nonces.Use(credentials.Nonce, credentials.NonceCount, now) switch
        {
            NonceStanding.Fresh => Accept(credentials.User),
            NonceStanding.Replayed => Replayed(now),
            _ => Challenge(stale: true, now),
        };
    }

    private DigestVerdict.Accepted Accept(string user)
    {
        Counters.Accepted++;
        return new DigestVerdict.Accepted(user);
    }

    private DigestVerdict.Challenge Replayed(Instant now)
    {
        Counters.Replayed++;
        return Challenge(stale: true, now);
    }

    private DigestVerdict.Challenge Challenge(bool stale, Instant now)
    {
        Counters.Challenged++;
        var nonce = _nonces.Issue(now);
        return new DigestVerdict.Challenge([.. _options.Challenges.Select(Header)], stale);

        string Header(DigestAlgorithm algorithm) => new DigestChallenge(_options.Realm, nonce, new(algorithm))
        {
            Qop = ["auth"], Stale = stale,
        }.ToString();
    }

    // The first credentials for our realm, in a form we challenge for: qop auth, so with a nonce count.
    private DigestCredentials? Credentials(DigestRequest request)
    {
        foreach (var header in request.Authorization.Take(DigestLimits.Challenges))
        {
            if (!DigestCredentials.TryParse(header, out var credentials))
            {
                Counters.Malformed++;
                continue;
            }

            if (credentials.Realm == _options.Realm && credentials.Qop is "auth") return credentials;
        }

        return null;
    }

    private TimeSpan? RefusedFor(string user, string source, Instant now)
    {
        var byUser = _users.RefusedFor(user, now);
        var bySource = _sources.RefusedFor(source, now);
        return byUser > bySource ? byUser : bySource ?? byUser;
    }

    private bool IsRight(DigestCredentials credentials, string method)
    {
        var account = _accounts.Find(credentials.User, _options.Realm);
        var ha1 = account?.Ha1(credentials.Scheme);
        var expected = DigestMath.Response(ha1 ?? NobodysHa1, credentials, method, []);
        return DigestMath.SameResponse(expected, credentials.Response) && ha1 is not null;
    }
}

/// <summary>What authentication did, as running totals.</summary>
public sealed class DigestCounters
{
    public long Accepted { get; internal set; }
    public long Challenged { get; internal set; }
    public long WrongCredentials { get; internal set; }
    public long Replayed { get; internal set; }
    public long Limited { get; internal set; }
    public long Malformed { get; internal set; }
}
