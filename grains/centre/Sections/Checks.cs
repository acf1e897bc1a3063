namespace OrleansAcd.CentreYaml.Sections;

/// <summary>What names, ids and numbers may be: each returns what is wrong, or null.</summary>
internal static class Checks
{
    /// <summary>Ids of queues, agents, skills and prompts: also the user part of a SIP address, so nothing needs
    /// escaping.</summary>
    public static string? Id(string value)
    {
        var valid = value.Length is > 0 and <= CentreLimits.IdCharsMax && char.IsAsciiLetterOrDigit(value[0])
            && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
        return valid
            ? null
            : $"'{Section.Excerpt(value)}' is not an id: 1 to {CentreLimits.IdCharsMax} letters, digits, '-', '_', '.', "
                + "the first a letter or digit";
    }

    /// <summary>RFC 3261 section 25.1: user = 1*( unreserved / user-unreserved ), without what would need
    /// escaping.</summary>
    public static string? Number(string value)
    {
        var valid = value.Length is > 0 and <= CentreLimits.IdCharsMax
            && value.All(c => char.IsAsciiLetterOrDigit(c)
                || "-_.!~*'()&=+$,;?/".Contains(c, StringComparison.Ordinal));
        return valid
            ? null
            : $"'{Section.Excerpt(value)}' is not a number: 1 to {CentreLimits.IdCharsMax} characters of a SIP user part, "
                + "such as +15550100 or support";
    }

    public static string? Name(string value) =>
        value.Length is > 0 and <= CentreLimits.NameCharsMax && !value.Any(char.IsControl)
            ? null
            : $"must have 1 to {CentreLimits.NameCharsMax} characters and no control characters";

    /// <summary>RFC 3261 section 20.44: a realm is a quoted string; a colon would make the digest's input
    /// ambiguous.</summary>
    public static string? Realm(string value) =>
        Name(value) ?? (value.AsSpan().ContainsAny('"', '\\', ':') ? "must not contain '\"', '\\' or ':'" : null);

    public static string? Password(string value) =>
        value.Length is > 0 and <= 128 && !value.Any(char.IsControl)
            ? null
            : "must have 1 to 128 characters and no control characters";

    /// <summary>RFC 3261 section 19.1, as far as trunks and recorders need it: no user, no headers, and a transport
    /// that there is.</summary>
    public static string? SipServer(string value)
    {
        const string form = "write sip:HOST, sip:HOST:PORT or sip:HOST:PORT;transport=tls (udp, tcp, tls)";
        var isSips = value.StartsWith("sips:", StringComparison.Ordinal);
        if (value.Length > CentreLimits.UriCharsMax || (!isSips && !value.StartsWith("sip:", StringComparison.Ordinal)))
            return $"'{Section.Excerpt(value)}' is not a SIP address; {form}";

        var rest = value[(isSips ? 5 : 4)..];
        var parameters = rest.Split(';');
        var known = parameters.Length <= 2
            && parameters.Skip(1).All(p => p is "transport=udp" or "transport=tcp" or "transport=tls");
        return known && IsHostPort(parameters[0]) ? null : $"'{Section.Excerpt(value)}' is not a SIP address; {form}";
    }

    /// <summary>An IPv4 or IPv6 address as packets carry it.</summary>
    public static string? Address(string value) =>
        System.Net.IPAddress.TryParse(value, out var address) && (address.ToString() == value || value.Contains(':'))
            ? null
            : $"'{Section.Excerpt(value)}' is not an address such as 192.0.2.10";

    /// <summary>A number, or the beginning of numbers with a final star.</summary>
    public static string? NumberPattern(string value) =>
        value == "*" || Number(value) is null
            ? null
            : $"'{Section.Excerpt(value)}' is not a number or the beginning of numbers, such as +1*";

    private static bool IsHostPort(string text)
    {
        var isV6 = text.StartsWith('[');
        var colon = isV6 ? text.IndexOf(':', Math.Max(0, text.IndexOf(']'))) : text.IndexOf(':');
        var host = colon < 0 ? text : text[..colon];
        if (colon >= 0 && !(ushort.TryParse(text.AsSpan(colon + 1), out var port) && port > 0)) return false;

        return isV6
            ? host.EndsWith(']') && System.Net.IPAddress.TryParse(host, out _)
            : host.Length > 0 && host.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.');
    }
}
