using System.Globalization;

namespace OrleansAcd.Bench;

/// <summary>Every kind of call beside plain relay, ours and C's, in one run of alternating slices.</summary>
/// <remarks>All relays are pinned to one CPU and idle while another is loaded; each has about 600 parties. Figures are
/// medians over the slices, ratios those of slices that followed each other.</remarks>
internal static class ModeBench
{
    private const int Rounds = 7;
    private const int RoundsAlone = 21;
    private const int SliceMs = 500;
    private const int YardstickEvery = 4;

    public static List<ModeRow> Run(string program, TextWriter output, string? only)
    {
        output.WriteLine(ModeRow.Header);
        using var beside = new Beside(program);
        var rows = new List<ModeRow>();
        foreach (var mode in MediaMode.All)
        {
            if ((only is not null && mode.Name != only) || !mode.IsAvailable) continue;

            var row = Measure(program, mode, beside, only is null ? Rounds : RoundsAlone);
            rows.Add(row);
            output.WriteLine(row.ToLine());
        }

        return rows;
    }

    private static ModeRow Measure(string program, MediaMode mode, Beside beside, int rounds)
    {
        using var subject = new OurRelay(mode, mode.Calls, CpuFor.Relay);
        using var load = mode.IsEncrypted
            ? new Load(subject, new SrtpLoad(subject))
            : new Load(program, subject, mode.Calls, mode);
        var loadOnRelayed = beside.RelayedFor(mode);

        // Peers latch, and the JIT compiles the path.
        load.Run(2_000);
        var (mine, ours, theirs) = (new List<Slice>(), new List<Slice>(), new List<Slice>());
        for (var round = 0; round < rounds; round++)
        {
            Slice.AddBoth(round, (mine, load), (ours, loadOnRelayed), SliceMs);
            if (round % YardstickEvery == 0) theirs.Add(beside.Yardstick.Run(SliceMs));
        }

        var (share, lost) = subject.Finish();
        mine = [.. mine.Select(slice => slice with { CpuShare = slice.CpuShare + share })];
        mine[0] = mine[0] with { Gaps = mine[0].Gaps + lost };
        return ModeRow.From(mode, mine, ours, theirs, subject.MemoryPerCall);
    }
}

/// <summary>What modes are compared with: plain relay, ours and C's, loaded in the same way.</summary>
internal sealed class Beside : IDisposable
{
    private readonly OurRelay _relayed;
    private readonly CRelay _yardstick;
    private readonly Load _loadOnRelayed;
    private OurRelay? _relayedFromSrtpLoad;
    private Load? _loadFromSrtpLoad;

    public Beside(string program)
    {
        var calls = MediaMode.Relayed.Calls;
        _relayed = new OurRelay(MediaMode.Relayed, calls, CpuFor.Relay, 25_000);
        _yardstick = new CRelay(program, calls, CpuFor.Relay);
        _loadOnRelayed = new Load(program, _relayed, calls);
        Yardstick = new Load(program, _yardstick, calls);
        _loadOnRelayed.Run(2_000);
        Yardstick.Run(1_000);
    }

    public Load Yardstick { get; }

    /// <summary>Plain calls under the load that this mode has: SRTP's differs from C's.</summary>
    public Load RelayedFor(MediaMode mode) => mode.IsEncrypted ? FromSrtpLoad() : _loadOnRelayed;

    public void Dispose()
    {
        _loadFromSrtpLoad?.Dispose();
        _relayedFromSrtpLoad?.Dispose();
        Yardstick.Dispose();
        _loadOnRelayed.Dispose();
        _yardstick.Dispose();
        _relayed.Dispose();
    }

    private Load FromSrtpLoad()
    {
        if (_loadFromSrtpLoad is not null) return _loadFromSrtpLoad;

        _relayedFromSrtpLoad = new OurRelay(MediaMode.Relayed, MediaMode.Relayed.Calls, CpuFor.Relay, 30_000);
        _loadFromSrtpLoad = new Load(_relayedFromSrtpLoad, new SrtpLoad(_relayedFromSrtpLoad));
        _loadFromSrtpLoad.Run(2_000);
        return _loadFromSrtpLoad;
    }
}

/// <summary>What one mode costs. Milliseconds of CPU for each second that a call, or a party, lasts.</summary>
/// <param name="CallsPerCore">That would fill one CPU, by what they cost here.</param>
/// <param name="ToRelayed">A party of this mode by a party of a relayed call.</param>
/// <param name="ToC">A party of this mode by a party of a call through the C relay.</param>
/// <param name="LatencyP99">Microseconds, of those who are relayed to; where nobody is, how late packets come behind
/// the 20 ms rhythm of the mix.</param>
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
    double LatencyP99,
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
        var share = Median(mine);
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
            share / parties / (Median(theirs) / relayed),
            mine.Select(slice => slice.LatencyP99).Order().ElementAt(mine.Count / 2),
            mine.Sum(slice => slice.Lost),
            mine.Sum(slice => slice.AllocatedBytes),
            memory);
    }

    public string ToLine() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Mode,-22} {Calls,4} x {Parties,-3} {CpuMsPerCallSecond,6:F2} {CpuMsPerPartySecond,7:F3} {CallsPerCore,7:F0}"
        + $"  {ToRelayed:F2} ({ToRelayedLowest:F2}-{ToRelayedHighest:F2})  {ToC,5:F2}"
        + $"  {LatencyP99,7:F0}  {Lost,7}  {AllocatedBytes}, {MemoryPerCallBytes}");

    private static double Median(List<Slice> slices) =>
        slices.Select(slice => slice.CpuShare).Order().ElementAt(slices.Count / 2);
}
