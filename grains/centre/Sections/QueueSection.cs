using System.Collections.Immutable;
using OrleansAcd.CentreYaml.Yaml;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;

namespace OrleansAcd.CentreYaml.Sections;

/// <summary>An entry of <c>queues</c>.</summary>
internal static class QueueSection
{
    private static readonly ServiceLevelTarget ServiceLevelDefault = new(0.80, TimeSpan.FromSeconds(20));

    private static readonly Dictionary<string, RoutingStrategy> Strategies = new(StringComparer.Ordinal)
    {
        ["longest-idle"] = RoutingStrategy.LongestIdle,
        ["most-skilled"] = RoutingStrategy.MostSkilled,
        ["least-skilled"] = RoutingStrategy.LeastSkilled,
        ["fewest-calls"] = RoutingStrategy.FewestCalls,
        ["round-robin"] = RoutingStrategy.RoundRobin,
    };

    public static QueueDefinition Read(YamlNode node, string path, Problems problems, References known)
    {
        var s = new Section(
            node, path, problems, "id", "name", "strategy", "service-level", "ring-timeout", "wrap-up", "priority",
            "greeting", "music", "show-caller", "short-abandon", "skills", "overflow", "recording", "monitoring",
            "fax");
        var id = node is YamlMapping ? s.Required("id", Checks.Id) : "";
        known.Define("queue", id, s, "id");
        return new QueueDefinition(
            new QueueId(id),
            s.Text("name", id, Checks.Name),
            Strategy(s),
            ServiceLevel(s, problems),
            s.Duration("ring-timeout", TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)),
            s.Duration("wrap-up", TimeSpan.FromSeconds(10), TimeSpan.Zero, Durations.Max),
            s.Whole("priority", 0, -CentreLimits.PriorityMax, CentreLimits.PriorityMax),
            Prompt(s, "greeting"),
            Prompt(s, "music"),
            s.Flag("show-caller", false),
            s.Duration("short-abandon", TimeSpan.FromSeconds(5), TimeSpan.Zero, TimeSpan.FromMinutes(10)),
            [.. s.Items("skills", CentreLimits.SkillsMax).Select(item =>
                SkillSection.Read(item.Node, item.Path, problems))],
            Overflow(s, problems, known))
        {
            Recording = RecordingSection.Read(s, problems),
            MonitoringVisible = Visible(s, problems),
            Fax = Fax(s, id, known),
        };
    }

    private static bool Visible(Section s, Problems problems) =>
        s.Find("monitoring", out var node)
        && new Section(node, s.KeyPath("monitoring"), problems, "visible").Flag("visible", false);

    private static QueueId? Fax(Section s, string own, References known)
    {
        if (!s.Has("fax")) return null;

        var id = s.Text("fax", "", Checks.Id);
        if (id.Length > 0 && id == own) s.Problem("fax", "leads to the queue itself");
        return id.Length == 0 ? null : known.UseQueue(id, s.LineOf("fax"), s.KeyPath("fax"));
    }

    private static RoutingStrategy Strategy(Section s)
    {
        var word = s.Text("strategy", "longest-idle", value => value switch
        {
            _ when Strategies.ContainsKey(value) => null,
            "ring-all" => $"ring-all is not available yet; allowed: {string.Join(", ", Strategies.Keys)}",
            _ => $"'{Section.Excerpt(value)}' is not a strategy; allowed: {string.Join(", ", Strategies.Keys)}",
        });
        return Strategies[word];
    }

    private static ServiceLevelTarget ServiceLevel(Section s, Problems problems)
    {
        if (!s.Find("service-level", out var node)) return ServiceLevelDefault;

        var level = new Section(node, s.KeyPath("service-level"), problems, "target", "within");
        return new ServiceLevelTarget(
            level.Share("target", ServiceLevelDefault.Target),
            level.Duration("within", ServiceLevelDefault.Within, TimeSpan.Zero, Durations.Max));
    }

    private static string? Prompt(Section s, string key)
    {
        var name = s.Text(key, "default", Checks.Id);
        return name == "none" ? null : name;
    }

    private static OverflowRule? Overflow(Section s, Problems problems, References known)
    {
        if (!s.Find("overflow", out var node)) return null;

        var rule = new Section(node, s.KeyPath("overflow"), problems, "after", "to");
        if (node is not YamlMapping) return null;
        if (!rule.Has("after")) rule.Problem("after", "is missing");

        var to = known.Destination(rule, "to");
        var own = s.Scalar("id")?.Value;
        if (to.Value.Length > 0 && to.Value == own) rule.Problem("to", "leads to the queue itself");
        return new OverflowRule(rule.Duration("after", TimeSpan.Zero, TimeSpan.Zero, Durations.Max), to);
    }
}
