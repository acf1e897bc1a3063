using System.Globalization;
using System.Text.Json;

namespace OrleansAcd.Bench;

/// <summary>Relayed calls: CPU a packet, latency, loss, memory and garbage, against a bare C relay in the same run.</summary>
/// <remarks>Both relays run pinned to one CPU, the load to another; slices of both alternate, so that what else the machine
/// does falls on both. Ratios are of medians.</remarks>
public static class MediaBench
{
    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };
    private static readonly int[] s_calls = [100, 300, 600];

    public static int Run(string[] args, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(output);
        var isJson = args.Contains("--json");
        var seconds = Option(args, "--seconds", 3);
        var rounds = Option(args, "--rounds", 3);
        if (!OperatingSystem.IsLinux() || CRelay.Compile() is not { } program)
        {
            output.WriteLine("The media bench needs Linux and gcc: the yardstick is a C program that it compiles.");
            return 1;
        }

        var results = new List<MediaBenchRow>();
        if (!isJson) output.WriteLine(MediaBenchRow.Header);
        foreach (var calls in s_calls)
        {
            var row = Measure(program, calls, seconds, rounds);
            results.Add(row);
            if (!isJson) output.WriteLine(row.ToLine());
        }

        if (isJson) output.WriteLine(JsonSerializer.Serialize(new { media = results }, s_json));
        return results.TrueForAll(r => r.LossPercent == 0) ? 0 : 1;
    }

    private static MediaBenchRow Measure(string program, int calls, int seconds, int rounds)
    {
        using var ours = new OurRelay(calls, CpuFor.Relay);
        using var yardstick = new CRelay(program, calls, CpuFor.Relay);
        using var loadOnOurs = new Load(program, ours, calls);
        using var loadOnYardstick = new Load(program, yardstick, calls);

        // Peers latch, and the JIT compiles the path.
        loadOnOurs.Run(2);
        loadOnYardstick.Run(1);
        var (mine, theirs) = (new List<Slice>(), new List<Slice>());
        for (var round = 0; round < rounds; round++)
        {
            mine.Add(loadOnOurs.Run(seconds));
            theirs.Add(loadOnYardstick.Run(seconds));
        }

        return MediaBenchRow.From(calls, mine, theirs, ours);
    }

    private static int Option(string[] args, string name, int otherwise)
    {
        var at = Array.IndexOf(args, name);
        return at >= 0 && at + 1 < args.Length ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;
    }
}

/// <summary>Which CPU does what; with one CPU both share it.</summary>
internal static class CpuFor
{
    public static int Relay => Environment.ProcessorCount > 1 ? 1 : 0;

    public static int Load => 0;
}
