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

/// <summary>Some seconds of load on one relay. Packets sent are counted after the load's first moments.</summary>
/// <param name="Gaps">Missing from streams that are not relayed unchanged.</param>
/// <param name="CpuShare">Of one CPU, while the slice ran.</param>
internal sealed record Slice(
    long Sent, long Received, long Relayed, double CpuPerPacket, double LatencyP50, double LatencyP99,
    long AllocatedBytes,
    UdpDrops Drops,
    long Gaps,
    double CpuShare)
{
    public long Lost => Sent - Received + Gaps + Drops.AtRelay;
}

/// <summary>A process that loads one relay, slice by slice, from the same ports; or itself, without any
/// relay.</summary>
internal sealed class Load : IDisposable
{
    private readonly IMeasuredRelay? _relay;
    private readonly HashSet<int> _ports = [];
    private readonly Process _process;

    /// <param name="relay">Null: each pair of sockets talks to itself, which tells what the load and the kernel
    /// cost.</param>
    /// <param name="parties">Null: calls of two.</param>
    public Load(string program, IMeasuredRelay? relay, int calls, MediaMode? parties = null)
    {
        _relay = relay;
        var plan = parties ?? MediaMode.Relayed;
        string[] arguments =
        [
            relay is null ? "direct" : "load", Text(plan.Parties * calls), Text(CpuFor.Load), Text(plan.Parties),
            Text(plan.Speakers), Text(plan.Stamp), Text(plan.Measure),
        ];
        _process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        if (relay is null) return;

        _process.StandardInput.Write(relay.Ports);
        foreach (var port in relay.Ports.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            _ports.Add(int.Parse(port, CultureInfo.InvariantCulture));
        }
    }

    public Slice Run(int seconds)
    {
        var (before, dropsBefore) = (_relay?.Read() ?? default, UdpDrops.Read(_ports));
        var start = Stopwatch.GetTimestamp();
        _process.StandardInput.WriteLine(Text(seconds));
        _process.StandardInput.Flush();
        var parts = _process.StandardOutput.ReadLine()!.Split(' ');
        var (after, elapsed) = (_relay?.Read() ?? default, Stopwatch.GetElapsedTime(start));
        var drops = UdpDrops.Read(_ports) - dropsBefore;
        var relayed = after.Packets - before.Packets;
        return new Slice(
            long.Parse(parts[0], CultureInfo.InvariantCulture),
            long.Parse(parts[1], CultureInfo.InvariantCulture),
            relayed,
            (after.CpuNanoseconds - before.CpuNanoseconds) / 1_000.0 / Math.Max(1, relayed),
            double.Parse(parts[2], CultureInfo.InvariantCulture),
            double.Parse(parts[3], CultureInfo.InvariantCulture),
            after.AllocatedBytes - before.AllocatedBytes,
            drops,
            long.Parse(parts[4], CultureInfo.InvariantCulture),
            (after.CpuNanoseconds - before.CpuNanoseconds) / elapsed.TotalNanoseconds);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
