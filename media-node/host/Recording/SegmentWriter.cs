using OrleansAcd.Audio;
using OrleansAcd.Contracts.Media;
using OrleansAcd.MediaCore;
using OrleansAcd.Recordings;
using OrleansAcd.Recordings.Formats;

namespace OrleansAcd.MediaNode.Recording;

/// <summary>A piece of a recording while it is written: every party's samples put where their time says, silence
/// between them.</summary>
/// <remarks>The last second is kept open in memory, so that parties meet in one frame; what comes later than that is
/// written into the file afterwards where the file allows it. Storage that fails costs a gap, and is tried again. For
/// the recorder's thread.</remarks>
internal sealed class SegmentWriter
{
    /// <summary>So long is waited for what is late on the network.</summary>
    public static readonly TimeSpan HoldBack = TimeSpan.FromMilliseconds(200);

    /// <summary>What comes later than this is dropped.</summary>
    public static readonly TimeSpan LateMax = TimeSpan.FromSeconds(2);

    /// <summary>How much later the resampler says it, in samples of 16 kHz.</summary>
    private const int UpsamplingDelay = 31;

    /// <summary>No segment is longer: of a pause whose end is not known.</summary>
    private static readonly TimeSpan Endless = TimeSpan.FromDays(1);

    /// <summary>The recorder's thread has one for all segments.</summary>
    [ThreadStatic]
    private static short[]? t_resampled;

    private readonly SegmentPlan _plan;
    private readonly ISegmentFile _file;
    private readonly int _channels;
    private readonly short[] _window;
    private readonly StreamResampler?[] _resamplers;
    private readonly long[] _nextFrames;
    private readonly SegmentGaps _gaps = new();
    private long _windowStart;
    private long _resumedAt;
    private long? _pausedAt;
    private long _end = long.MaxValue;

    public SegmentWriter(SegmentPlan plan, ISegmentFile file)
    {
        (_plan, _file, _channels) = (plan, file, plan.Legs.Length);
        _window = new short[plan.SampleRateHz * _channels];
        _resamplers = new StreamResampler?[_channels];
        _nextFrames = new long[_channels];
    }

    public SegmentPlan Plan => _plan;

    public Instant? End { get; private set; }

    /// <summary>Samples that came too late, or too far ahead, to be stored.</summary>
    public long SamplesDropped { get; private set; }

    /// <summary>Why storage last refused; null: it never did.</summary>
    public string? Trouble { get; private set; }

    private int WindowFrames => _plan.SampleRateHz;

    public void Pause(Instant at) => _pausedAt ??= Math.Max(0, FrameOf(at));

    public void Resume(Instant at)
    {
        if (_pausedAt is not { } from) return;

        // A packet that comes now was spoken in the pause: nothing from before this moment is taken.
        _resumedAt = Math.Max(0, FrameOf(at));
        _gaps.Add(from, _resumedAt, RecordingGapReason.Pause);
        _pausedAt = null;
    }

    /// <summary>Nothing spoken from then on belongs to it; what was spoken before may still come.</summary>
    public void EndAt(Instant at) => (End, _end) = (at, Math.Max(0, FrameOf(at)));

    /// <summary>What the segment before holds already of this one's time: a source may be a little ahead of the clock
    /// that its first packet set.</summary>
    public void TakeOver(SegmentWriter before)
    {
        if (before._plan.SampleRateHz != _plan.SampleRateHz || before._end == long.MaxValue) return;

        var from = Math.Max(before._end, before._windowStart);
        for (var channel = 0; channel < before._channels; channel++)
        {
            var index = _plan.Channels.IndexOf(before._plan.Channels[channel]);
            var count = (int)Math.Min(before._nextFrames[channel] - from, before._windowStart + WindowFrames - from);
            for (var i = 0; index >= 0 && i < count; i++)
            {
                var (at, to) = (from - before._windowStart + i, from - before._end + i);
                _window[(to * _channels) + index] = before._window[(at * before._channels) + channel];
            }
        }
    }

    /// <summary>A channel's packets were lost on the way here, up to one that was spoken at this time.</summary>
    public void Missed(int channel, Instant until)
    {
        var index = _plan.Channels.IndexOf(channel);
        if (index >= 0) _gaps.Add(_nextFrames[index], Math.Min(_end, FrameOf(until)), RecordingGapReason.Storage);
    }

    public void Write(int channel, Instant spoken, ReadOnlySpan<short> pcm, int sampleRateHz, bool isNew)
    {
        var index = _plan.Channels.IndexOf(channel);
        if (index < 0) return;

        var frame = FrameOf(spoken);
        var samples = AtOurRate(index, pcm, sampleRateHz, ref frame, isNew);
        _nextFrames[index] = Math.Max(_nextFrames[index], frame + samples.Length);
        Clip(ref frame, ref samples);
        if (samples.IsEmpty) return;

        if (frame < _windowStart) samples = WriteLate(index, ref frame, samples);
        if (frame + samples.Length > _windowStart + WindowFrames) FlushTo(frame + samples.Length - (WindowFrames / 2));
        if (frame < _windowStart || frame + samples.Length > _windowStart + WindowFrames)
        {
            SamplesDropped += samples.Length;
            return;
        }

        var at = (int)(frame - _windowStart) * _channels + index;
        for (var i = 0; i < samples.Length; i++, at += _channels) _window[at] = samples[i];
    }

    /// <summary>Writes what nobody is waited for any more.</summary>
    public void Flush(Instant now) => FlushTo(Math.Min(_end, FrameOf(now - HoldBack)));

    /// <summary>Whether its end is long enough ago that nothing can come for it any more.</summary>
    public bool IsOver(Instant now) => End is { } end && now - end >= HoldBack;

    /// <summary>Writes all that is left; the file is still to be finished.</summary>
    /// <returns>What is known of it now, and its length.</returns>
    public (ISegmentFile File, long Frames, RecordingFacts Facts) Close()
    {
        FlushTo(_end);
        if (_pausedAt is { } from) _gaps.Add(from, _end, RecordingGapReason.Pause);

        var facts = _plan.Facts() with
        {
            Duration = new TimeSpan(_end * TimeSpan.TicksPerSecond / _plan.SampleRateHz),
            Gaps = _gaps.ToArray(_end, _plan.SampleRateHz),
        };
        return (_file, _end, facts);
    }

    /// <summary>What is known of it while it is written, should the process die: a pause that goes on has no end
    /// yet.</summary>
    public RecordingFacts Known()
    {
        var rate = _plan.SampleRateHz;
        var gaps = _gaps.ToArray((long)Endless.TotalSeconds * rate, rate);
        if (_pausedAt is { } from)
            gaps = gaps.Add(new RecordingGap(SegmentGaps.Time(from, rate), Endless, RecordingGapReason.Pause));
        return _plan.Facts() with { Gaps = gaps };
    }

    private long FrameOf(Instant at)
    {
        var ticks = (at - _plan.Begin).Ticks;
        return (long)Math.Round((double)ticks * _plan.SampleRateHz / TimeSpan.TicksPerSecond);
    }

    /// <summary>What lies before the segment, in a pause, or behind its end is left out.</summary>
    private void Clip(ref long frame, ref ReadOnlySpan<short> samples)
    {
        var skipped = (int)Math.Clamp(_resumedAt - frame, 0, samples.Length);
        frame += skipped;
        samples = samples[skipped..];
        samples = samples[..(int)Math.Clamp(_end - frame, 0, samples.Length)];
    }

    private ReadOnlySpan<short> AtOurRate(
        int index, ReadOnlySpan<short> pcm, int sampleRateHz, ref long frame, bool isNew)
    {
        if (sampleRateHz == _plan.SampleRateHz) return pcm;

        var resampler = _resamplers[index];
        if (resampler?.FromHz != sampleRateHz)
        {
            resampler = _resamplers[index] = new StreamResampler(sampleRateHz, _plan.SampleRateHz);
        }

        var delay = sampleRateHz < _plan.SampleRateHz ? UpsamplingDelay : UpsamplingDelay / 2;
        if (isNew || Math.Abs(frame - delay - _nextFrames[index]) > 1) resampler.Reset();
        frame -= delay;
        t_resampled ??= new short[2 * AudioDecoder.PayloadSamplesMax];
        return t_resampled.AsSpan(0, resampler.Process(pcm, t_resampled));
    }

    /// <summary>A part that belongs where the file has been written already.</summary>
    /// <returns>The rest, which belongs behind it.</returns>
    private ReadOnlySpan<short> WriteLate(int index, ref long frame, ReadOnlySpan<short> samples)
    {
        var late = (int)Math.Min(samples.Length, _windowStart - frame);
        var isTooLate = _windowStart - frame > LateMax.TotalSeconds * _plan.SampleRateHz;
        if (isTooLate || !_file.CanGoBack || !TryPatch(index, frame, samples[..late])) SamplesDropped += late;
        frame += late;
        return samples[late..];
    }

    private bool TryPatch(int index, long frame, ReadOnlySpan<short> samples)
    {
        var frames = new short[samples.Length * _channels];
        try
        {
            _file.Read(frame, frames);
            for (var i = 0; i < samples.Length; i++) frames[(i * _channels) + index] = samples[i];
            _file.Write(frame, frames);
            return true;
        }
        catch (IOException error)
        {
            Trouble = error.Message;
            return false;
        }
    }

    private void FlushTo(long frame)
    {
        while (frame > _windowStart) FlushFrames((int)Math.Min(WindowFrames, frame - _windowStart));
    }

    private void FlushFrames(int count)
    {
        var samples = _window.AsSpan(0, count * _channels);
        try
        {
            _file.Write(_windowStart, samples);
            _file.Commit(_windowStart + count);
        }
        catch (IOException error)
        {
            Trouble = error.Message;
            _gaps.Add(_windowStart, _windowStart + count, RecordingGapReason.Storage);
        }

        _window.AsSpan(samples.Length).CopyTo(_window);
        _window.AsSpan(_window.Length - samples.Length).Clear();
        _windowStart += count;
    }
}
