using System.Diagnostics;
using System.Globalization;

namespace OrleansAcd.Bench;

/// <summary>What the phones of a slice saw. Times are microseconds.</summary>
internal readonly record struct LoadCount(long Sent, long Received, double LatencyP50, double LatencyP99, long Gaps);

/// <summary>The phones of all calls.</summary>
internal interface ILoadGenerator : IDisposable
{
    /// <summary>Speaks for so many milliseconds, then waits a moment for what is still on its way.</summary>
    LoadCount Run(int milliseconds);
}

/// <summary>Plain RTP from relay.c, in a process of its own.</summary>
internal sealed class CLoad : ILoadGenerator
{
    private readonly Process _process;

    public CLoad(string program, IMeasuredRelay? relay, int calls, MediaMode mode)
    {
        string[] arguments =
        [
            relay is null ? "direct" : "load", Text(mode.Parties * calls), Text(CpuFor.Load), Text(mode.Parties),
            Text(mode.Speakers), Text(mode.Stamp), Text(mode.Measure),
        ];
        _process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        if (relay is not null) _process.StandardInput.Write(relay.Ports);
    }

    public LoadCount Run(int milliseconds)
    {
        _process.StandardInput.WriteLine(Text(milliseconds));
        _process.StandardInput.Flush();
        var parts = _process.StandardOutput.ReadLine()!.Split(' ');
        return new LoadCount(
            long.Parse(parts[0], CultureInfo.InvariantCulture),
            long.Parse(parts[1], CultureInfo.InvariantCulture),
            double.Parse(parts[2], CultureInfo.InvariantCulture),
            double.Parse(parts[3], CultureInfo.InvariantCulture),
            long.Parse(parts[4], CultureInfo.InvariantCulture));
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
