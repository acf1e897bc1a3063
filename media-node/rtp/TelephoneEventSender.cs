using System.Diagnostics;

namespace OrleansAcd.Rtp;

/// <summary>Sends one key as RFC 4733 §2.5.1 says: an update a frame with growing duration, the same timestamp
/// throughout, the marker on the first packet, the end three times.</summary>
/// <remarks>The caller asks once every 20 ms and puts the payload into a packet with <see cref="Timestamp"/>. A key that
/// lasts longer than 65,535 ticks goes on in segments (§2.5.1.3), each with a timestamp of its own. Allocates
/// nothing.</remarks>
/// <param name="clockHz">Of the stream's timestamps; events share it (§2.1).</param>
public sealed class TelephoneEventSender(int clockHz = 8_000)
{
    public static readonly TimeSpan DurationMax = TimeSpan.FromSeconds(60);

    private const int FramesPerSecond = 50;
    private const int EndRepeats = 3;
    private const byte VolumeDbm0 = 10;

    private readonly int _frameTicks = clockHz / FramesPerSecond;
    private byte _code;
    private int _total;
    private int _sofar;
    private int _segmentStart;
    private int _endsLeft;
    private bool _isNextSegmentDue;

    public bool IsActive => _endsLeft > 0;

    /// <summary>Of the event's beginning, or its segment's.</summary>
    public RtpTimestamp Timestamp { get; private set; }

    /// <summary>False when <paramref name="key"/> is none of 0-9, *, #, A-D, or another is being sent.</summary>
    /// <param name="key">The key.</param>
    /// <param name="duration">At least one frame, at most <see cref="DurationMax"/>.</param>
    /// <param name="timestamp">What audio sent at this moment would carry.</param>
    public bool TryStart(char key, TimeSpan duration, RtpTimestamp timestamp)
    {
        var code = TelephoneEvent.CodeOf(key);
        if (code < 0 || IsActive) return false;

        var seconds = Math.Min(duration.TotalSeconds, DurationMax.TotalSeconds);
        _code = (byte)code;
        _total = Math.Max(_frameTicks, (int)(seconds * clockHz));
        (_sofar, _segmentStart, _isNextSegmentDue) = (0, 0, false);
        _endsLeft = EndRepeats;
        Timestamp = timestamp;
        return true;
    }

    /// <summary>The next packet's payload and marker; false when the key has been sent.</summary>
    public bool TryNext(Span<byte> payload, out bool marker)
    {
        marker = _sofar == 0;
        if (!IsActive) return false;

        if (_isNextSegmentDue) BeginSegment();
        _sofar = Math.Min(_total, _sofar + _frameTicks);
        var duration = _sofar - _segmentStart;

        // §2.5.1.3: all but the last segment end at the longest duration, without the end bit.
        _isNextSegmentDue = duration > ushort.MaxValue;
        var isEnd = _sofar == _total && !_isNextSegmentDue;
        if (isEnd) _endsLeft--;
        new TelephoneEvent(_code, isEnd, VolumeDbm0, (ushort)Math.Min(duration, ushort.MaxValue)).Write(payload);
        return true;
    }

    private void BeginSegment()
    {
        Debug.Assert(_sofar - _segmentStart > ushort.MaxValue, "the segment is not full");
        _segmentStart += ushort.MaxValue;
        Timestamp = Timestamp.Advance(ushort.MaxValue);
        _isNextSegmentDue = false;
    }
}
