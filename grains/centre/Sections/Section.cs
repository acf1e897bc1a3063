using System.Globalization;
using OrleansAcd.CentreYaml.Yaml;

namespace OrleansAcd.CentreYaml.Sections;

/// <summary>One mapping of the document, read key by key. What does not fit becomes a problem and the fallback is
/// used.</summary>
internal sealed class Section
{
    private readonly Dictionary<string, YamlEntry> _entries = new(StringComparer.Ordinal);
    private readonly Problems _problems;

    /// <param name="allowed">All keys there are; any other is a problem that names them.</param>
    public Section(YamlNode node, string path, Problems problems, params ReadOnlySpan<string> allowed)
    {
        Path = path;
        Line = node.Line;
        _problems = problems;
        if (node is YamlMapping mapping) Index(mapping, allowed);
        else problems.Add(node.Line, path, $"must be a mapping of {string.Join(", ", allowed)}; it is {node.Kind}");
    }

    public string Path { get; }

    public int Line { get; }

    public bool Has(string key) => _entries.ContainsKey(key);

    public int LineOf(string key) => _entries.TryGetValue(key, out var entry) ? entry.Line : Line;

    public string KeyPath(string key) => Path.Length == 0 ? key : $"{Path}.{key}";

    public void Problem(string key, string message) => _problems.Add(LineOf(key), KeyPath(key), message);

    /// <summary>The items of a list; none where the key is absent, empty or not a list.</summary>
    public IEnumerable<(YamlNode Node, string Path)> Items(string key, int max)
    {
        if (!Find(key, out var node) || node is YamlScalar { IsNull: true }) return [];
        if (node is not YamlSequence list)
        {
            Problem(key, $"must be a list; it is {node.Kind}");
            return [];
        }

        if (list.Items.Count > max) Problem(key, $"has {list.Items.Count} entries; at most {max} are allowed");
        return list.Items.Take(max).Select((item, i) => (item, $"{KeyPath(key)}[{i}]"));
    }

    public bool Find(string key, out YamlNode node)
    {
        var found = _entries.TryGetValue(key, out var entry);
        node = entry.Value;
        return found;
    }

    public string Text(string key, string fallback, Func<string, string?> check)
    {
        if (Scalar(key) is not { } scalar) return fallback;
        if (check(scalar.Value) is not { } wrong) return scalar.Value;

        Problem(key, wrong);
        return fallback;
    }

    public string Required(string key, Func<string, string?> check)
    {
        if (!Has(key)) _problems.Add(Line, KeyPath(key), "is missing");
        return Text(key, "", check);
    }

    public TimeSpan Duration(string key, TimeSpan fallback, TimeSpan min, TimeSpan max)
    {
        if (Scalar(key) is not { } scalar) return fallback;
        if (Durations.TryParse(scalar.Value, out var value) && value >= min && value <= max) return value;

        Problem(key,
            $"'{Excerpt(scalar.Value)}' is not a duration from {Durations.Write(min)} to {Durations.Write(max)}; "
            + "write 500ms, 15s, 2m or 1h");
        return fallback;
    }

    public int Whole(string key, int fallback, int min, int max)
    {
        if (Scalar(key) is not { } scalar) return fallback;
        var valid =
            int.TryParse(scalar.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value);
        if (valid && value >= min && value <= max) return value;

        Problem(key, $"'{Excerpt(scalar.Value)}' is not a whole number from {min} to {max}");
        return fallback;
    }

    public double Share(string key, double fallback)
    {
        if (Scalar(key) is not { } scalar) return fallback;
        var valid = double.TryParse(
            scalar.Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value);
        if (valid && value is > 0 and <= 1) return value;

        Problem(key, $"'{Excerpt(scalar.Value)}' is not a share above 0 and up to 1, such as 0.80");
        return fallback;
    }

    /// <summary>YAML 1.2: true or false, nothing else.</summary>
    public bool Flag(string key, bool fallback)
    {
        if (Scalar(key) is not { } scalar) return fallback;
        if (scalar.Plain && scalar.Value is "true" or "false") return scalar.Value == "true";

        Problem(key, $"'{Excerpt(scalar.Value)}' is not true or false");
        return fallback;
    }

    /// <summary>The scalar at a key; null where it is absent, or not a single value (which is a problem).</summary>
    public YamlScalar? Scalar(string key)
    {
        if (!Find(key, out var node)) return null;
        if (node is YamlScalar { IsNull: false } scalar) return scalar;

        Problem(key, $"must be a single value; it is {node.Kind}");
        return null;
    }

    /// <summary>What was written, short enough for a message.</summary>
    public static string Excerpt(string value) => value.Length <= 40 ? value : value[..40] + "...";

    private void Index(YamlMapping mapping, ReadOnlySpan<string> allowed)
    {
        foreach (var entry in mapping.Entries)
        {
            var path = KeyPath(Excerpt(entry.Key));
            if (!allowed.Contains(entry.Key))
            {
                var keys = string.Join(", ", allowed);
                _problems.Add(entry.Line, path, $"is not a key that exists here; allowed: {keys}");
            }
            else if (!_entries.TryAdd(entry.Key, entry))
            {
                _problems.Add(entry.Line, path, $"is written twice, first on line {_entries[entry.Key].Line}");
            }
        }
    }
}
