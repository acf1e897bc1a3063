using System.Diagnostics;
using System.Globalization;

namespace OrleansAcd.Bench;

/// <summary>Something that relays and can say what that cost.</summary>
internal interface IMeasuredRelay
{
    /// <summary>Two ports a call, "a b" a line.</summary>
    string Ports { get; }

    (long Packets, long CpuNanoseconds, long AllocatedBytes) Read();
}

/// <summary>Some load on one relay. Packets sent are counted after the load's first moments.</summary>
/// <param name="Gaps">Missing from streams that are not relayed unchanged.</param>
/// <param name="CpuShare">Of one CPU, while the slice ran.</param>
internal sealed record Slice(
    long Sent, long Received, long Relayed, double CpuPerPacket, double LatencyP50, double LatencyP99,
    long AllocatedBytes,
    UdpDrops Drops,
    long Gaps,
    double CpuShare)
{
    /// <summary>By all threads of this process while phones spoke, those of the bench included.</summary>
    public long ProcessBytes { get; init; }

    public long Lost => Sent - Received + Gaps + Drops.AtRelay;

    /// <summary>One slice of each. Who is first changes from round to round: a machine that grows slower or faster
    /// meanwhile then favours neither.</summary>
    public static void AddBoth(
        int round, (List<Slice> Slices, Load Load) one, (List<Slice> Slices, Load Load) other, int milliseconds)
    {
        var (first, second) = round % 2 == 0 ? (one, other) : (other, one);
        first.Slices.Add(first.Load.Run(milliseconds));
        second.Slices.Add(second.Load.Run(milliseconds));
    }
}

/// <summary>Loads one relay, slice by slice, from the same ports, and tells what that cost the relay.</summary>
internal sealed class Load : IDisposable
{
    private readonly IMeasuredRelay? _relay;
    private readonly HashSet<int> _ports = [];
    private readonly ILoadGenerator _generator;

    /// <param name="relay">Null: each pair of sockets talks to itself, which tells what the load and the kernel
    /// cost.</param>
    /// <param name="parties">Null: calls of two.</param>
    public Load(string program, IMeasuredRelay? relay, int calls, MediaMode? parties = null)
        : this(relay, new CLoad(program, relay, calls, parties ?? MediaMode.Relayed))
    {
    }

    public Load(IMeasuredRelay? relay, ILoadGenerator generator)
    {
        (_relay, _generator) = (relay, generator);
        foreach (var port in (relay?.Ports ?? "").Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            _ports.Add(int.Parse(port, CultureInfo.InvariantCulture));
        }
    }

    public Slice Run(int milliseconds)
    {
        var (before, dropsBefore) = (_relay?.Read() ?? default, UdpDrops.Read(_ports));
        var start = Stopwatch.GetTimestamp();
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var count = _generator.Run(milliseconds);
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        var (after, elapsed) = (_relay?.Read() ?? default, Stopwatch.GetElapsedTime(start));
        var drops = UdpDrops.Read(_ports) - dropsBefore;
        var relayed = after.Packets - before.Packets;
        return new Slice(
            count.Sent,
            count.Received,
            relayed,
            (after.CpuNanoseconds - before.CpuNanoseconds) / 1_000.0 / Math.Max(1, relayed),
            count.LatencyP50,
            count.LatencyP99,
            after.AllocatedBytes - before.AllocatedBytes,
            drops,
            count.Gaps,
            (after.CpuNanoseconds - before.CpuNanoseconds) / elapsed.TotalNanoseconds)
        {
            ProcessBytes = allocated,
        };
    }

    public void Dispose() => _generator.Dispose();
}
