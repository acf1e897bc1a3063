namespace OrleansAcd.Sip.Digest;

/// <summary>Hash algorithms of digest authentication, weakest first (RFC 7616 section 3.2, RFC 8760).</summary>
public enum DigestAlgorithm
{
    Md5,
    Sha256,
    Sha512Trunc256,
}

/// <summary>An algorithm and whether the key is bound to the session ("-sess", RFC 7616 section 3.4.2).</summary>
public readonly record struct DigestScheme(DigestAlgorithm Algorithm, bool Session = false)
{
    /// <summary>The token of the algorithm parameter; absent means MD5.</summary>
    public string Token => Algorithm switch
    {
        DigestAlgorithm.Sha256 => "SHA-256",
        DigestAlgorithm.Sha512Trunc256 => "SHA-512-256",
        _ => "MD5",
    } + (Session ? "-sess" : "");

    public static bool TryParse(string? token, out DigestScheme scheme)
    {
        token ??= "MD5";
        var session = token.EndsWith("-sess", StringComparison.OrdinalIgnoreCase);
        var name = session ? token[..^5] : token;
        scheme = name.ToUpperInvariant() switch
        {
            "SHA-256" => new(DigestAlgorithm.Sha256, session),
            "SHA-512-256" => new(DigestAlgorithm.Sha512Trunc256, session),
            _ => new(DigestAlgorithm.Md5, session),
        };
        return scheme.Algorithm is not DigestAlgorithm.Md5 || name.Equals("MD5", StringComparison.OrdinalIgnoreCase);
    }
}
