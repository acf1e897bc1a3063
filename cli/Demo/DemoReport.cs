using System.Text.Json;

namespace OrleansAcd.Cli.Demo;

/// <summary>What came of a demonstration. Times are what the softphones measured on the wire.</summary>
/// <param name="Offered">Calls made.</param>
/// <param name="Answered">Calls in which caller and agent heard each other's tone.</param>
/// <param name="Abandoned">Calls that the caller gave up.</param>
/// <param name="Failed">Calls that were refused, cut off, or in which somebody was not heard.</param>
/// <param name="ServiceLevel">As the queue counts it, 0..1 (definitions 1.1, SL-4); null: nothing counted.</param>
/// <param name="AsaSeconds">Mean wait of answered calls, as the queue counts it.</param>
/// <param name="SetupMs">From a caller's INVITE to the 200 that answers it.</param>
/// <param name="ConnectMs">From the agent's 200 until the caller hears the agent.</param>
/// <param name="PacketsSent">RTP packets that the centre should have delivered to softphones, by their sequence
/// numbers.</param>
/// <param name="PacketLossPercent">How many of those never came.</param>
/// <param name="Records">Call records found afterwards.</param>
internal sealed record DemoReport(
    int Offered, int Answered, int Abandoned, int Failed, double? ServiceLevel, double? AsaSeconds, Percentiles SetupMs,
    Percentiles ConnectMs, long PacketsSent, long PacketsLost, double PacketLossPercent, int Records,
    double DurationSeconds,
    int Seed)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public bool NothingLost => Failed == 0 && PacketsLost == 0 && Answered + Abandoned == Offered && Records == Offered;

    public string ToJson() => JsonSerializer.Serialize(this, Options);
}

/// <summary>Three percentiles of a sample, by the nearest rank; 0 of an empty one.</summary>
internal sealed record Percentiles(double P50, double P90, double P99)
{
    public static Percentiles Of(IEnumerable<double> sample)
    {
        var sorted = sample.Order().ToArray();
        return new Percentiles(At(50), At(90), At(99));

        double At(int percent) => sorted.Length == 0
            ? 0
            : Math.Round(sorted[Math.Max(0, (int)Math.Ceiling(percent / 100.0 * sorted.Length) - 1)], 2);
    }
}
