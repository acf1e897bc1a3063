using System.Globalization;

namespace OrleansAcd.Bench;

/// <summary>What was measured at one number of calls, ours beside C's. Times are microseconds.</summary>
/// <param name="Ratio">The median, lowest and highest are those of slices that followed each other.</param>
/// <param name="DirectP50">The same load without any relay.</param>
/// <param name="DropsAtRelay">Of the packets lost: dropped by the kernel in front of our relay's sockets.</param>
/// <param name="DropsAtLoad">Dropped in front of the load's sockets.</param>
internal sealed record MediaBenchRow(
    int Calls,
    double CpuPerPacket,
    double CpuPerPacketC,
    double Ratio,
    double RatioLowest,
    double RatioHighest,
    double LatencyP50,
    double LatencyP99,
    double LatencyP50C,
    double LatencyP99C,
    double DirectP50,
    double DirectP99,
    long Sent,
    long Lost,
    long LostC,
    long DropsAtRelay,
    long DropsAtLoad,
    double AllocatedBytesPerPacket,
    long MemoryPerCallBytes)
{
    public const string Header =
        """
        media: calls of two parties, 20 ms G.711 both ways; ours, a bare C relay, and no relay at all (direct)
               CPU us a packet                        latency us p50/p99                lost packets         bytes
        calls  ours   C      ratio (range)            ours        C           direct    ours of  C      per packet, call
        """;

    public static MediaBenchRow From(
        int calls, List<Slice> mine, List<Slice> theirs, List<Slice> direct, long memoryPerCall)
    {
        var ratios = mine.Zip(theirs, (m, t) => m.CpuPerPacket / t.CpuPerPacket).Order().ToList();
        return new MediaBenchRow(
            calls,
            Median(mine, s => s.CpuPerPacket),
            Median(theirs, s => s.CpuPerPacket),
            ratios[ratios.Count / 2],
            ratios.Min(),
            ratios.Max(),
            Median(mine, s => s.LatencyP50),
            Median(mine, s => s.LatencyP99),
            Median(theirs, s => s.LatencyP50),
            Median(theirs, s => s.LatencyP99),
            Median(direct, s => s.LatencyP50),
            Median(direct, s => s.LatencyP99),
            mine.Sum(s => s.Sent),
            Missing(mine),
            Missing(theirs),
            mine.Sum(s => s.Drops.AtRelay),
            mine.Sum(s => s.Drops.AtLoad),
            mine.Sum(s => s.AllocatedBytes) / (double)mine.Sum(s => s.Relayed),
            memoryPerCall);
    }

    public string ToLine() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Calls,5}  {CpuPerPacket,5:F2}  {CpuPerPacketC,5:F2}  {Ratio:F3} ({RatioLowest:F2}-{RatioHighest:F2})"
        + $"        {LatencyP50,5:F0}/{LatencyP99,-5:F0} {LatencyP50C,5:F0}/{LatencyP99C,-5:F0}"
        + $" {DirectP50,4:F0}/{DirectP99,-5:F0}"
        + $" {Lost,4} of {Sent,-7} {LostC,3}   {AllocatedBytesPerPacket,6:F3}, {MemoryPerCallBytes}")
        + (Lost == 0 ? "" : $"\n       of ours lost in full buffers: {DropsAtRelay} at the relay, {DropsAtLoad} at the load");

    private static long Missing(List<Slice> slices) => slices.Sum(s => s.Sent - s.Received);

    private static double Median(List<Slice> slices, Func<Slice, double> figure) =>
        slices.Select(figure).Order().ElementAt(slices.Count / 2);
}
