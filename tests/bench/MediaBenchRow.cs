using System.Globalization;

namespace OrleansAcd.Bench;

/// <summary>What was measured at one number of calls. Microseconds unless said otherwise.</summary>
internal sealed record MediaBenchRow(
    int Calls,
    long Packets,
    double CpuPerPacket,
    double CpuPerPacketC,
    double Ratio,
    double RatioLowest,
    double RatioHighest,
    double LatencyP50,
    double LatencyP99,
    double LatencyP50C,
    double LatencyP99C,
    double LossPercent,
    double LossPercentC,
    long AllocatedBytes,
    long MemoryPerCallBytes)
{
    public const string Header =
        "calls  packets   CPU us/packet  C us/packet  ratio (range)       latency us p50/p99  C p50/p99     loss %  alloc B  B/call";

    public static MediaBenchRow From(int calls, List<Slice> mine, List<Slice> theirs, OurRelay relay)
    {
        var ratios = mine.Zip(theirs, (m, t) => m.CpuPerPacket / t.CpuPerPacket).ToList();
        return new MediaBenchRow(
            calls,
            mine.Sum(s => s.Sent),
            Median(mine, s => s.CpuPerPacket),
            Median(theirs, s => s.CpuPerPacket),
            Median(mine, s => s.CpuPerPacket) / Median(theirs, s => s.CpuPerPacket),
            ratios.Min(),
            ratios.Max(),
            Median(mine, s => s.LatencyP50),
            Median(mine, s => s.LatencyP99),
            Median(theirs, s => s.LatencyP50),
            Median(theirs, s => s.LatencyP99),
            Loss(mine),
            Loss(theirs),
            mine.Sum(s => s.AllocatedBytes),
            relay.MemoryPerCall);
    }

    public string ToLine() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Calls,5}  {Packets,8}  {CpuPerPacket,12:F2}  {CpuPerPacketC,11:F2}  {Ratio,5:F3} ({RatioLowest:F2}-{RatioHighest:F2})"
        + $"  {LatencyP50,10:F0} / {LatencyP99,-6:F0}  {LatencyP50C,5:F0} / {LatencyP99C,-6:F0}  {LossPercent,6:F3}"
        + $"  {AllocatedBytes,7}  {MemoryPerCallBytes,6}");

    private static double Loss(List<Slice> slices)
    {
        var sent = slices.Sum(s => s.Sent);
        return 100.0 * (sent - slices.Sum(s => s.Received)) / Math.Max(1, sent);
    }

    private static double Median(List<Slice> slices, Func<Slice, double> figure) =>
        slices.Select(figure).Order().ElementAt(slices.Count / 2);
}
