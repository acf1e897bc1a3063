namespace OrleansAcd.Sip.Messages;

/// <summary>The headers that a URI carries after its question mark, <c>?Replaces=...&amp;Subject=...</c> (RFC 3261
/// §19.1.1).</summary>
public static class SipUriHeaders
{
    /// <summary>Headers that one URI may carry.</summary>
    public const int HeadersMax = 16;

    /// <summary>Reads all, names and values unescaped. False when one is malformed, or there are too many.</summary>
    public static bool TryRead(SipUri uri, out IReadOnlyList<SipHeader> headers)
    {
        ArgumentNullException.ThrowIfNull(uri);
        headers = [];
        if (uri.HeadersText.Length == 0) return true;

        var list = new List<SipHeader>();
        foreach (var range in uri.HeadersText.AsSpan().Split('&'))
        {
            if (list.Count == HeadersMax || !TryReadOne(uri.HeadersText.AsSpan(range), out var header)) return false;
            list.Add(header);
        }

        headers = list;
        return true;
    }

    /// <summary>The same URI with a header more; the value is escaped.</summary>
    public static SipUri With(SipUri uri, string name, string value)
    {
        ArgumentNullException.ThrowIfNull(uri);
        var mark = uri.HeadersText.Length == 0 ? '?' : '&';
        return SipUri.Parse($"{uri}{mark}{name}={Uri.EscapeDataString(value)}");
    }

    private static bool TryReadOne(ReadOnlySpan<char> text, out SipHeader header)
    {
        header = default;
        var equals = text.IndexOf('=');
        if (equals <= 0) return false;

        var name = SipText.Unescape(text[..equals]);
        var value = SipText.Unescape(text[(equals + 1)..]);
        if (!SipText.IsToken(name) || value.Any(char.IsControl)) return false;

        header = SipHeader.Of(name, value);
        return true;
    }
}
