namespace OrleansAcd.Sip.Digest;

/// <summary>The named maxima of digest authentication.</summary>
public static class DigestLimits
{
    /// <summary>Characters of one header value; a longer one is not read.</summary>
    public const int HeaderChars = 4096;

    /// <summary>Parameters of one challenge or one set of credentials.</summary>
    public const int Parameters = 32;

    /// <summary>Challenges, or credentials, of one message.</summary>
    public const int Challenges = 8;

    /// <summary>Nonces whose use is remembered; beyond it the oldest become stale.</summary>
    public const int Nonces = 16_384;

    /// <summary>How far behind the highest nonce count a request may come in, once.</summary>
    public const int NonceCountWindow = 64;

    /// <summary>Sources, and users, whose failures are remembered; beyond it the least recent are forgotten.</summary>
    public const int Offenders = 10_000;
}
