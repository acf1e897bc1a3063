using OrleansAcd.Audio;
using OrleansAcd.MediaCore;
using OrleansAcd.Rtp;

namespace OrleansAcd.MediaNode.Media;

/// <summary>Keys on their way to one party, one after the other: events of RFC 4733, or tones in its codec.</summary>
/// <remarks>Asked once a frame. Allocates at a tone's beginning, never per frame.</remarks>
internal sealed class KeySending
{
    /// <summary>Silence between two keys as tones: ITU-T Q.24 asks for 40 ms at least.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(60);

    /// <summary>Frames between two events; the last two ends before them are a pause already.</summary>
    private const int PauseFrames = 2;

    private TelephoneEventSender _events = new();
    private int _clockHz = G711.SampleRateHz;
    private ToneGenerator? _tones;
    private int _rateHz;
    private int _pauseFrames;

    public KeyQueue Queue { get; } = new();

    public bool IsActive => !Queue.IsEmpty || _events.IsActive || _pauseFrames > 0 || _tones is { IsOver: false };

    /// <summary>Forgets what has not been sent: nobody can hear it.</summary>
    public void Clear()
    {
        Queue.Clear();
        (_events, _tones, _pauseFrames) = (new TelephoneEventSender(_clockHz), null, 0);
    }

    /// <summary>The next event's packet; false when this frame is a pause.</summary>
    /// <param name="stream">Whose timestamps the event has.</param>
    public bool TryNextEvent(
        RelayRewriter stream, Span<byte> payload, out bool marker, out RtpTimestamp timestamp, Instant now)
    {
        (marker, timestamp) = (false, default);
        if (_pauseFrames > 0)
        {
            _pauseFrames--;
            return false;
        }

        _tones = null;
        if (!_events.IsActive && !TryBeginEvent(stream, now)) return false;
        if (!_events.TryNext(payload, out marker)) return false;

        timestamp = _events.Timestamp;
        if (!_events.IsActive) _pauseFrames = PauseFrames;
        return true;
    }

    /// <summary>The next frame of tones and the silence between them.</summary>
    public void NextTone(Span<short> frame, int sampleRateHz)
    {
        if (_events.IsActive || _pauseFrames > 0) (_events, _pauseFrames) = (new TelephoneEventSender(_clockHz), 0);
        var made = 0;
        while (made < frame.Length && TryTone(sampleRateHz)) made += _tones!.Fill(frame[made..]);
        frame[made..].Clear();
    }

    private bool TryBeginEvent(RelayRewriter stream, Instant now)
    {
        if (!Queue.TryTake(out var key)) return false;

        if (_clockHz != stream.ClockHz) _events = new TelephoneEventSender(_clockHz = stream.ClockHz);
        return _events.TryStart(key.Key, key.Duration, stream.BeginEvent(now));
    }

    private bool TryTone(int sampleRateHz)
    {
        if (_tones is { IsOver: false } && _rateHz == sampleRateHz) return true;
        if (!Queue.TryTake(out var key) || NamedTones.Key(key.Key, key.Duration, s_pause) is not { } tone) return false;

        if (_tones is null || _rateHz != sampleRateHz) _tones = new ToneGenerator(tone, _rateHz = sampleRateHz);
        else _tones.Start(tone);
        return true;
    }
}
