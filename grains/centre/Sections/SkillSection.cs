using System.Collections.Immutable;
using OrleansAcd.CentreYaml.Yaml;
using OrleansAcd.Contracts.Centre;

namespace OrleansAcd.CentreYaml.Sections;

/// <summary>An entry of a queue's <c>skills</c>: a skill, its minimum, and how the minimum falls with the
/// wait.</summary>
internal static class SkillSection
{
    public static SkillRequirement Read(YamlNode node, string path, Problems problems)
    {
        var s = new Section(node, path, problems, "name", "min", "relax");
        if (node is not YamlMapping) return new SkillRequirement("", 1, []);

        var name = s.Required("name", Checks.Id);
        var min = s.Whole("min", 1, 1, CentreLimits.SkillLevelMax);
        return new SkillRequirement(name, min, Relaxations(s, min, problems));
    }

    /// <summary>Steps later in time must ask for less: a step that did not could never be seen.</summary>
    private static ImmutableArray<SkillRelaxation> Relaxations(Section s, int min, Problems problems)
    {
        var steps = ImmutableArray.CreateBuilder<SkillRelaxation>();
        var last = new SkillRelaxation(TimeSpan.Zero, min);
        foreach (var (node, path) in s.Items("relax", CentreLimits.RelaxationsMax))
        {
            var step = Relaxation(node, path, problems);
            if (step is null) continue;
            if (step.After <= last.After)
                problems.Add(node.Line, path + ".after", "must be later than the step before");
            if (step.Min >= last.Min)
                problems.Add(node.Line, path + ".min", $"must be less than {last.Min}, the minimum before");
            steps.Add(step);
            last = step;
        }

        return steps.ToImmutable();
    }

    private static SkillRelaxation? Relaxation(YamlNode node, string path, Problems problems)
    {
        var s = new Section(node, path, problems, "after", "min");
        if (node is not YamlMapping) return null;
        if (!s.Has("after")) s.Problem("after", "is missing");
        if (!s.Has("min")) s.Problem("min", "is missing");
        return s.Has("after") && s.Has("min")
            ? new SkillRelaxation(
                s.Duration("after", Durations.Max, TimeSpan.FromMilliseconds(1), Durations.Max),
                s.Whole("min", 0, 0, CentreLimits.SkillLevelMax))
            : null;
    }
}
