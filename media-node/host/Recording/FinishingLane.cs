using System.Collections.Concurrent;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.Recordings;
using OrleansAcd.Recordings.Stores;

namespace OrleansAcd.MediaNode.Recording;

/// <summary>A thread of the finisher: makes files complete one after the other, stores them, tells. What the store does
/// not take is tried again until it does, or until the next start.</summary>
internal sealed class FinishingLane : IDisposable
{
    /// <summary>Complete files that the store has not taken; beyond it they wait for the next start.</summary>
    public const int UnstoredMax = 1_024;

    private static readonly TimeSpan StopMax = TimeSpan.FromSeconds(5);

    private readonly RecordingSpool _spool;
    private readonly TimeSpan _retryPeriod;
    private readonly BlockingCollection<FinishedSegment> _waiting;
    private readonly Queue<(RecordingFacts Facts, IRecordingListener Listener)> _unstored = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private Instant _retryAt = Instant.Never;
    private long _pending;
    private long _unstoredCount;
    private long _segments;
    private long _failures;
    private long _notInOpus;
    private long _faults;

    public FinishingLane(RecordingSpool spool, int waitingMax, TimeSpan retryPeriod)
    {
        (_spool, _retryPeriod) = (spool, retryPeriod);
        _waiting = new BlockingCollection<FinishedSegment>(waitingMax);
        _thread = new Thread(Run) { Name = "recordings", IsBackground = true };
        _thread.Start();
    }

    public FinisherCounters Counters => new(
        Volatile.Read(ref _pending), Volatile.Read(ref _unstoredCount), Volatile.Read(ref _segments),
        Volatile.Read(ref _failures), Volatile.Read(ref _notInOpus), Volatile.Read(ref _faults));

    /// <summary>False when too many wait.</summary>
    public bool TryAdd(FinishedSegment segment)
    {
        Interlocked.Increment(ref _pending);
        if (_waiting.TryAdd(segment)) return true;

        Interlocked.Decrement(ref _pending);
        return false;
    }

    /// <summary>Nothing more comes: what waits is finished, then the thread ends.</summary>
    public void Complete() => _waiting.CompleteAdding();

    public void Dispose()
    {
        var isDone = _thread.Join(StopMax);
        _stop.Cancel();
        if (!isDone) return;

        _waiting.Dispose();
        _stop.Dispose();
    }

    private void Run()
    {
        while (!_waiting.IsCompleted)
        {
            if (_waiting.TryTake(out var segment, _unstored.Count > 0 ? _retryPeriod : Timeout.InfiniteTimeSpan))
            {
                Guarded(segment.Listener, () => Finish(segment));
                Interlocked.Decrement(ref _pending);
            }

            if (MonotonicClock.Now >= _retryAt || _waiting.IsCompleted) StoreAgain();
        }
    }

    private void Finish(FinishedSegment segment)
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

        if (TryStore(facts, segment.Listener, out var reason)) return;

        if (_unstored.Count == UnstoredMax) segment.Listener.OnFailed("the file could not be stored: " + reason);
        else Keep(facts, segment.Listener);
    }

    /// <summary>Where there is no room for a second file the first one is kept.</summary>
    private RecordingFacts InOpus(FinishedSegment segment)
    {
        try
        {
            return OpusCopy.TakePlace(
                _spool, segment.File, segment.Plan.Format, segment.Frames, segment.Facts, _stop.Token);
        }
        catch (IOException)
        {
            Interlocked.Increment(ref _notInOpus);
            return segment.Facts;
        }
    }

    private bool TryStore(RecordingFacts facts, IRecordingListener listener, out string reason)
    {
        try
        {
            facts = _spool.Finish(facts, _stop.Token).GetAwaiter().GetResult();
            Interlocked.Increment(ref _segments);
            reason = "";
            listener.OnSegment(facts);
            return true;
        }
        catch (Exception error) when (error is IOException or RecordingStoreException)
        {
            Interlocked.Increment(ref _failures);
            reason = error.Message;
            return false;
        }
    }

    private void Keep(RecordingFacts facts, IRecordingListener listener)
    {
        _unstored.Enqueue((facts, listener));
        Volatile.Write(ref _unstoredCount, _unstored.Count);
        _retryAt = Instant.Min(_retryAt, MonotonicClock.Now + _retryPeriod);
    }

    /// <summary>The oldest first; where the store does not take that, it will hardly take another.</summary>
    private void StoreAgain()
    {
        var isDone = true;
        while (isDone && _unstored.TryPeek(out var oldest))
        {
            // What breaks instead of being refused is told, and not tried again.
            isDone = true;
            Guarded(oldest.Listener, () => isDone = TryStore(oldest.Facts, oldest.Listener, out _));
            if (isDone) _unstored.Dequeue();
        }

        Volatile.Write(ref _unstoredCount, _unstored.Count);
        _retryAt = _unstored.Count > 0 ? MonotonicClock.Now + _retryPeriod : Instant.Never;
    }

    /// <summary>What was written stays where it is, and is put in order at the next start.</summary>
    private void Guarded(IRecordingListener listener, Action act)
    {
        try
        {
            act();
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            Interlocked.Increment(ref _failures);
            listener.OnFailed("the file could not be completed: " + error.Message);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            Interlocked.Increment(ref _faults);
            listener.OnFailed("the file could not be stored");
        }
    }
}
