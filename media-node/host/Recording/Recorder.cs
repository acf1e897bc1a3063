using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.Recordings;
using OrleansAcd.Recordings.Formats;

namespace OrleansAcd.MediaNode.Recording;

/// <summary>A node's recorder: one thread that takes packets from the media loops' rings and writes files. Storage that
/// is slow makes it late; rings fill, gaps are counted; no packet of a call ever waits.</summary>
internal sealed class Recorder : IDisposable
{
    /// <summary>How often rings are looked at while there is something to record: several packets of a channel come
    /// together then.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan StopMax = TimeSpan.FromSeconds(5);

    private readonly RecorderOptions _options;
    private readonly SegmentFinisher _finisher;
    private readonly List<RecordedCall> _calls = [];
    private readonly AutoResetEvent _wake = new(false);
    private readonly Lock _gate = new();
    private readonly Thread _thread;
    private RecorderFeed[] _feeds = [];
    private Instant _flushAt;
    private volatile bool _isStopping;
    private long _active;
    private long _failures;
    private long _samplesDropped;
    private long _faults;

    public Recorder(RecorderOptions options)
    {
        _options = options;
        _finisher = new SegmentFinisher(options.Spool, options.StoreRetryPeriod);
        _thread = new Thread(Run) { Name = "recorder", IsBackground = true };
        _thread.Start();
    }

    public RecorderOptions Options => _options;

    public RecorderCounters Counters
    {
        get
        {
            var (feeds, finisher) = (Volatile.Read(ref _feeds), _finisher.Counters);
            return new RecorderCounters(
                Volatile.Read(ref _active), finisher.Pending, finisher.Segments,
                Volatile.Read(ref _failures) + finisher.Failures, feeds.Sum(feed => feed.PacketsLost),
                Volatile.Read(ref _samplesDropped), feeds.Sum(feed => feed.OrdersRefused),
                Volatile.Read(ref _faults) + finisher.Faults)
            {
                NotInOpus = finisher.NotInOpus, Unstored = finisher.Unstored,
            };
        }
    }

    /// <summary>Whether nothing is being written, hashed or stored.</summary>
    public bool IsIdle => Volatile.Read(ref _active) == 0 && _finisher.Counters.Pending == 0;

    /// <summary>For a media loop, once.</summary>
    public RecorderFeed AddFeed()
    {
        lock (_gate)
        {
            var feed = new RecorderFeed(_options.RingBytes, () => _wake.Set());
            Volatile.Write(ref _feeds, [.. _feeds, feed]);
            return feed;
        }
    }

    /// <summary>From a media loop: a recording is about to begin, so that nobody thinks the recorder idle.</summary>
    public void Expect() => Interlocked.Increment(ref _active);

    /// <summary>From an order.</summary>
    public void Begin(RecordedCall call) => _calls.Add(call);

    /// <summary>Takes it that the recording will never begin.</summary>
    public void Forget() => Interlocked.Decrement(ref _active);

    /// <exception cref="IOException">The disk is full, or worse.</exception>
    public ISegmentFile Create(SegmentPlan plan)
    {
        _options.Spool.Begin(plan.Facts());
        return _options.CreateWav(_options.Spool.PathOf(plan.Name), plan.Format);
    }

    /// <summary>Puts what is known of a segment beside its file. Where that cannot be, only who recovers it after a
    /// crash misses it.</summary>
    public void Remember(SegmentWriter segment)
    {
        try
        {
            _options.Spool.Begin(segment.Known());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Volatile.Write(ref _failures, _failures + 1);
        }
    }

    public void Failed(RecordedCall call, string reason)
    {
        Volatile.Write(ref _failures, _failures + 1);
        call.Listener.OnFailed(reason);
    }

    /// <summary>A segment has ended: the rest is the finisher's.</summary>
    public void Close(RecordedCall call, SegmentWriter segment)
    {
        var (file, frames, facts) = segment.Close();
        Volatile.Write(ref _samplesDropped, _samplesDropped + segment.SamplesDropped);
        if (_finisher.TryAdd(new FinishedSegment(file, frames, facts, segment.Plan, call.Listener))) return;

        file.Dispose();
        Failed(call, "too many files wait to be stored; this one is stored at the next start");
    }

    public void Dispose()
    {
        _isStopping = true;
        _wake.Set();
        if (!_thread.Join(StopMax)) return;

        _finisher.Dispose();
        _wake.Dispose();
    }

    private void Run()
    {
        while (!_isStopping)
        {
            try
            {
                Turn();
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                // A broken invariant costs what was being handled, never the process.
                Volatile.Write(ref _faults, _faults + 1);
            }
        }
    }

    private void Turn()
    {
        var now = MonotonicClock.Now;
        var isEmpty = true;
        foreach (var feed in Volatile.Read(ref _feeds)) isEmpty &= feed.Drain();

        // While packets wait, time is theirs: nothing is written that they still belong to.
        if (isEmpty && now >= _flushAt)
        {
            _flushAt = now + _options.FlushPeriod;
            foreach (var call in _calls) call.Flush(now);
        }

        if (_calls.RemoveAll(static call => call.IsOver) is > 0 and var over) Interlocked.Add(ref _active, -over);
        if (isEmpty) _wake.WaitOne(_calls.Count > 0 ? Period : Timeout.InfiniteTimeSpan);
    }
}
