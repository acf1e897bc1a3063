using System.Globalization;

namespace OrleansAcd.Bench;

/// <summary>Every kind of call for a minute: what the packet path allocates once it is warm.</summary>
internal static class MinuteBench
{
    private const int WarmUpMs = 10_000;
    private const int MinuteMs = 60_000;

    private const string Header =
        """
        media: a minute of every kind of call; bytes allocated meanwhile, on the loop that handles packets and by the
               whole process, bench included
        mode                   calls x       packets  lost    by loop   by process
        """;

    public static List<MinuteRow> Run(string program, TextWriter output, string? only)
    {
        output.WriteLine(Header);
        var rows = new List<MinuteRow>();
        foreach (var mode in MediaMode.All)
        {
            if ((only is not null && mode.Name != only) || !mode.IsAvailable) continue;

            var row = Measure(program, mode);
            rows.Add(row);
            output.WriteLine(row.ToLine());
        }

        return rows;
    }

    private static MinuteRow Measure(string program, MediaMode mode)
    {
        using var relay = new OurRelay(mode, mode.Calls, CpuFor.Relay);
        using var load = mode.IsEncrypted
            ? new Load(relay, new SrtpLoad(relay))
            : new Load(program, relay, mode.Calls, mode);
        load.Run(WarmUpMs);
        var slice = load.Run(MinuteMs);
        var (_, lost) = relay.Finish();
        return new MinuteRow(
            mode.Name, mode.Calls, mode.Parties, slice.Relayed, slice.Lost + lost, slice.AllocatedBytes,
            slice.ProcessBytes);
    }
}

/// <summary>A minute of one mode.</summary>
/// <param name="Packets">Sent by our side.</param>
/// <param name="LoopBytes">Allocated on the thread that handles packets, its reports by RTCP included.</param>
/// <param name="ProcessBytes">By all threads: the recorder's, and the bench's own.</param>
internal sealed record MinuteRow(
    string Mode, int Calls, int Parties, long Packets, long Lost, long LoopBytes, long ProcessBytes)
{
    public string ToLine() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Mode,-22} {Calls,4} x {Parties,-3} {Packets,9}  {Lost,4} {LoopBytes,10} {ProcessBytes,12}");
}
