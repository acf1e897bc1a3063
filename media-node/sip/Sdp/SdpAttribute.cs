using System.Collections.Immutable;

namespace OrleansAcd.Sip.Sdp;

/// <summary>One a= line: a property (no value) or a name and its value (RFC 8866 section 5.13). Kept as it
/// came.</summary>
public sealed record SdpAttribute(string Name, string? Value = null)
{
    /// <summary>The format a rtpmap, fmtp or rtcp-fb line speaks of, or null for any other attribute.</summary>
    public string? Format => Name is "rtpmap" or "fmtp" or "rtcp-fb" ? FirstWord(Value) : null;

    /// <summary>What follows the first word of the value, or an empty string.</summary>
    public string AfterFirstWord
    {
        get
        {
            var space = Value?.IndexOf(' ', StringComparison.Ordinal) ?? -1;
            return space < 0 ? "" : Value![(space + 1)..].Trim();
        }
    }

    /// <summary>The same line about another payload number; any other attribute stays as it is.</summary>
    public SdpAttribute ForFormat(string format) => Format is null ? this : new(Name, $"{format} {AfterFirstWord}");

    private static string FirstWord(string? value)
    {
        if (value is null) return "";
        var space = value.IndexOf(' ', StringComparison.Ordinal);
        return space < 0 ? value : value[..space];
    }
}

/// <summary>Reading lists of attributes by name.</summary>
public static class SdpAttributes
{
    public static string? ValueOf(this ImmutableArray<SdpAttribute> attributes, string name)
    {
        foreach (var attribute in attributes)
        {
            if (attribute.Name == name) return attribute.Value ?? "";
        }

        return null;
    }

    public static bool Has(this ImmutableArray<SdpAttribute> attributes, string name)
        => attributes.ValueOf(name) is not null;

    /// <summary>The values of every attribute of that name, in order: ssrc, crypto, candidate, extmap.</summary>
    public static IEnumerable<string> AllOf(this ImmutableArray<SdpAttribute> attributes, string name)
    {
        foreach (var attribute in attributes)
        {
            if (attribute.Name == name) yield return attribute.Value ?? "";
        }
    }

    /// <summary>The direction these attributes state, or null when they state none.</summary>
    public static MediaDirection? Direction(this ImmutableArray<SdpAttribute> attributes)
    {
        foreach (var attribute in attributes)
        {
            if (attribute.Value is null
                && MediaDirections.TryParse(attribute.Name, out var direction)) return direction;
        }

        return null;
    }
}
