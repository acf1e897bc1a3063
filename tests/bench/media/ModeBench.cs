using System.Globalization;
using OrleansAcd.Audio;

namespace OrleansAcd.Bench;

/// <summary>Every kind of call beside plain relay, ours and C's, in one run of alternating slices.</summary>
/// <remarks>All relays are pinned to one CPU and idle while another is loaded; each has about 600 parties. Figures are
/// medians over the slices, ratios those of slices that followed each other.</remarks>
internal static class ModeBench
{
    private const int Rounds = 5;
    private const int SliceSeconds = 2;

    public static List<ModeRow> Run(string program, TextWriter output, string? only)
    {
        output.WriteLine(ModeRow.Header);
        var rows = new List<ModeRow>();
        foreach (var mode in MediaMode.All)
        {
            if (only is not null && mode.Name != only) continue;
            if (!mode.Codecs.All(AudioCodecs.IsAvailable)) continue;

            var row = Measure(program, mode);
            rows.Add(row);
            output.WriteLine(row.ToLine());
        }

        return rows;
    }

    private static ModeRow Measure(string program, MediaMode mode)
    {
        var plain = MediaMode.Relayed;
        using var subject = new OurRelay(mode, mode.Calls, CpuFor.Relay);
        using var relayed = new OurRelay(plain, plain.Calls, CpuFor.Relay, 25_000);
        using var yardstick = new CRelay(program, plain.Calls, CpuFor.Relay);
        using var loadOnSubject = new Load(program, subject, mode.Calls, mode);
        using var loadOnRelayed = new Load(program, relayed, plain.Calls);
        using var loadOnYardstick = new Load(program, yardstick, plain.Calls);

        // Peers latch, and the JIT compiles the path.
        loadOnSubject.Run(2);
        loadOnRelayed.Run(2);
        loadOnYardstick.Run(1);
        var (mine, ours, theirs) = (new List<Slice>(), new List<Slice>(), new List<Slice>());
        for (var round = 0; round < Rounds; round++)
        {
            mine.Add(loadOnSubject.Run(SliceSeconds));
            ours.Add(loadOnRelayed.Run(SliceSeconds));
            theirs.Add(loadOnYardstick.Run(SliceSeconds));
        }

        return ModeRow.From(mode, mine, ours, theirs, subject.MemoryPerCall);
    }
}

/// <summary>What one mode costs. Milliseconds of CPU for each second that a call, or a party, lasts.</summary>
/// <param name="CallsPerCore">That would fill one CPU, by what they cost here.</param>
/// <param name="ToRelayed">A party of this mode by a party of a relayed call.</param>
/// <param name="ToC">A party of this mode by a party of a call through the C relay.</param>
/// <param name="LatencyP99">Microseconds, of those who are relayed to; null where all is mixed.</param>
internal sealed record ModeRow(
    string Mode,
    int Calls,
    int Parties,
    double CpuMsPerCallSecond,
    double CpuMsPerPartySecond,
    double CallsPerCore,
    double ToRelayed,
    double ToRelayedLowest,
    double ToRelayedHighest,
    double ToC,
    double? LatencyP99,
    long Lost,
    long AllocatedBytes,
    long MemoryPerCallBytes)
{
    public const string Header =
        """

        media: every kind of call, about 600 parties each; a party's cost by that of a relayed call's
                                        CPU ms a second  calls   a party's cost by       latency  lost   bytes
        mode                   calls x   of call   party  a core  relayed (range)     C   p99 us packets  in all, a call
        """;

    public static ModeRow From(MediaMode mode, List<Slice> mine, List<Slice> ours, List<Slice> theirs, long memory)
    {
        var relayed = (double)MediaMode.Relayed.Calls * MediaMode.Relayed.Parties;
        var parties = (double)mode.Calls * mode.Parties;
        var ratios = mine.Zip(ours, (m, o) => m.CpuShare / parties / (o.CpuShare / relayed)).Order().ToList();
        var toC = mine.Zip(theirs, (m, t) => m.CpuShare / parties / (t.CpuShare / relayed)).Order().ToList();
        var share = mine.Select(slice => slice.CpuShare).Order().ElementAt(mine.Count / 2);
        return new ModeRow(
            mode.Name,
            mode.Calls,
            mode.Parties,
            1_000 * share / mode.Calls,
            1_000 * share / parties,
            mode.Calls / share,
            ratios[ratios.Count / 2],
            ratios[0],
            ratios[^1],
            toC[toC.Count / 2],
            mode.Measure == 0 ? null : mine.Select(slice => slice.LatencyP99).Order().ElementAt(mine.Count / 2),
            mine.Sum(slice => slice.Lost),
            mine.Sum(slice => slice.AllocatedBytes),
            memory);
    }

    public string ToLine() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Mode,-22} {Calls,4} x {Parties,-3} {CpuMsPerCallSecond,6:F2} {CpuMsPerPartySecond,7:F3} {CallsPerCore,7:F0}"
        + $"  {ToRelayed:F2} ({ToRelayedLowest:F2}-{ToRelayedHighest:F2})  {ToC,5:F2}"
        + $"  {LatencyP99,7:F0}  {Lost,7}  {AllocatedBytes}, {MemoryPerCallBytes}");
}
