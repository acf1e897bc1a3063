using System.Security.Cryptography;
using System.Text;

namespace OrleansAcd.Sip.Digest;

/// <summary>The arithmetic of digest responses (RFC 7616 section 3.4, RFC 3261 section 22.4). Pure.</summary>
public static class DigestMath
{
    /// <summary>The hash of a text's UTF-8 bytes, as lower-case hexadecimal digits.</summary>
    public static string Hash(DigestAlgorithm algorithm, string text) => Hash(algorithm, Encoding.UTF8.GetBytes(text));

    public static string Hash(DigestAlgorithm algorithm, ReadOnlySpan<byte> bytes)
        => Convert.ToHexStringLower(algorithm switch
    {
        DigestAlgorithm.Sha256 => SHA256.HashData(bytes),
        DigestAlgorithm.Sha512Trunc256 => Sha512Trunc256.Hash(bytes),
        _ => MD5.HashData(bytes),
    });

    /// <summary>H(A1) of section 3.4.2 without session: what an account store keeps instead of the password.</summary>
    public static string Ha1(DigestAlgorithm algorithm, string user, string realm, string password)
        => Hash(algorithm, $"{user}:{realm}:{password}");

    /// <summary>The response of section 3.4.1, for the fields of some credentials.</summary>
    /// <param name="ha1">H(user:realm:password); bound to the session here when the scheme says so.</param>
    /// <param name="credentials">Scheme, nonce, count, cnonce, qop and digest URI. Its response is not read.</param>
    /// <param name="method">The request's method.</param>
    /// <param name="body">The message body, which auth-int covers.</param>
    public static string Response(string ha1, DigestCredentials credentials, string method, ReadOnlySpan<byte> body)
    {
        var algorithm = credentials.Scheme.Algorithm;
        if (credentials.Scheme.Session) ha1 = Hash(algorithm, $"{ha1}:{credentials.Nonce}:{credentials.Cnonce}");

        var a2 = $"{method}:{credentials.Uri}";
        if (credentials.Qop is "auth-int") a2 += ":" + Hash(algorithm, body);
        var ha2 = Hash(algorithm, a2);

        // RFC 2617 section 3.2.2.1: without qop, as RFC 2069 had it.
        return Hash(algorithm, credentials.Qop is null
            ? $"{ha1}:{credentials.Nonce}:{ha2}"
            : $"{ha1}:{credentials.Nonce}:{credentials.NonceCountText}:{credentials.Cnonce}:{credentials.Qop}:{ha2}");
    }

    /// <summary>Whether two responses are equal, in a time that does not tell where they differ.</summary>
    public static bool SameResponse(string one, string other)
        => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(one), Encoding.UTF8.GetBytes(other));
}
