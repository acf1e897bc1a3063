using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace OrleansAcd.Sip.Messages;

/// <summary>A name-addr or addr-spec with header parameters: From, To, Contact, Route ... (RFC 3261 §20.10,
/// §25.1).</summary>
/// <remarks>Immutable. <see cref="ToString"/> gives the text as it was written.</remarks>
public sealed class NameAddr
{
    private readonly string _text;

    private NameAddr(string text, string displayName, SipUri uri, SipParameters parameters)
    {
        _text = text;
        DisplayName = displayName;
        Uri = uri;
        Parameters = parameters;
        Tag = parameters.Get("tag");
    }

    /// <summary>Makes `"Display" &lt;uri&gt;;parameters`.</summary>
    public static NameAddr Create(string? displayName, SipUri uri, string parameters = "")
    {
        var display = string.IsNullOrEmpty(displayName) ? "" : SipText.Quote(displayName) + " ";
        return new NameAddr($"{display}<{uri}>{parameters}", displayName ?? "", uri, new SipParameters(parameters));
    }

    /// <summary>Unquoted, empty when there is none.</summary>
    public string DisplayName { get; }

    public SipUri Uri { get; }

    /// <summary>Parameters of the header, not of the URI.</summary>
    public SipParameters Parameters { get; }

    public string? Tag { get; }

    /// <summary>A contact's expires parameter, RFC 3261 §10.2.1.1; null when absent or malformed.</summary>
    public uint? Expires =>
        Parameters.TryGet("expires", out var text) && SipText.TryParseNumber(text, out var seconds) ? seconds : null;

    /// <summary>A contact's q parameter in thousandths, 1000 when absent or malformed.</summary>
    public int QThousandths =>
        Parameters.TryGet("q", out var text)
        && decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var q)
        && q is >= 0 and <= 1 ? (int)(q * 1000) : 1000;

    /// <summary>The same with one header parameter set.</summary>
    public NameAddr WithParameter(string name, string? value)
    {
        var parameters = Parameters.With(name, value).Text;
        return Create(DisplayName, Uri, parameters);
    }

    public static bool TryParse(string text, [NotNullWhen(true)] out NameAddr? address)
    {
        address = null;
        var span = text.AsSpan().Trim();
        if (span.IsEmpty) return false;

        var open = span[0] == '"' ? QuotedDisplay(span) : span.IndexOf('<');
        if (open < -1) return false;
        return open < 0 ? TryParseAddrSpec(text, span, out address) : TryParseNameAddr(text, span, open, out address);
    }

    public override string ToString() => _text;

    /// <summary>Where the angle bracket after a quoted display name is; -2 when there is none.</summary>
    private static int QuotedDisplay(ReadOnlySpan<char> span)
    {
        var quoted = SipText.QuotedLength(span);
        if (quoted < 0) return -2;

        var open = span[quoted..].IndexOfAnyExcept(" \t");
        return open >= 0 && span[quoted + open] == '<' ? quoted + open : -2;
    }

    private static bool TryParseNameAddr(
        string text, ReadOnlySpan<char> span, int open, [NotNullWhen(true)] out NameAddr? address)
    {
        address = null;
        var close = span[open..].IndexOf('>');
        if (close < 0 || !SipUri.TryParse(span.Slice(open + 1, close - 1).Trim(), out var uri)) return false;

        var parameters = span[(open + close + 1)..].Trim();
        if (!SipParameters.IsWellFormed(parameters)) return false;

        var display = SipText.Unquote(span[..open].Trim());
        address = new NameAddr(text, display, uri, new SipParameters(parameters.ToString()));
        return true;
    }

    /// <summary>§20: without angle brackets "any semicolon-delimited parameters are header-parameters"; a URI that has
    /// a comma, question mark or semicolon has to be in brackets.</summary>
    private static bool TryParseAddrSpec(
        string text, ReadOnlySpan<char> span, [NotNullWhen(true)] out NameAddr? address)
    {
        address = null;
        var semicolon = span.IndexOf(';');
        var spec = semicolon < 0 ? span : span[..semicolon];
        var parameters = semicolon < 0 ? [] : span[semicolon..];
        if (spec.ContainsAny("?,\">") || !SipUri.TryParse(spec.TrimEnd(), out var uri)) return false;
        if (!SipParameters.IsWellFormed(parameters)) return false;

        address = new NameAddr(text, "", uri, new SipParameters(parameters.ToString()));
        return true;
    }
}
