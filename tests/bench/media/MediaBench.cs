namespace OrleansAcd.Bench;

/// <summary>Relayed calls: CPU a packet, latency, loss, memory and garbage, against a bare C relay in the same
/// run.</summary>
/// <remarks>Both relays run pinned to one CPU, the load to another; short slices of both alternate, so that what else
/// the
/// machine does falls on both. Figures are medians over the slices.</remarks>
internal static class MediaBench
{
    private const int Rounds = 9;
    private const int RoundsAlone = 15;
    private const int SliceMs = 500;
    private const int NothingEvery = 3;
    private static readonly int[] s_calls = [100, 300, 600];

    public static BenchReport Run(TextWriter output, MediaWish wish)
    {
        if (!OperatingSystem.IsLinux() || CRelay.Compile() is not { } program)
        {
            output.WriteLine("media: needs Linux and gcc, since the yardstick is a C program that it compiles");
            return new BenchReport(Array.Empty<MediaBenchRow>(), false);
        }

        try
        {
            if (wish.IsMinute)
            {
                var minutes = MinuteBench.Run(program, output, wish.Mode);
                return new BenchReport(minutes, minutes.TrueForAll(row => row is { Lost: 0, LoopBytes: 0 }));
            }

            var sweep = wish.HasSweep ? Sweep(program, output, wish.IsSweepAlone ? RoundsAlone : Rounds) : [];
            var modes = wish.IsSweepAlone ? [] : ModeBench.Run(program, output, wish.Mode);
            var isSound = sweep.TrueForAll(row => row.Lost == 0) && modes.TrueForAll(row => row.Lost == 0);
            return new BenchReport(new { relayed = sweep, modes }, isSound);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(program)!, recursive: true);
        }
    }

    private static List<MediaBenchRow> Sweep(string program, TextWriter output, int rounds)
    {
        output.WriteLine(MediaBenchRow.Header);
        var rows = new List<MediaBenchRow>();
        foreach (var calls in s_calls)
        {
            var row = Measure(program, calls, rounds);
            rows.Add(row);
            output.WriteLine(row.ToLine());
        }

        return rows;
    }

    private static MediaBenchRow Measure(string program, int calls, int rounds)
    {
        using var ours = new OurRelay(MediaMode.Relayed, calls, CpuFor.Relay);
        using var yardstick = new CRelay(program, calls, CpuFor.Relay);
        using var loadOnOurs = new Load(program, ours, calls);
        using var loadOnYardstick = new Load(program, yardstick, calls);
        using var direct = new Load(program, null, calls);

        // Peers latch, and the JIT compiles the path.
        loadOnOurs.Run(2_000);
        loadOnYardstick.Run(1_000);
        var (mine, theirs, none) = (new List<Slice>(), new List<Slice>(), new List<Slice>());
        for (var round = 0; round < rounds; round++)
        {
            Slice.AddBoth(round, (mine, loadOnOurs), (theirs, loadOnYardstick), SliceMs);
            if (round % NothingEvery == 0) none.Add(direct.Run(SliceMs));
        }

        return MediaBenchRow.From(calls, mine, theirs, none, ours.MemoryPerCall);
    }
}

/// <summary>What of the media bench is asked for.</summary>
/// <param name="Mode">Only this one; null for the sweep of relayed calls and then all modes.</param>
/// <param name="IsSweepAlone">Only the sweep.</param>
/// <param name="IsMinute">Each mode for a minute, for what is allocated.</param>
internal sealed record MediaWish(string? Mode, bool IsSweepAlone, bool IsMinute)
{
    public bool HasSweep => IsSweepAlone || (Mode is null && !IsMinute);
}

/// <summary>Which CPU does what; with one CPU both share it.</summary>
internal static class CpuFor
{
    public static int Relay => Environment.ProcessorCount > 1 ? 1 : 0;

    public static int Load => 0;
}
