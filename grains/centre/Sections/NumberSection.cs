using OrleansAcd.CentreYaml.Yaml;
using OrleansAcd.Contracts.Centre;

namespace OrleansAcd.CentreYaml.Sections;

/// <summary>An entry of <c>numbers</c>: what is dialled, and where it leads.</summary>
internal static class NumberSection
{
    public static NumberEntry Read(YamlNode node, string path, Problems problems, References known)
    {
        var section = new Section(node, path, problems, "number", "to");
        if (node is not YamlMapping) return new NumberEntry("", new(""));

        var number = section.Required("number", Checks.Number);
        known.Define("number", number, section, "number");
        var (queue, agent) = known.QueueOrAgent(section, "to");
        return new NumberEntry(number, queue) { Agent = agent };
    }
}
