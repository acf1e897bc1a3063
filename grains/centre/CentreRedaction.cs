using System.Text;
using OrleansAcd.CentreYaml.Yaml;

namespace OrleansAcd.CentreYaml;

/// <summary>Takes the passwords out of a centre document and leaves the rest as it was written, comments
/// included.</summary>
public static class CentreRedaction
{
    /// <summary>What stands for a password; applied again, it keeps the one there is.</summary>
    public const string Mask = "***";

    private const string AgentPasswordKey = "sip-password";
    private const string TrunkPasswordKey = "password";
    private const string TrunksKey = "trunks";

    /// <summary>The document without passwords; null where it is not readable YAML.</summary>
    public static string? Redact(string yaml)
    {
        var root = YamlTree.Read(yaml, out var problem);
        if (problem is not null) return null;
        if (root is null) return yaml;

        var text = new StringBuilder(yaml.Length);
        var from = 0;
        foreach (var password in Passwords(root).OrderBy(p => p.Start))
        {
            text.Append(yaml, from, password.Start - from).Append('"').Append(Mask).Append('"');
            if (password.Block) text.Append('\n');
            from = password.End;
        }

        return text.Append(yaml, from, yaml.Length - from).ToString();
    }

    /// <param name="key">The key that holds passwords here: another one within trunks.</param>
    private static IEnumerable<YamlScalar> Passwords(YamlNode node, string key = AgentPasswordKey) => node switch
    {
        YamlSequence list => list.Items.SelectMany(item => Passwords(item, key)),
        YamlMapping mapping => mapping.Entries.SelectMany(e => e.Key == key
            && e.Value is YamlScalar { IsNull: false } s
            ? [s]
            : Passwords(e.Value, e.Key == TrunksKey ? TrunkPasswordKey : key)),
        _ => [],
    };
}
