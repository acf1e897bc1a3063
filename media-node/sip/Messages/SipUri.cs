using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace OrleansAcd.Sip.Messages;

/// <summary>What the core knows about a URI's scheme.</summary>
public enum SipUriScheme : byte
{
    Other,
    Sip,
    Sips,
    Tel,
}

/// <summary>A URI, RFC 3261 §19.1: sip and sips in parts, tel (RFC 3966) as number and parameters, others
/// opaque.</summary>
/// <remarks>Immutable. <see cref="ToString"/> gives the text as it was written. Escapes stay in the parts; see
/// <see cref="UserUnescaped"/>.</remarks>
public sealed class SipUri : IEquatable<SipUri>
{
    private const string AlphaNumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    private static readonly SearchValues<char> UserChars = SearchValues.Create(AlphaNumeric + "-_.!~*'()%&=+$,;?/:#");
    private static readonly SearchValues<char> HostChars = SearchValues.Create(AlphaNumeric + "-._");
    private static readonly SearchValues<char> TailChars = SearchValues.Create(AlphaNumeric + "-_.!~*'()%[]/:&+$=;?");
    private static readonly SearchValues<char> Delimiters = SearchValues.Create(" \t<>\"");
    private static readonly SearchValues<char> SchemeChars = SearchValues.Create(AlphaNumeric + "+-.");

    private readonly string _text;

    private SipUri(string text, SipUriScheme scheme)
    {
        _text = text;
        Scheme = scheme;
    }

    public SipUriScheme Scheme { get; }

    /// <summary>The user part with its escapes, or the number of a tel URI; null when there is none.</summary>
    public string? User { get; private init; }

    public string? Password { get; private init; }

    /// <summary>Host name or address; an IPv6 address keeps its brackets. Empty for tel and opaque URIs.</summary>
    public string Host { get; private init; } = "";

    /// <summary>The port as written, 0 when there is none.</summary>
    public int Port { get; private init; }

    public SipParameters Parameters { get; private init; } = new("");

    /// <summary>What follows the question mark, without it.</summary>
    public string HeadersText { get; private init; } = "";

    public bool IsSip => Scheme is SipUriScheme.Sip or SipUriScheme.Sips;

    /// <summary>RFC 3261 §26.2.2: TLS is asked for, by scheme or transport.</summary>
    public bool IsSecure => Scheme is SipUriScheme.Sips
        || (Scheme is SipUriScheme.Sip
            && "tls".Equals(Parameters.Get("transport"), StringComparison.OrdinalIgnoreCase));

    public string UserUnescaped => User is null ? "" : SipText.Unescape(User);

    /// <summary>RFC 3261 §19.1.1: the element is a loose router.</summary>
    public bool IsLooseRouter => Parameters.Has("lr");

    /// <summary>The host as an address, when it is one.</summary>
    public bool TryGetAddress([NotNullWhen(true)] out IPAddress? address)
    {
        var host = Host.AsSpan();
        if (host.Length > 2 && host[0] == '[') host = host[1..^1];
        else if (host.IsEmpty || !char.IsAsciiDigit(host[0])) host = [];
        return TryParseAddress(host, out address);
    }

    /// <summary>Makes a sip URI; the user is escaped as needed.</summary>
    public static SipUri Create(string? user, string host, int port = 0, string parameters = "")
    {
        var at = string.IsNullOrEmpty(user) ? "" : SipUriEscaping.EscapeUser(user) + "@";
        var tail = port == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $":{port}");
        return Parse($"sip:{at}{host}{tail}{parameters}");
    }

    /// <summary>For texts of our own making; throws <see cref="FormatException"/>. Never for bytes from the
    /// network.</summary>
    public static SipUri Parse(string text) =>
        TryParse(text, out var uri) ? uri : throw new FormatException($"not a URI: {text}");

    /// <summary>A URI from a header or a request line. False when it is malformed or too long.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out SipUri? uri)
    {
        uri = null;
        if (text.Length > SipLimits.UriCharsMax) return false;

        var colon = text.IndexOf(':');
        if (colon <= 0 || !char.IsAsciiLetter(text[0]) || text[..colon].ContainsAnyExcept(SchemeChars)) return false;

        var scheme = SchemeOf(text[..colon]);
        uri = scheme switch
        {
            SipUriScheme.Tel => ParseTel(text, colon + 1),
            SipUriScheme.Other => ParseOpaque(text),
            _ => ParseSip(text, scheme, colon + 1),
        };
        return uri is not null;
    }

    /// <summary>The same URI with one parameter set; a null value makes a flag.</summary>
    public SipUri WithParameter(string name, string? value) => WithTail(Parameters.With(name, value).Text, HeadersText);

    public SipUri WithoutParameter(string name) =>
        Parameters.Has(name) ? WithTail(Parameters.Without(name).Text, HeadersText) : this;

    /// <summary>The same URI without its headers, as a Request-URI has to be (RFC 3261 §19.1.5).</summary>
    public SipUri WithoutHeaders() => HeadersText.Length == 0 ? this : WithTail(Parameters.Text, "");

    /// <summary>RFC 3261 §19.1.4.</summary>
    public bool Equals(SipUri? other) => SipUriComparer.Instance.Equals(this, other);

    public override bool Equals(object? obj) => Equals(obj as SipUri);

    public override int GetHashCode() => SipUriComparer.Instance.GetHashCode(this);

    public override string ToString() => _text;

    private SipUri WithTail(string parameters, string headers)
    {
        var length = _text.Length - Parameters.Text.Length - (HeadersText.Length == 0 ? 0 : HeadersText.Length + 1);
        var text = string.Concat(_text.AsSpan(0, length), parameters, headers.Length == 0 ? "" : "?" + headers);
        return Parse(text);
    }

    private static SipUriScheme SchemeOf(ReadOnlySpan<char> name) =>
        name.Equals("sip", StringComparison.OrdinalIgnoreCase) ? SipUriScheme.Sip
        : name.Equals("sips", StringComparison.OrdinalIgnoreCase) ? SipUriScheme.Sips
        : name.Equals("tel", StringComparison.OrdinalIgnoreCase) ? SipUriScheme.Tel
        : SipUriScheme.Other;

    private static SipUri? ParseOpaque(ReadOnlySpan<char> text) =>
        text.ContainsAny(Delimiters) ? null : new SipUri(text.ToString(), SipUriScheme.Other);

    private static SipUri? ParseTel(ReadOnlySpan<char> text, int start)
    {
        if (text.Contains('@') || text.ContainsAny(Delimiters)) return null;

        var rest = text[start..];
        var semicolon = rest.IndexOf(';');
        var number = semicolon < 0 ? rest : rest[..semicolon];
        if (number.IsEmpty) return null;

        return new SipUri(text.ToString(), SipUriScheme.Tel)
        {
            User = number.ToString(),
            Parameters = new SipParameters(semicolon < 0 ? "" : rest[semicolon..].ToString()),
        };
    }

    private static SipUri? ParseSip(ReadOnlySpan<char> text, SipUriScheme scheme, int start)
    {
        var rest = text[start..];
        var at = rest.IndexOf('@');
        var userInfo = at < 0 ? [] : rest[..at];
        if (at == 0 || userInfo.ContainsAnyExcept(UserChars) || !EscapesAreWhole(userInfo)) return null;

        rest = rest[(at + 1)..];
        if (!TryTakeHost(ref rest, out var host) || !TryTakePort(ref rest, out var port)) return null;
        if (rest.ContainsAnyExcept(TailChars) || (!rest.IsEmpty && rest[0] is not (';' or '?'))) return null;

        var question = rest.IndexOf('?');
        if (question >= 0 && question == rest.Length - 1) return null;

        var parameters = question < 0 ? rest : rest[..question];
        var colon = userInfo.IndexOf(':');
        return new SipUri(text.ToString(), scheme)
        {
            User = at < 0 ? null : (colon < 0 ? userInfo : userInfo[..colon]).ToString(),
            Password = colon < 0 ? null : userInfo[(colon + 1)..].ToString(),
            Host = host.ToString(),
            Port = port,
            Parameters = new SipParameters(parameters.ToString()),
            HeadersText = question < 0 ? "" : rest[(question + 1)..].ToString(),
        };
    }

    internal static bool TryTakeHost(ref ReadOnlySpan<char> rest, out ReadOnlySpan<char> host)
    {
        host = default;
        if (!rest.IsEmpty && rest[0] == '[')
        {
            var close = rest.IndexOf(']');
            if (close < 2 || !IsIPv6(rest[1..close])) return false;

            host = rest[..(close + 1)];
            rest = rest[(close + 1)..];
            return true;
        }

        var end = rest.IndexOfAnyExcept(HostChars);
        host = end < 0 ? rest : rest[..end];
        rest = end < 0 ? [] : rest[end..];
        return !host.IsEmpty;
    }

    internal static bool TryTakePort(ref ReadOnlySpan<char> rest, out int port)
    {
        port = 0;
        if (rest.IsEmpty || rest[0] != ':') return true;

        var end = rest[1..].IndexOfAnyExceptInRange('0', '9');
        var digits = end < 0 ? rest[1..] : rest.Slice(1, end);
        rest = rest[(digits.Length + 1)..];
        return SipText.TryParseNumber(digits, out var value) && value is > 0 and <= 65535 && (port = (int)value) > 0;
    }

    internal static bool IsIPv6(ReadOnlySpan<char> text) =>
        !text.ContainsAny("%[]") && text.Contains(':') && TryParseAddress(text, out _);

    /// <summary>RFC 5118 §4.10: the grammar of RFC 3261 allows three colons before an IPv4 part; two are
    /// meant.</summary>
    private static bool TryParseAddress(ReadOnlySpan<char> text, [NotNullWhen(true)] out IPAddress? address)
    {
        var colons = text.IndexOf(":::");
        return colons < 0
            ? IPAddress.TryParse(text, out address)
            : IPAddress.TryParse(string.Concat(text[..colons], text[(colons + 1)..]), out address);
    }

    private static bool EscapesAreWhole(ReadOnlySpan<char> text)
    {
        for (var at = text.IndexOf('%'); at >= 0; at = text.IndexOf('%'))
        {
            if (!SipText.IsEscape(text[at..])) return false;
            text = text[(at + 3)..];
        }

        return true;
    }
}
