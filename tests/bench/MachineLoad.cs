using System.Globalization;

namespace OrleansAcd.Bench;

/// <summary>What else the machine does: how many tasks ran or waited to, over the last minute (proc(5),
/// loadavg).</summary>
internal static class MachineLoad
{
    public static double Read()
    {
        if (!File.Exists("/proc/loadavg")) return double.NaN;

        var text = File.ReadAllText("/proc/loadavg");
        return double.Parse(text.AsSpan(0, text.IndexOf(' ', StringComparison.Ordinal)), CultureInfo.InvariantCulture);
    }
}
