using System.Text;

namespace OrleansAcd.Sip.Digest;

/// <summary>Reads "Digest name=value, name="value"" lists (RFC 7616 sections 3.3 and 3.4; RFC 3261 section
/// 25.1).</summary>
/// <remarks>Several challenges may stand in one value, as in HTTP. Never throws; what cannot be read ends the
/// list.</remarks>
internal sealed class DigestFields
{
    private readonly Dictionary<string, string> _values = new(StringComparer.OrdinalIgnoreCase);

    public string? this[string name] => _values.GetValueOrDefault(name);

    /// <summary>Every set of Digest parameters in a header value; other schemes are passed over.</summary>
    public static List<DigestFields> Read(string header)
    {
        var sets = new List<DigestFields>();
        if (header.Length > DigestLimits.HeaderChars) return sets;

        var at = 0;
        DigestFields? current = null;
        while (at < header.Length)
        {
            SkipSeparators(header, ref at);
            var word = Token(header, ref at);
            if (word.Length == 0) return sets;

            SkipSpaces(header, ref at);
            if (at < header.Length && header[at] == '=')
            {
                at++;
                if (!TryValue(header, ref at, out var value) || !Add(current, word, value)) return sets;
                continue;
            }

            current = new DigestFields();
            if (sets.Count >= DigestLimits.Challenges) return sets;
            if (word.Equals("Digest", StringComparison.OrdinalIgnoreCase)) sets.Add(current);
        }

        return sets;
    }

    // A parameter before any scheme, a repeated one or one too many makes the whole doubtful: it is read no further.
    private static bool Add(DigestFields? current, string name, string value)
        => current is not null && current._values.Count < DigestLimits.Parameters
            && current._values.TryAdd(name, value);

    private static bool TryValue(string header, ref int at, out string value)
    {
        SkipSpaces(header, ref at);
        if (at >= header.Length || header[at] != '"')
        {
            var start = at;
            while (at < header.Length && header[at] is not (',' or ' ' or '\t' or '"')) at++;
            value = header[start..at];
            return value.Length > 0;
        }

        return TryQuoted(header, ref at, out value);
    }

    private static bool TryQuoted(string header, ref int at, out string value)
    {
        var text = new StringBuilder();
        for (at++; at < header.Length; at++)
        {
            if (header[at] == '"')
            {
                at++;
                value = text.ToString();
                return true;
            }

            if (header[at] == '\\' && at + 1 < header.Length) at++;
            text.Append(header[at]);
        }

        value = "";
        return false;
    }

    private static string Token(string header, ref int at)
    {
        var start = at;
        while (at < header.Length && header[at] is not (',' or '=' or ' ' or '\t' or '"' or '\r' or '\n')) at++;
        return header[start..at];
    }

    private static void SkipSpaces(string header, ref int at)
    {
        while (at < header.Length && header[at] is (' ' or '\t' or '\r' or '\n')) at++;
    }

    private static void SkipSeparators(string header, ref int at)
    {
        while (at < header.Length && header[at] is (',' or ' ' or '\t' or '\r' or '\n')) at++;
    }
}
