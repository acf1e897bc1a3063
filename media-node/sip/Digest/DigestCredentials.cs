using System.Globalization;
using System.Text;

namespace OrleansAcd.Sip.Digest;

/// <summary>The credentials of an Authorization or Proxy-Authorization header (RFC 7616 section 3.4).</summary>
public sealed record DigestCredentials(string User, string Realm, string Nonce, string Uri, DigestScheme Scheme)
{
    public string Response { get; init; } = "";

    /// <summary>auth, auth-int, or null for the legacy form.</summary>
    public string? Qop { get; init; }
    public string Cnonce { get; init; } = "";
    public uint NonceCount { get; init; }
    public string? Opaque { get; init; }

    /// <summary>Eight hexadecimal digits (section 3.4: nc-value).</summary>
    public string NonceCountText => NonceCount.ToString("x8", CultureInfo.InvariantCulture);

    /// <summary>Reads one header value; false when it is not Digest, lacks a parameter, or names an unknown
    /// algorithm.</summary>
    public static bool TryParse(string header, out DigestCredentials credentials)
    {
        credentials = new("", "", "", "", default);
        if (DigestFields.Read(header) is not [var fields]) return false;
        if (fields["username"] is not { } user || fields["realm"] is not { } realm) return false;
        if (fields["nonce"] is not { } nonce || fields["uri"] is not { } uri) return false;
        if (fields["response"] is not { } response) return false;
        if (!DigestScheme.TryParse(fields["algorithm"], out var scheme)) return false;

        credentials = new(user, realm, nonce, uri, scheme)
        {
            Response = response, Qop = fields["qop"]?.ToLowerInvariant(), Cnonce = fields["cnonce"] ?? "",
            Opaque = fields["opaque"],
        };
        return credentials.Qop is null || TryCount(fields["nc"], ref credentials);
    }

    public override string ToString()
    {
        var text = new StringBuilder($"Digest username={DigestText.Quote(User)}, realm={DigestText.Quote(Realm)}");
        text.Append($", nonce={DigestText.Quote(Nonce)}, uri={DigestText.Quote(Uri)}, " +
            $"response={DigestText.Quote(Response)}");
        text.Append($", algorithm={Scheme.Token}");
        if (Opaque is not null) text.Append($", opaque={DigestText.Quote(Opaque)}");
        if (Qop is not null) text.Append($", qop={Qop}, nc={NonceCountText}");
        if (Cnonce.Length > 0) text.Append($", cnonce={DigestText.Quote(Cnonce)}");
        return text.ToString();
    }

    // The count is hashed as it was written: only the eight digits that we would write ourselves can be equal.
    private static bool TryCount(string? text, ref DigestCredentials credentials)
    {
        if (text is not { Length: 8 } || credentials.Cnonce.Length == 0) return false;
        const NumberStyles Hex = NumberStyles.AllowHexSpecifier;
        if (!uint.TryParse(text, Hex, CultureInfo.InvariantCulture, out var count)) return false;

        credentials = credentials with { NonceCount = count };
        return count > 0;
    }
}
