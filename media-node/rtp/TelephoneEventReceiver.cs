using System.Diagnostics;
using OrleansAcd.MediaCore;

namespace OrleansAcd.Rtp;

/// <summary>A key that was pressed and let go.</summary>
public readonly record struct PressedKey(char Key, TimeSpan Duration)
{
    /// <summary>Keys are secrets: they stand in no log.</summary>
    public override string ToString() => $"PressedKey({Duration})";
}

/// <summary>Turns telephone-event packets into keys, each exactly once, with its duration (RFC 4733 §2.5.2).</summary>
/// <remarks>The timestamp names an event: retransmitted ends and stragglers carry one that is done. An end that was
/// lost is noticed by the next key or by <see cref="LostEndTimeout"/>. Feed packets, then poll until empty. Allocates
/// nothing.</remarks>
/// <param name="clockHz">Of the stream's timestamps; events share it (§2.1).</param>
public sealed class TelephoneEventReceiver(int clockHz = 8_000)
{
    /// <summary>Three of the longest usual update intervals (50 ms) and some jitter.</summary>
    public static readonly TimeSpan LostEndTimeout = TimeSpan.FromMilliseconds(250);

    private const int ReorderMaxSeconds = 2;

    private TelephoneEvent _event;
    private RtpTimestamp _start;
    private uint _durationBefore;
    private Instant _lastHeard;
    private bool _isActive;
    private bool _hasStart;
    private PressedKey _first;
    private PressedKey _second;
    private int _ready;

    /// <summary>Another codec may bring another clock.</summary>
    public int ClockHz { get; set; } = clockHz;

    /// <summary>Packets that told nothing new or were not keys.</summary>
    public long Ignored { get; private set; }

    public Instant? NextDeadline => _isActive ? _lastHeard + LostEndTimeout : null;

    /// <summary>Another source speaks: its timestamps have nothing to do with those before.</summary>
    public void Restart(Instant now)
    {
        if (_isActive) Finish();
        _hasStart = false;
        _lastHeard = now;
    }

    public void Handle(bool marker, RtpTimestamp timestamp, ReadOnlySpan<byte> payload, Instant now)
    {
        if (!TelephoneEvent.TryParse(payload, out var received) || !received.IsKey || IsOld(timestamp))
        {
            Ignored++;
            return;
        }

        if (IsUpdate(timestamp)) Update(received);
        else if (IsNextSegment(marker, timestamp, received)) BeginSegment(timestamp, received);
        else Begin(timestamp, received);

        _lastHeard = now;
        if (_event.IsEnd) Finish();
    }

    public void HandleTimeout(Instant now)
    {
        if (now >= NextDeadline) Finish();
    }

    public bool TryPoll(out PressedKey key)
    {
        key = _first;
        if (_ready == 0) return false;

        _first = _second;
        _ready--;
        return true;
    }

    private bool IsUpdate(RtpTimestamp timestamp) => _isActive && timestamp == _start;

    /// <summary>Of the event that is done, or of one before the present.</summary>
    private bool IsOld(RtpTimestamp timestamp) =>
        _hasStart && !IsUpdate(timestamp) && timestamp.DistanceFrom(_start) is var distance
        && distance <= 0 && distance > -ReorderMaxSeconds * ClockHz;

    /// <summary>§2.5.1.3: a key held beyond 65,535 ticks goes on under a new timestamp, without a marker.</summary>
    private bool IsNextSegment(bool marker, RtpTimestamp timestamp, in TelephoneEvent received) =>
        _isActive && !marker && received.Code == _event.Code && _event.Duration == ushort.MaxValue
        && timestamp == _start.Advance(ushort.MaxValue);

    private void Update(in TelephoneEvent received)
    {
        // Reordered updates must not shorten the key.
        var duration = Math.Max(received.Duration, _event.Duration);
        _event = _event with { Duration = duration, IsEnd = received.IsEnd };
    }

    private void BeginSegment(RtpTimestamp timestamp, in TelephoneEvent received)
    {
        _durationBefore += _event.Duration;
        (_start, _event) = (timestamp, received);
    }

    private void Begin(RtpTimestamp timestamp, in TelephoneEvent received)
    {
        if (_isActive) Finish();                        // the end of the one before was lost
        (_start, _event, _durationBefore) = (timestamp, received, 0);
        (_isActive, _hasStart) = (true, true);
    }

    private void Finish()
    {
        Debug.Assert(_ready < 2, "one packet completes two keys at most: poll after each");
        var seconds = (double)(_durationBefore + _event.Duration) / ClockHz;
        var key = new PressedKey(_event.Key, TimeSpan.FromSeconds(seconds));
        if (_ready == 0) _first = key;
        else _second = key;
        _ready = Math.Min(2, _ready + 1);
        _isActive = false;
    }
}
