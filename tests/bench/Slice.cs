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

/// <summary>Some seconds of load on one relay. Packets counted are those after the load's first moments.</summary>
internal sealed record Slice(
    long Sent, long Received, double CpuPerPacket, double LatencyP50, double LatencyP99, long AllocatedBytes);

/// <summary>A process that loads one relay, slice by slice, from the same ports.</summary>
internal sealed class Load : IDisposable
{
    private readonly IMeasuredRelay _relay;
    private readonly Process _process;

    public Load(string program, IMeasuredRelay relay, int calls)
    {
        _relay = relay;
        _process = Process.Start(new ProcessStartInfo(program, ["load", Text(2 * calls), Text(CpuFor.Load)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        _process.StandardInput.Write(relay.Ports);
    }

    public Slice Run(int seconds)
    {
        var before = _relay.Read();
        _process.StandardInput.WriteLine(Text(seconds));
        _process.StandardInput.Flush();
        var parts = _process.StandardOutput.ReadLine()!.Split(' ');
        var after = _relay.Read();
        return new Slice(
            long.Parse(parts[0], CultureInfo.InvariantCulture),
            long.Parse(parts[1], CultureInfo.InvariantCulture),
            (after.CpuNanoseconds - before.CpuNanoseconds) / 1_000.0 / (after.Packets - before.Packets),
            double.Parse(parts[2], CultureInfo.InvariantCulture),
            double.Parse(parts[3], CultureInfo.InvariantCulture),
            after.AllocatedBytes - before.AllocatedBytes);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
