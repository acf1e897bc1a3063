using System.Net;

namespace OrleansAcd.Sip.Digest;

/// <summary>A request as digest authentication sees it.</summary>
/// <param name="Authorization">The values of its Authorization (or Proxy-Authorization) headers.</param>
/// <param name="Source">Where it came from; failures are limited by it.</param>
public sealed record DigestRequest(string Method, IReadOnlyList<string> Authorization, IPAddress Source);

/// <summary>What a request is to be answered, as far as authentication goes.</summary>
public abstract record DigestVerdict
{
    /// <summary>The credentials are those of this user.</summary>
    public sealed record Accepted(string User) : DigestVerdict;

    /// <summary>Answer 401 (or 407) with these WWW-Authenticate (or Proxy-Authenticate) values, in this
    /// order.</summary>
    public sealed record Challenge(IReadOnlyList<string> Headers, bool Stale) : DigestVerdict;

    /// <summary>Answer 403 with Retry-After: too many wrong credentials from this source or for this user.</summary>
    public sealed record Refused(TimeSpan RetryAfter) : DigestVerdict;
}

/// <summary>How a server authenticates.</summary>
/// <param name="Realm">The protection space, usually the domain; part of every stored hash.</param>
public sealed record DigestServerOptions(string Realm)
{
    public TimeSpan NonceLifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>One challenge for each, in this order (RFC 8760 section 2.4). Credentials by any algorithm are
    /// taken.</summary>
    public IReadOnlyList<DigestAlgorithm> Challenges { get; init; } = [DigestAlgorithm.Sha256, DigestAlgorithm.Md5];

    /// <summary>Wrong credentials for one user from one address before refusal, and the time after which one more is
    /// allowed. By address too, so that nobody can shut out a user whose phone is elsewhere.</summary>
    public int FailuresPerUser { get; init; } = 5;
    public TimeSpan UserForgiveness { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The same for one address. Wider than a user's, so that one phone with a wrong password, refused as a
    /// user first, does not shut out the office behind the same address.</summary>
    public int FailuresPerSource { get; init; } = 20;
    public TimeSpan SourceForgiveness { get; init; } = TimeSpan.FromSeconds(3);
}
