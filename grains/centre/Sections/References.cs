using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;

namespace OrleansAcd.CentreYaml.Sections;

/// <summary>Which ids the document defines and which it refers to; a queue may be named before it is defined.</summary>
internal sealed class References(Problems problems)
{
    private readonly Dictionary<string, int> _defined = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<(string Kind, string Id, int Line, string Key)> _uses = [];

    /// <summary>Two ids that differ only in case would be one account, one number or one page for a person.</summary>
    public void Define(string kind, string id, Section section, string key)
    {
        if (id.Length == 0 || _defined.TryAdd($"{kind}/{id}", section.LineOf(key))) return;

        section.Problem(key, $"'{id}' exists already, on line {_defined[$"{kind}/{id}"]}");
    }

    public QueueId UseQueue(string id, int line, string key)
    {
        Use("queue", id, line, key);
        return new QueueId(id);
    }

    /// <summary>Reads <c>queue/ID</c> or <c>agent/ID</c>: where a number leads.</summary>
    public (QueueId Queue, AgentId? Agent) QueueOrAgent(Section section, string key)
    {
        const string agent = "agent/";
        if (section.Scalar(key) is not { } scalar || !scalar.Value.StartsWith(agent, StringComparison.Ordinal))
            return (Destination(section, key, "queue/ID or agent/ID"), null);

        var id = section.Required(key, value => Checks.Id(value[agent.Length..]));
        if (id.Length == 0) return (new QueueId(""), null);

        Use("agent", id[agent.Length..], section.LineOf(key), section.KeyPath(key));
        return (new QueueId(""), new AgentId(id[agent.Length..]));
    }

    /// <summary>Reads <c>queue/ID</c>.</summary>
    public QueueId Destination(Section section, string key, string allowed = "queue/ID")
    {
        const string prefix = "queue/";
        var text = section.Required(key, CheckDestination);
        return text.Length == 0
            ? new QueueId("")
            : UseQueue(text[prefix.Length..], section.LineOf(key), section.KeyPath(key));

        string? CheckDestination(string value)
        {
            if (value.StartsWith("flow/", StringComparison.Ordinal))
                return $"flows are not available yet; write {allowed}";
            return value.StartsWith(prefix, StringComparison.Ordinal)
                ? Checks.Id(value[prefix.Length..])
                : $"'{Section.Excerpt(value)}' is not a destination; write {allowed}";
        }
    }

    public void CheckUses()
    {
        var defined = _defined.Keys.ToHashSet(StringComparer.Ordinal);
        foreach (var (kind, id, line, key) in _uses)
        {
            if (!defined.Contains($"{kind}/{id}")) problems.Add(line, key, $"there is no {kind} '{id}'");
        }
    }

    private void Use(string kind, string id, int line, string key)
    {
        if (id.Length > 0) _uses.Add((kind, id, line, key));
    }
}
