namespace OrleansAcd.Rtp;

/// <summary>Sends one key as RFC 4733 §2.5.1 says: an update a frame, the same timestamp throughout, the end three
/// times.</summary>
/// <remarks>The caller asks once every 20 ms and puts the payload into a packet with <see cref="Timestamp"/>.</remarks>
public sealed class TelephoneEventSender
{
    private const int FrameTicks = 160;
    private const int EndRepeats = 3;
    private const byte VolumeDbm0 = 10;

    private byte _code;
    private int _total;
    private int _sofar;
    private int _endsLeft;

    public bool IsActive => _endsLeft > 0;

    /// <summary>Of the event's beginning.</summary>
    public RtpTimestamp Timestamp { get; private set; }

    /// <summary>False when <paramref name="key"/> is none of 0-9, *, #, A-D, or another is being sent.</summary>
    /// <param name="key">The key.</param>
    /// <param name="duration">At least one frame; capped at 8 s, the longest an event can say.</param>
    /// <param name="timestamp">What audio sent at this moment would carry.</param>
    public bool TryStart(char key, TimeSpan duration, RtpTimestamp timestamp)
    {
        var code = TelephoneEvent.CodeOf(key);
        if (code < 0 || IsActive) return false;

        _code = (byte)code;
        _total = (int)Math.Clamp(duration.TotalMilliseconds * 8, FrameTicks, ushort.MaxValue);
        _sofar = 0;
        _endsLeft = EndRepeats;
        Timestamp = timestamp;
        return true;
    }

    /// <summary>The next packet's payload and marker; false when the key has been sent.</summary>
    public bool TryNext(Span<byte> payload, out bool marker)
    {
        marker = _sofar == 0;
        if (!IsActive) return false;

        _sofar = Math.Min(_total, _sofar + FrameTicks);
        var isEnd = _sofar == _total;
        if (isEnd) _endsLeft--;
        new TelephoneEvent(_code, isEnd, VolumeDbm0, (ushort)_sofar).Write(payload);
        return true;
    }
}
