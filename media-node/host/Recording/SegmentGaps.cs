using System.Collections.Immutable;
using OrleansAcd.Contracts.Media;

namespace OrleansAcd.MediaNode.Recording;

/// <summary>Where a segment holds silence in place of what was said, in frames; neighbours of one reason are
/// one.</summary>
internal sealed class SegmentGaps
{
    /// <summary>More are counted into the last.</summary>
    public const int GapsMax = 1_000;

    private readonly List<(long From, long To, RecordingGapReason Reason)> _gaps = [];

    public void Add(long from, long to, RecordingGapReason reason)
    {
        if (to <= from) return;

        var index = _gaps.FindLastIndex(gap => gap.Reason == reason && from <= gap.To && gap.From <= to);
        if (index < 0 && _gaps.Count == GapsMax) index = _gaps.Count - 1;
        if (index < 0) _gaps.Add((from, to, reason));
        else _gaps[index] = (Math.Min(_gaps[index].From, from), Math.Max(_gaps[index].To, to), _gaps[index].Reason);
    }

    public ImmutableArray<RecordingGap> ToArray(long frames, int sampleRateHz) =>
    [
        .. _gaps.Where(gap => gap.From < frames).OrderBy(gap => gap.From).Select(gap => new RecordingGap(
            Time(gap.From, sampleRateHz), Time(Math.Min(gap.To, frames) - gap.From, sampleRateHz), gap.Reason)),
    ];

    public static TimeSpan Time(long frames, int sampleRateHz) =>
        new(frames * TimeSpan.TicksPerSecond / sampleRateHz);
}
