using System.Globalization;
using System.Text;

namespace OrleansAcd.Cli.Demo;

/// <summary>The centre that a demonstration runs: one queue, so many agents, no wrap-up.</summary>
internal static class DemoCentre
{
    public const string Number = "support";
    public const string Queue = "support";

    public static string AgentName(int index) => string.Create(CultureInfo.InvariantCulture, $"agent{index:000}");

    public static string Password(int index, int seed) =>
        string.Create(CultureInfo.InvariantCulture, $"demo-{seed}-{index}");

    public static string Yaml(DemoOptions options)
    {
        var yaml = new StringBuilder();
        yaml.AppendLine($"numbers: [ {{ number: {Number}, to: queue/{Queue} }} ]");
        yaml.AppendLine("queues:");
        yaml.AppendLine(
            $"  - {{ id: {Queue}, name: Support, ring-timeout: 15s, wrap-up: 0s, greeting: default, music: default }}");
        yaml.AppendLine("agents:");
        for (var i = 1; i <= options.Agents; i++)
        {
            yaml.AppendLine(
                $"  - {{ id: {AgentName(i)}, sip-password: {Password(i, options.Seed)}, queues: [{Queue}] }}");
        }

        return yaml.ToString();
    }
}
