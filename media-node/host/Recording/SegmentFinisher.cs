using System.Collections.Concurrent;
using OrleansAcd.Recordings;
using OrleansAcd.Recordings.Formats;
using OrleansAcd.Recordings.Stores;

namespace OrleansAcd.MediaNode.Recording;

/// <summary>A segment whose last sample is written.</summary>
internal sealed record FinishedSegment(
    ISegmentFile File, long Frames, RecordingFacts Facts, SegmentPlan Plan, IRecordingListener Listener);

/// <summary>Makes files complete: lengths, disk, hash, store; then tells. Threads of its own, so that the recorder
/// never waits for a disk to sync; a call's segments stay in order.</summary>
internal sealed class SegmentFinisher : IDisposable
{
    /// <summary>Files that wait, each with an open handle.</summary>
    public const int PendingMax = 4_096;

    private const int Lanes = 2;
    private static readonly TimeSpan StopMax = TimeSpan.FromSeconds(5);

    private readonly RecordingSpool _spool;
    private readonly CancellationTokenSource _stop = new();
    private readonly BlockingCollection<FinishedSegment>[] _waiting;
    private readonly Thread[] _threads;
    private long _pending;
    private long _segments;
    private long _failures;
    private long _notInOpus;
    private long _faults;

    public SegmentFinisher(RecordingSpool spool)
    {
        _spool = spool;
        const int laneMax = PendingMax / Lanes;
        _waiting = [.. Enumerable.Range(0, Lanes).Select(_ => new BlockingCollection<FinishedSegment>(laneMax))];
        _threads = [.. _waiting.Select(lane => new Thread(() => Run(lane)) { Name = "recordings", IsBackground = true })];
        foreach (var thread in _threads) thread.Start();
    }

    public long Pending => Volatile.Read(ref _pending);

    public long Segments => Volatile.Read(ref _segments);

    public long Failures => Volatile.Read(ref _failures);

    /// <summary>Files that stayed WAV since there was no room to make Opus of them.</summary>
    public long NotInOpus => Volatile.Read(ref _notInOpus);

    public long Faults => Volatile.Read(ref _faults);

    /// <summary>False when too many wait.</summary>
    public bool TryAdd(FinishedSegment segment)
    {
        Interlocked.Increment(ref _pending);
        var lane = (uint)segment.Plan.Name.Call.GetHashCode() % Lanes;
        if (_waiting[lane].TryAdd(segment)) return true;

        Interlocked.Decrement(ref _pending);
        return false;
    }

    public void Dispose()
    {
        foreach (var lane in _waiting) lane.CompleteAdding();
        var isDone = _threads.All(thread => thread.Join(StopMax));
        _stop.Cancel();
        if (!isDone) return;

        foreach (var lane in _waiting) lane.Dispose();
        _stop.Dispose();
    }

    private void Run(BlockingCollection<FinishedSegment> lane)
    {
        foreach (var segment in lane.GetConsumingEnumerable())
        {
            try
            {
                Finish(segment);
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                Interlocked.Increment(ref _faults);
                segment.Listener.OnFailed("the file could not be stored");
            }
            finally
            {
                Interlocked.Decrement(ref _pending);
            }
        }
    }

    private void Finish(FinishedSegment segment)
    {
        try
        {
            RecordingFacts facts;
            using (segment.File)
            {
                if (segment.Frames == 0)
                {
                    _spool.Abandon(segment.Plan.Name);
                    return;
                }

                segment.File.Finish(segment.Frames);
                facts = segment.Plan.IsKeptAsOpus ? InOpus(segment) : segment.Facts;
            }

            facts = _spool.Finish(facts, _stop.Token).GetAwaiter().GetResult();
            Interlocked.Increment(ref _segments);
            segment.Listener.OnSegment(facts);
        }
        catch (Exception error) when (error is IOException or RecordingStoreException or OperationCanceledException)
        {
            // What was written stays where it is, and is put in order at the next start.
            Interlocked.Increment(ref _failures);
            segment.Listener.OnFailed("the file could not be stored: " + error.Message);
        }
    }

    /// <summary>Where there is no room for a second file the first one is kept.</summary>
    private RecordingFacts InOpus(FinishedSegment segment)
    {
        var name = segment.Plan.Name with { Extension = RecordingName.Opus };
        try
        {
            OpusCopy.Make(segment.File, segment.Plan.Format, segment.Frames, _spool.PathOf(name), _stop.Token);
            var facts = segment.Facts with { Name = name.ToString() };
            _spool.Replace(segment.Plan.Name, facts);
            return facts;
        }
        catch (IOException)
        {
            Interlocked.Increment(ref _notInOpus);
            return segment.Facts;
        }
    }
}
