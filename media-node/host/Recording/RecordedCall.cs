using OrleansAcd.MediaCore;
using OrleansAcd.Recordings.Formats;

namespace OrleansAcd.MediaNode.Recording;

/// <summary>One recording at the recorder: the segment that is being written, and those whose last packets may still
/// come. For the recorder's thread.</summary>
internal sealed class RecordedCall(Recorder recorder, IRecordingListener listener)
{
    private readonly List<SegmentWriter> _segments = [];
    private bool _isPaused;

    public IRecordingListener Listener => listener;

    /// <summary>Nothing is left to write.</summary>
    public bool IsOver { get; private set; }

    /// <summary>The present segment ends, the next begins at the same moment.</summary>
    public void Begin(SegmentPlan plan)
    {
        EndSegments(plan.Begin);
        try
        {
            var segment = new SegmentWriter(plan, recorder.Create(plan));
            if (_isPaused) Pause(segment, plan.Begin);
            else if (_segments.Count > 0 && _segments[^1].End == plan.Begin) segment.TakeOver(_segments[^1]);
            _segments.Add(segment);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            recorder.Failed(this, "the file cannot be made: " + error.Message);
        }
    }

    public void Pause(Instant at)
    {
        _isPaused = true;
        foreach (var segment in _segments) Pause(segment, at);
    }

    public void Resume(Instant at)
    {
        _isPaused = false;
        foreach (var segment in _segments)
        {
            segment.Resume(at);
            recorder.Remember(segment);
        }
    }

    /// <summary>That it was on purpose is known after a crash too.</summary>
    private void Pause(SegmentWriter segment, Instant at)
    {
        segment.Pause(at);
        recorder.Remember(segment);
    }

    /// <summary>Nobody is left to record, for now.</summary>
    public void EndSegments(Instant at)
    {
        foreach (var segment in _segments)
        {
            if (segment.End is null) segment.EndAt(at);
        }
    }

    /// <summary>The recording is over: what was put into the ring has been taken out by now.</summary>
    public void End(Instant at)
    {
        EndSegments(at);
        foreach (var segment in _segments) recorder.Close(this, segment);
        _segments.Clear();
        IsOver = true;
    }

    public void Missed(int channel, Instant until)
    {
        foreach (var segment in _segments) segment.Missed(channel, until);
    }

    public void Write(int channel, Instant spoken, ReadOnlySpan<short> pcm, int rateHz, bool isNew, Instant arrived)
    {
        foreach (var segment in _segments)
        {
            segment.Write(channel, spoken, pcm, rateHz, isNew);
        }
    }

    public void Flush(Instant now)
    {
        for (var i = _segments.Count - 1; i >= 0; i--)
        {
            var segment = _segments[i];
            segment.Flush(now);
            if (!segment.IsOver(now)) continue;

            _segments.RemoveAt(i);
            recorder.Close(this, segment);
        }
    }
}
