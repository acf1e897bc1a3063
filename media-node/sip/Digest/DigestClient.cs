using OrleansAcd.MediaCore;

namespace OrleansAcd.Sip.Digest;

/// <summary>The client's side of digest authentication towards one server (RFC 7616, RFC 8760, RFC 3261 section
/// 22.2).</summary>
/// <remarks>Chooses the strongest algorithm offered, auth before auth-int before the legacy form; counts nonce uses;
/// keeps the nonce for later requests. Not thread-safe.</remarks>
/// <param name="user">Who we are there.</param>
/// <param name="ha1Of">H(user:realm:password) of an algorithm and a realm; null where it is not known.</param>
/// <param name="ids">Where client nonces come from.</param>
public sealed class DigestClient(string user, Func<DigestAlgorithm, string, string?> ha1Of, IIdSource ids)
{
    // Two: one challenge for a nonce that has aged, one more for the algorithm. A third means the password is wrong.
    private const int AttemptsMax = 2;

    private DigestChallenge? _challenge;
    private uint _count;
    private int _attempts;

    public DigestClient(string user, string password, IIdSource ids)
        : this(user, (algorithm, realm) => DigestMath.Ha1(algorithm, user, realm, password), ids)
    {
    }

    /// <summary>Answers the challenges of a 401 or 407 with the value of an Authorization or Proxy-Authorization
    /// header.</summary>
    /// <returns>False when none is supported, or when our credentials were refused already.</returns>
    public bool TryAnswer(IEnumerable<string> headers, string method, string uri, ReadOnlySpan<byte> body,
        out string header)
    {
        header = "";
        if (Strongest(DigestChallenge.ReadAll(headers)) is not { } challenge) return false;
        if (++_attempts > AttemptsMax || (_attempts > 1 && !challenge.Stale)) return false;

        if (_challenge?.Nonce != challenge.Nonce) _count = 0;
        _challenge = challenge;
        header = Next(challenge, method, uri, body);
        return true;
    }

    /// <summary>Credentials for another request with the nonce at hand, so that it need not be challenged; else
    /// null.</summary>
    public string? Reuse(string method, string uri, ReadOnlySpan<byte> body)
        => _challenge is { } challenge ? Next(challenge, method, uri, body) : null;

    /// <summary>The server let a request through: the next challenge is a new matter.</summary>
    public void Succeeded() => _attempts = 0;

    private string Next(DigestChallenge challenge, string method, string uri, ReadOnlySpan<byte> body)
    {
        var qop = Qop(challenge);
        var credentials = new DigestCredentials(user, challenge.Realm, challenge.Nonce, uri, challenge.Scheme)
        {
            Qop = qop,
            Opaque = challenge.Opaque,
            NonceCount = ++_count,
            Cnonce = qop is null && !challenge.Scheme.Session ? "" : $"{ids.NextBits():x16}{ids.NextBits():x16}",
        };
        var ha1 = ha1Of(challenge.Scheme.Algorithm, challenge.Realm)!;
        return (credentials with { Response = DigestMath.Response(ha1, credentials, method, body) }).ToString();
    }

    private static string? Qop(DigestChallenge challenge)
        => challenge.Qop.Contains("auth", StringComparer.OrdinalIgnoreCase) ? "auth"
        : challenge.Qop.Contains("auth-int", StringComparer.OrdinalIgnoreCase) ? "auth-int"
        : null;

    // RFC 8760 section 2.4 has servers put their preference first; among equals the first stands.
    private DigestChallenge? Strongest(List<DigestChallenge> challenges)
    {
        DigestChallenge? best = null;
        foreach (var challenge in challenges)
        {
            var unknownQop = challenge.Qop.Count > 0 && Qop(challenge) is null;
            if (unknownQop || ha1Of(challenge.Scheme.Algorithm, challenge.Realm) is null) continue;
            if (best is null || challenge.Scheme.Algorithm > best.Scheme.Algorithm) best = challenge;
        }

        return best;
    }
}
