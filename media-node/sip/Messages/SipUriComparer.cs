using System.Text;

namespace OrleansAcd.Sip.Messages;

/// <summary>Escaping of a user part, RFC 3261 §19.1.2 and §25.1 (user = unreserved / escaped /
/// user-unreserved).</summary>
public static class SipUriEscaping
{
    private const string Plain = "-_.!~*'()&=+$,;?/";

    public static string EscapeUser(string user)
    {
        ArgumentNullException.ThrowIfNull(user);
        var builder = new StringBuilder(user.Length);
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in user.EnumerateRunes())
        {
            if (rune.IsAscii && (Rune.IsLetterOrDigit(rune)
                || Plain.Contains((char)rune.Value, StringComparison.Ordinal)))
            {
                builder.Append((char)rune.Value);
                continue;
            }

            var length = rune.EncodeToUtf8(utf8);
            for (var i = 0; i < length; i++) builder.Append('%').Append(utf8[i].ToString("X2", null));
        }

        return builder.ToString();
    }
}

/// <summary>Whether two URIs are the same, RFC 3261 §19.1.4. Other schemes compare as text, tel without
/// separators.</summary>
public sealed class SipUriComparer : IEqualityComparer<SipUri>
{
    public static readonly SipUriComparer Instance = new();

    /// <summary>Parameters that count even when only one of the two URIs has them.</summary>
    private static readonly string[] Decisive = ["user", "ttl", "method", "maddr", "transport"];

    public bool Equals(SipUri? x, SipUri? y)
    {
        if (ReferenceEquals(x, y)) return true;
        if (x is null || y is null || x.Scheme != y.Scheme) return false;
        if (x.Scheme is SipUriScheme.Tel) return Digits(x).SequenceEqual(Digits(y));
        if (!x.IsSip) return string.Equals(x.ToString(), y.ToString(), StringComparison.Ordinal);

        return SameUser(x.User, y.User) && SameUser(x.Password, y.Password)
            && x.Host.Equals(y.Host, StringComparison.OrdinalIgnoreCase) && x.Port == y.Port
            && SameParameters(x.Parameters, y.Parameters) && SameHeaders(x.HeadersText, y.HeadersText);
    }

    public int GetHashCode(SipUri obj)
    {
        ArgumentNullException.ThrowIfNull(obj);
        return obj.IsSip
            ? HashCode.Combine(obj.UserUnescaped, obj.Host.ToUpperInvariant(), obj.Port)
            : obj.Scheme.GetHashCode();
    }

    private static string Digits(SipUri tel) => string.Concat(
        (tel.User ?? "").Where(c => char.IsAsciiDigit(c) || c is '+' or '*' or '#'));

    private static bool SameUser(string? x, string? y)
    {
        if (x is null || y is null) return x is null && y is null;
        return string.Equals(x, y, StringComparison.Ordinal)
            || string.Equals(SipText.Unescape(x), SipText.Unescape(y), StringComparison.Ordinal);
    }

    private static bool SameParameters(SipParameters x, SipParameters y)
    {
        if (string.Equals(x.Text, y.Text, StringComparison.OrdinalIgnoreCase)) return true;
        foreach (var name in Decisive)
        {
            if (x.Has(name) != y.Has(name)) return false;
        }

        foreach (var (name, value) in x.All())
        {
            if (y.TryGet(name, out var other) && !SameValue(value, other)) return false;
        }

        return true;
    }

    private static bool SameValue(string x, string y) =>
        SipText.Unescape(x).Equals(SipText.Unescape(y), StringComparison.OrdinalIgnoreCase);

    /// <summary>"URI header components are never ignored", their order is.</summary>
    private static bool SameHeaders(string x, string y)
    {
        if (string.Equals(x, y, StringComparison.Ordinal)) return true;
        return Sorted(x).SequenceEqual(Sorted(y), StringComparer.OrdinalIgnoreCase);

        static IEnumerable<string> Sorted(string headers) =>
            headers.Split('&').Select(h => SipText.Unescape(h)).Order(StringComparer.OrdinalIgnoreCase);
    }
}
