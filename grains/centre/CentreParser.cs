using System.Collections.Immutable;
using OrleansAcd.CentreYaml.Sections;
using OrleansAcd.CentreYaml.Yaml;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;

namespace OrleansAcd.CentreYaml;

using Centre = OrleansAcd.Contracts.Centre.Centre;

/// <summary>Reads the centre document (design section 11): the whole of it is right, or every problem is named with
/// line and key.</summary>
public static class CentreParser
{
    public const string RealmDefault = "acd";

    /// <param name="yaml">The document as written.</param>
    /// <param name="version">The version that the centre gets.</param>
    /// <param name="previous">The centre that this one replaces: a password written as <c>"***"</c>, as an export has
    /// it, keeps the agent's account of there.</param>
    public static CentreParseResult Parse(string yaml, long version, Centre? previous = null)
    {
        if (yaml.Length > CentreLimits.DocumentCharsMax)
        {
            return Refused(
                0, $"the document has {yaml.Length} characters; at most {CentreLimits.DocumentCharsMax} are allowed");
        }

        var root = YamlTree.Read(yaml, out var unreadable);
        if (unreadable is not null) return new CentreParseResult(null, [unreadable]);
        if (root is null or YamlScalar { IsNull: true }) return Refused(0, "the document is empty");

        var problems = new Problems();
        var centre = Read(new Section(root, "", problems, "realm", "digest", "numbers", "queues", "agents",
            "trunks"), problems, version, previous);
        return problems.Any ? new CentreParseResult(null, problems.ByLine()) : new CentreParseResult(centre, []);
    }

    /// <summary>True when two centres say the same, whatever their versions.</summary>
    public static bool Same(Centre one, Centre other)
    {
        return Text(one) == Text(other);

        static string Text(Centre c) => System.Text.Json.JsonSerializer.Serialize(c with { Version = 0 });
    }

    private static Centre Read(Section root, Problems problems, long version, Centre? previous)
    {
        var realm = root.Text("realm", RealmDefault, Checks.Realm);
        var known = new References(problems);
        var queues = root.Items("queues", CentreLimits.QueuesMax)
            .Select(item => QueueSection.Read(item.Node, item.Path, problems, known)).ToImmutableArray();
        var accounts = new Accounts(realm, previous);
        var agents = root.Items("agents", CentreLimits.AgentsMax)
            .Select(item => AgentSection.Read(item.Node, item.Path, problems, known, accounts)).ToImmutableArray();
        var numbers = root.Items("numbers", CentreLimits.NumbersMax)
            .Select(item => NumberSection.Read(item.Node, item.Path, problems, known)).ToImmutableArray();
        var trunks = root.Items("trunks", CentreLimits.TrunksMax)
            .Select(item => TrunkSection.Read(item.Node, item.Path, problems, known, accounts)).ToImmutableArray();
        known.CheckUses();
        return new Centre(version, realm, numbers, queues, agents) { Digest = Digest(root), Trunks = trunks };
    }

    private static PhoneDigest Digest(Section root)
    {
        var word = root.Text("digest", "md5", value => value is "md5" or "sha-256" or "both"
            ? null
            : $"'{Section.Excerpt(value)}' is not a digest; allowed: md5, sha-256, both");
        return word switch { "sha-256" => PhoneDigest.Sha256, "both" => PhoneDigest.Both, _ => PhoneDigest.Md5 };
    }

    private static CentreParseResult Refused(int line, string why) => new(null, [new CentreProblem(line, "", why)]);
}
