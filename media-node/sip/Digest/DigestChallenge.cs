using System.Text;

namespace OrleansAcd.Sip.Digest;

/// <summary>One challenge of a WWW-Authenticate or Proxy-Authenticate header (RFC 7616 section 3.3).</summary>
public sealed record DigestChallenge(string Realm, string Nonce, DigestScheme Scheme)
{
    /// <summary>Offered qualities of protection; empty is the legacy form of RFC 2069.</summary>
    public IReadOnlyList<string> Qop { get; init; } = [];
    public string? Opaque { get; init; }

    /// <summary>The credentials were right, the nonce was too old: try again with this one, ask nobody.</summary>
    public bool Stale { get; init; }

    /// <summary>Every challenge in these header values that names an algorithm we know; the others are passed
    /// over.</summary>
    public static List<DigestChallenge> ReadAll(IEnumerable<string> headers)
    {
        var challenges = new List<DigestChallenge>();
        foreach (var header in headers)
        {
            foreach (var fields in DigestFields.Read(header))
            {
                if (challenges.Count >= DigestLimits.Challenges) return challenges;
                if (From(fields) is { } challenge) challenges.Add(challenge);
            }
        }

        return challenges;
    }

    public override string ToString()
    {
        var text = new StringBuilder($"Digest realm={DigestText.Quote(Realm)}, nonce={DigestText.Quote(Nonce)}");
        if (Opaque is not null) text.Append($", opaque={DigestText.Quote(Opaque)}");
        text.Append($", algorithm={Scheme.Token}");
        if (Qop.Count > 0) text.Append($", qop={DigestText.Quote(string.Join(',', Qop))}");
        if (Stale) text.Append(", stale=true");
        return text.ToString();
    }

    private static DigestChallenge? From(DigestFields fields)
    {
        if (fields["realm"] is not { } realm || fields["nonce"] is not { } nonce) return null;
        if (!DigestScheme.TryParse(fields["algorithm"], out var scheme)) return null;

        var qop = (fields["qop"] ?? "").Split(',',
            StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return new DigestChallenge(realm, nonce, scheme)
        {
            Qop = qop,
            Opaque = fields["opaque"],
            Stale = string.Equals(fields["stale"], "true", StringComparison.OrdinalIgnoreCase),
        };
    }
}

/// <summary>Quoting of parameter values.</summary>
internal static class DigestText
{
    // A value of ours never ends its quotes or its line early.
    public static string Quote(string value)
    {
        var text = new StringBuilder(value.Length + 2).Append('"');
        foreach (var c in value)
        {
            if (c is '\r' or '\n' or '\0') continue;
            if (c is '"' or '\\') text.Append('\\');
            text.Append(c);
        }

        return text.Append('"').ToString();
    }
}
