namespace OrleansAcd.CentreYaml.Yaml;

/// <summary>A node of a YAML 1.2 document with its place in the text: anchors, aliases and tags do not exist
/// here.</summary>
/// <param name="Line">From 1.</param>
internal abstract record YamlNode(int Line)
{
    public abstract string Kind { get; }
}

/// <param name="Start">Index of the scalar's first character in the text, quotes included.</param>
/// <param name="End">Index after its last character.</param>
internal sealed record YamlScalar(int Line, string Value, bool Plain, bool Block, int Start, int End) : YamlNode(Line)
{
    public override string Kind => IsNull ? "nothing" : "a single value";

    /// <summary>YAML 1.2 section 10.2.1.1: the plain words for null.</summary>
    public bool IsNull => Plain && (Value is "" or "~" or "null");
}

internal sealed record YamlSequence(int Line, IReadOnlyList<YamlNode> Items) : YamlNode(Line)
{
    public override string Kind => "a list";
}

internal sealed record YamlMapping(int Line, IReadOnlyList<YamlEntry> Entries) : YamlNode(Line)
{
    public override string Kind => "a mapping";
}

internal readonly record struct YamlEntry(string Key, int Line, YamlNode Value);
