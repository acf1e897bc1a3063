using System.Collections.Immutable;

namespace OrleansAcd.Routing;

/// <summary>The calls that left a queue within an interval: the raw histogram of waits in bins of a second, so that any
/// service level formula and any time can be applied later (definitions 1.1).</summary>
/// <remarks>Bin k holds the waits of more than k − 1 and at most k seconds: "within T" is inclusive, as app_queue
/// counts. Waits beyond <see cref="BinMax"/> seconds share the last bin. Immutable.</remarks>
public sealed record IntervalStatistics
{
    /// <summary>The last bin: two hours.</summary>
    public const int BinMax = 7200;

    public static readonly IntervalStatistics Empty = new();

    private ImmutableSortedDictionary<int, long> AnsweredBins { get; init; } =
        ImmutableSortedDictionary<int, long>.Empty;

    private ImmutableSortedDictionary<int, long> AbandonedBins { get; init; } =
        ImmutableSortedDictionary<int, long>.Empty;

    private TimeSpan AnsweredWaits { get; init; }

    public long Offered { get; private init; }

    public long Answered { get; private init; }

    /// <summary>Short ones included.</summary>
    public long Abandoned { get; private init; }

    public long ShortAbandoned { get; private init; }

    public long FlowedOut { get; private init; }

    /// <summary>Ended by us: by the API, or lost.</summary>
    public long Ended { get; private init; }

    /// <summary>A call entered the queue.</summary>
    public IntervalStatistics WithOffered() => this with { Offered = Offered + 1 };

    public IntervalStatistics WithAnswered(TimeSpan wait) => this with
    {
        Answered = Answered + 1, AnsweredBins = Count(AnsweredBins, wait),
        AnsweredWaits = AnsweredWaits + NotNegative(wait),
    };

    public IntervalStatistics WithAbandoned(TimeSpan wait, bool isShort) => this with
    {
        Abandoned = Abandoned + 1, AbandonedBins = Count(AbandonedBins, wait),
        ShortAbandoned = ShortAbandoned + (isShort ? 1 : 0),
    };

    public IntervalStatistics WithFlowOut() => this with { FlowedOut = FlowedOut + 1 };

    public IntervalStatistics WithEnded() => this with { Ended = Ended + 1 };

    /// <summary>The counts for a service level of this time; fractions of a second are cut off.</summary>
    public WaitCounts Within(TimeSpan time) => new(
        Answered, Sum(AnsweredBins, time), Abandoned, Sum(AbandonedBins, time), ShortAbandoned);

    /// <summary>Average speed of answer: mean wait of answered calls; null: none was answered.</summary>
    public TimeSpan? Asa() => Answered > 0 ? AnsweredWaits / Answered : null;

    /// <summary>The wait, in full seconds, within which this share of the answered calls was answered (nearest
    /// rank).</summary>
    public TimeSpan? AnsweredPercentile(double share)
    {
        var rank = Math.Max(1, (long)Math.Ceiling(share * Answered));
        foreach (var (bin, count) in AnsweredBins)
        {
            rank -= count;
            if (rank <= 0) return TimeSpan.FromSeconds(bin);
        }

        return null;
    }

    /// <summary>(B − S) / (offered − S), definitions 1.2; null: nothing was offered.</summary>
    public double? AbandonmentRate() => Offered > ShortAbandoned
        ? (double)(Abandoned - ShortAbandoned) / (Offered - ShortAbandoned)
        : null;

    private static ImmutableSortedDictionary<int, long> Count(ImmutableSortedDictionary<int, long> bins, TimeSpan wait)
    {
        var bin = (int)Math.Min(BinMax, Math.Ceiling(NotNegative(wait).TotalSeconds));
        return bins.SetItem(bin, bins.GetValueOrDefault(bin) + 1);
    }

    private static long Sum(ImmutableSortedDictionary<int, long> bins, TimeSpan within)
    {
        var sum = 0L;
        foreach (var (bin, count) in bins)
        {
            if (bin > within.TotalSeconds) break;
            sum += count;
        }

        return sum;
    }

    private static TimeSpan NotNegative(TimeSpan wait) => wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
}
