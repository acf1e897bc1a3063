using System.Collections.Immutable;
using OrleansAcd.CentreYaml.Yaml;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;

namespace OrleansAcd.CentreYaml.Sections;

/// <summary>The key <c>supervises</c> of an agent: queues, each with what may be done in its calls; a queue's id alone
/// allows everything.</summary>
internal static class SupervisionSection
{
    private static readonly Dictionary<string, SupervisionMode> Modes = new(StringComparer.Ordinal)
    {
        ["monitor"] = SupervisionMode.Monitor,
        ["whisper"] = SupervisionMode.Whisper,
        ["barge"] = SupervisionMode.Barge,
        ["take-over"] = SupervisionMode.TakeOver,
    };

    private static readonly ImmutableArray<SupervisionMode> All = [.. Modes.Values];

    public static ImmutableArray<SupervisionRight> Read(Section s, Problems problems, References known)
    {
        var rights = ImmutableArray.CreateBuilder<SupervisionRight>();
        foreach (var (node, path) in s.Items("supervises", CentreLimits.SupervisedQueuesMax))
        {
            var right = node is YamlScalar { IsNull: false } scalar
                ? new SupervisionRight(known.UseQueue(scalar.Value, scalar.Line, path), All)
                : Right(node, path, problems, known);
            if (rights.Any(r => r.Queue == right.Queue && right.Queue.Value.Length > 0))
                problems.Add(node.Line, path, $"names queue '{Section.Excerpt(right.Queue.Value)}' twice");
            else rights.Add(right);
        }

        return rights.ToImmutable();
    }

    private static SupervisionRight Right(YamlNode node, string path, Problems problems, References known)
    {
        var s = new Section(node, path, problems, "queue", "may");
        if (node is not YamlMapping) return new SupervisionRight(new QueueId(""), []);

        var queue = known.UseQueue(s.Required("queue", Checks.Id), s.LineOf("queue"), s.KeyPath("queue"));
        return new SupervisionRight(queue, s.Has("may") ? May(s, problems) : All);
    }

    private static ImmutableArray<SupervisionMode> May(Section s, Problems problems)
    {
        var may = ImmutableArray.CreateBuilder<SupervisionMode>();
        foreach (var (node, path) in s.Items("may", Modes.Count))
        {
            var word = node is YamlScalar scalar ? scalar.Value : "";
            if (!Modes.TryGetValue(word, out var mode))
            {
                problems.Add(node.Line, path,
                    $"'{Section.Excerpt(word)}' is no right; allowed: {string.Join(", ", Modes.Keys)}");
            }
            else if (!may.Contains(mode)) may.Add(mode);
        }

        return may.ToImmutable();
    }
}
