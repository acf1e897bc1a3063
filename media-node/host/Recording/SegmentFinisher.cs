using OrleansAcd.Recordings;
using OrleansAcd.Recordings.Formats;

namespace OrleansAcd.MediaNode.Recording;

/// <summary>A segment whose last sample is written.</summary>
internal sealed record FinishedSegment(
    ISegmentFile File, long Frames, RecordingFacts Facts, SegmentPlan Plan, IRecordingListener Listener);

/// <summary>What the finisher has counted.</summary>
/// <param name="Pending">Segments that are being finished, or wait for it.</param>
/// <param name="Unstored">Complete files that the store has not taken yet.</param>
/// <param name="Failures">Files that could not be completed, and refusals of the store.</param>
/// <param name="NotInOpus">Files that stayed WAV since there was no room to make Opus of them.</param>
internal readonly record struct FinisherCounters(
    long Pending, long Unstored, long Segments, long Failures, long NotInOpus, long Faults)
{
    public static FinisherCounters operator +(FinisherCounters a, FinisherCounters b) => new(
        a.Pending + b.Pending, a.Unstored + b.Unstored, a.Segments + b.Segments, a.Failures + b.Failures,
        a.NotInOpus + b.NotInOpus, a.Faults + b.Faults);
}

/// <summary>Makes files complete: lengths, disk, hash, store; then tells. Threads of its own, so that the recorder
/// never waits for a disk to sync; a call's segments stay in order.</summary>
internal sealed class SegmentFinisher : IDisposable
{
    /// <summary>Files that wait, each with an open handle.</summary>
    public const int PendingMax = 4_096;

    private const int Lanes = 2;

    private readonly FinishingLane[] _lanes;

    /// <param name="retryPeriod">So long it is waited before the store is asked again.</param>
    public SegmentFinisher(RecordingSpool spool, TimeSpan retryPeriod) => _lanes =
        [.. Enumerable.Range(0, Lanes).Select(_ => new FinishingLane(spool, PendingMax / Lanes, retryPeriod))];

    public FinisherCounters Counters
    {
        get
        {
            var sum = default(FinisherCounters);
            foreach (var lane in _lanes) sum += lane.Counters;
            return sum;
        }
    }

    /// <summary>False when too many wait.</summary>
    public bool TryAdd(FinishedSegment segment) =>
        _lanes[(uint)segment.Plan.Name.Call.GetHashCode() % Lanes].TryAdd(segment);

    public void Dispose()
    {
        foreach (var lane in _lanes) lane.Complete();
        foreach (var lane in _lanes) lane.Dispose();
    }
}
