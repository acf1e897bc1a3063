using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;

namespace OrleansAcd.CentreYaml.Sections;

/// <summary>Which ids the document defines and which it refers to; a queue may be named before it is defined.</summary>
internal sealed class References(Problems problems)
{
    private readonly Dictionary<string, int> _defined = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<(string Queue, int Line, string Key)> _uses = [];

    /// <summary>Two ids that differ only in case would be one account, one number or one page for a person.</summary>
    public void Define(string kind, string id, Section section, string key)
    {
        if (id.Length == 0 || _defined.TryAdd($"{kind}/{id}", section.LineOf(key))) return;

        section.Problem(key, $"'{id}' exists already, on line {_defined[$"{kind}/{id}"]}");
    }

    public QueueId UseQueue(string id, int line, string key)
    {
        if (id.Length > 0) _uses.Add((id, line, key));
        return new QueueId(id);
    }

    /// <summary>Reads <c>queue/ID</c>.</summary>
    public QueueId Destination(Section section, string key)
    {
        const string prefix = "queue/";
        var text = section.Required(key, CheckDestination);
        return text.Length == 0
            ? new QueueId("")
            : UseQueue(text[prefix.Length..], section.LineOf(key), section.KeyPath(key));

        static string? CheckDestination(string value)
        {
            if (value.StartsWith("flow/", StringComparison.Ordinal))
                return "flows are not available yet; write queue/ID";
            return value.StartsWith(prefix, StringComparison.Ordinal)
                ? Checks.Id(value[prefix.Length..])
                : $"'{Section.Excerpt(value)}' is not a destination; write queue/ID";
        }
    }

    public void CheckQueues()
    {
        var queues = _defined.Keys.Where(k =>
            k.StartsWith("queue/", StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);
        foreach (var (queue, line, key) in _uses)
        {
            if (!queues.Contains("queue/" + queue)) problems.Add(line, key, $"there is no queue '{queue}'");
        }
    }
}
