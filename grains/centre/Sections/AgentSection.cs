using System.Collections.Immutable;
using OrleansAcd.CentreYaml.Yaml;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Media;

namespace OrleansAcd.CentreYaml.Sections;

/// <summary>An entry of <c>agents</c>.</summary>
internal static class AgentSection
{
    public static AgentDefinition Read(YamlNode node, string path, Problems problems, References known,
        Accounts accounts)
    {
        var s = new Section(node, path, problems, "id", "name", "sip-password", "login", "queues", "skills",
            "capacity", "recording", "supervises", "encryption");
        var id = node is YamlMapping ? s.Required("id", Checks.Id) : "";
        known.Define("agent", id, s, "id");
        CheckCapacity(s, problems);

        var account = Account(s, id, accounts);
        var login = Login(s);
        if (node is YamlMapping && login == LoginMode.Phone && !s.Has("sip-password"))
        {
            s.Problem("sip-password", "is missing: an agent who logs in by phone needs one");
        }

        return new AgentDefinition(
            new AgentId(id), s.Text("name", id, Checks.Name), account, login, Queues(s, known), Skills(s, problems))
        {
            Recording = RecordingSection.Read(s, problems),
            Supervises = SupervisionSection.Read(s, problems, known),
        };
    }

    private static SipAccount? Account(Section s, string id, Accounts accounts)
    {
        var account = accounts.OfAgent(s, id);
        var encryption = EncryptionWord.Read(s);
        if (s.Has("encryption") && !s.Has("sip-password"))
            s.Problem("encryption", "is about the agent's phone: it needs a sip-password");
        return account is null ? null : account with { Encryption = encryption };
    }

    private static LoginMode Login(Section s)
    {
        var word = s.Text("login", "phone", value => value is "phone" or "api"
            ? null
            : $"'{Section.Excerpt(value)}' is not a way to log in; allowed: phone, api");
        return word == "api" ? LoginMode.Api : LoginMode.Phone;
    }

    private static ImmutableArray<QueueId> Queues(Section s, References known)
    {
        var queues = ImmutableArray.CreateBuilder<QueueId>();
        foreach (var (node, path) in s.Items("queues", CentreLimits.QueuesPerAgentMax))
        {
            if (node is not YamlScalar { IsNull: false } scalar)
            {
                s.Problem("queues", $"must be a list of queue ids; one entry is {node.Kind}");
                continue;
            }

            var queue = known.UseQueue(scalar.Value, scalar.Line, path);
            if (queues.Contains(queue)) s.Problem("queues", $"names '{Section.Excerpt(scalar.Value)}' twice");
            else queues.Add(queue);
        }

        return queues.ToImmutable();
    }

    private static ImmutableSortedDictionary<string, int> Skills(Section s, Problems problems)
    {
        var none = ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal);
        if (!s.Find("skills", out var node) || node is YamlScalar { IsNull: true }) return none;
        if (node is not YamlMapping mapping)
        {
            s.Problem("skills", $"must be a mapping of skill: level; it is {node.Kind}");
            return none;
        }

        if (mapping.Entries.Count > CentreLimits.SkillsMax)
        {
            s.Problem("skills", $"has {mapping.Entries.Count} entries; at most {CentreLimits.SkillsMax} are allowed");
            return none;
        }

        var names = mapping.Entries.Select(e => e.Key).ToArray();
        var skills = new Section(mapping, s.KeyPath("skills"), problems, names);
        foreach (var name in names.Where(n => Checks.Id(n) is not null)) skills.Problem(name, Checks.Id(name)!);
        return names.Distinct(StringComparer.Ordinal)
            .ToImmutableSortedDictionary(
                n => n, n => skills.Whole(n, 0, 0, CentreLimits.SkillLevelMax), StringComparer.Ordinal);
    }

    /// <summary>An agent has one conversation by voice at a time. Slots of other channels may be written, since no
    /// contact of such a channel can be waiting for them.</summary>
    private static void CheckCapacity(Section s, Problems problems)
    {
        if (!s.Find("capacity", out var node)) return;
        if (node is not YamlMapping mapping)
        {
            s.Problem("capacity", $"must be a mapping such as {{ voice: 1 }}; it is {node.Kind}");
            return;
        }

        foreach (var entry in mapping.Entries)
        {
            var slots = entry.Value is YamlScalar scalar && int.TryParse(scalar.Value, out var number) ? number : -1;
            var wrong = entry.Key switch
            {
                "voice" => slots == 1 ? null : "must be 1: an agent has one conversation by voice at a time",
                "video" or "chat" or "email" or "task" =>
                    slots is >= 0 and <= 100 ? null : "must be a whole number from 0 to 100",
                _ => "is no channel; allowed are voice, video, chat, email, task",
            };
            if (wrong is not null)
                problems.Add(entry.Line, s.KeyPath("capacity") + "." + Section.Excerpt(entry.Key), wrong);
        }
    }
}
