using System.Collections.Immutable;
using OrleansAcd.CentreYaml.Yaml;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Media;

namespace OrleansAcd.CentreYaml.Sections;

/// <summary>An entry of <c>trunks</c>: a provider or another system, and the numbers behind it.</summary>
internal static class TrunkSection
{
    public static TrunkDefinition Read(
        YamlNode node, string path, Problems problems, References known, Accounts accounts)
    {
        var s = new Section(node, path, problems, "id", "uri", "sources", "certificate-name", "encryption", "numbers",
            "user", "password", "realm");
        if (node is not YamlMapping)
            return new TrunkDefinition(new TrunkSettings("", "", [], null, EncryptionPolicy.Prefer, null), []);

        var id = s.Required("id", Checks.Id);
        known.Define("trunk", id, s, "id");
        var uri = s.Required("uri", Checks.SipServer);
        var settings = new TrunkSettings(
            id, uri, Sources(s, problems, known),
            s.Has("certificate-name") ? s.Text("certificate-name", "", Checks.Name) : null,
            Encryption(s, uri), Account(s, id, accounts));
        return new TrunkDefinition(
            settings, Texts(s, "numbers", CentreLimits.TrunkNumbersMax, Checks.NumberPattern, problems));
    }

    /// <summary>Keys that anybody on the way could read protect nothing (RFC 4568 section 7).</summary>
    private static EncryptionPolicy Encryption(Section s, string uri)
    {
        var encryption = EncryptionWord.Read(s);
        var isPlain = uri.Length > 0 && !uri.StartsWith("sips:", StringComparison.Ordinal)
            && !uri.EndsWith("transport=tls", StringComparison.Ordinal);
        if (encryption == EncryptionPolicy.Require && isPlain)
            s.Problem("encryption", "require needs encrypted signalling too: a uri with ;transport=tls");
        return encryption;
    }

    /// <summary>An address belongs to one trunk: requests are told apart by it.</summary>
    private static ImmutableArray<string> Sources(Section s, Problems problems, References known)
    {
        var sources = Texts(s, "sources", CentreLimits.TrunkSourcesMax, Checks.Address, problems);
        foreach (var source in sources) known.Define("source", source, s, "sources");
        return sources;
    }

    private static SipAccount? Account(Section s, string id, Accounts accounts)
    {
        if (s.Has("user") != s.Has("password"))
        {
            s.Problem(s.Has("user") ? "user" : "password", "user and password go together");
            return null;
        }

        return s.Has("user") ? accounts.OfTrunk(s, id, s.Text("user", "", Checks.Number)) : null;
    }

    private static ImmutableArray<string> Texts(
        Section s, string key, int max, Func<string, string?> check, Problems problems)
    {
        var texts = ImmutableArray.CreateBuilder<string>();
        foreach (var (node, path) in s.Items(key, max))
        {
            var text = node is YamlScalar { IsNull: false } scalar ? scalar.Value : "";
            if (check(text) is { } wrong) problems.Add(node.Line, path, wrong);
            else if (texts.Contains(text)) problems.Add(node.Line, path, $"'{Section.Excerpt(text)}' is there twice");
            else texts.Add(text);
        }

        return texts.ToImmutable();
    }
}
