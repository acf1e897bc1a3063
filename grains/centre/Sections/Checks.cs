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
}
