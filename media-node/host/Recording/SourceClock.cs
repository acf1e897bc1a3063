using OrleansAcd.MediaCore;

namespace OrleansAcd.MediaNode.Recording;

/// <summary>When a source's audio was spoken, by this node's clock: the first packet's arrival says it, then the RTP
/// timestamps (RFC 3550 section 5.1), so that jitter smears nothing.</summary>
/// <remarks>A packet's audio ends when it is sent. What comes late or early for longer than a while is no jitter: the
/// source's clock has drifted, or it has left out time; then it is anchored anew. For one thread.</remarks>
internal struct SourceClock
{
    /// <summary>Further away than this, a source is not where it says.</summary>
    public static readonly TimeSpan DriftMax = TimeSpan.FromMilliseconds(60);

    /// <summary>For so long it must be away before it is believed: a burst after a stall is over by then.</summary>
    public static readonly TimeSpan Persistence = TimeSpan.FromMilliseconds(200);

    /// <summary>A jump that no network makes.</summary>
    public static readonly TimeSpan JumpMax = TimeSpan.FromSeconds(2);

    private bool _isAnchored;
    private uint _ssrc;
    private int _clockHz;
    private Instant _anchor;
    private uint _anchorTimestamp;
    private Instant _awaySince;
    private TimeSpan _leastAway;
    private int _awaySign;

    /// <summary>How often a source was anchored again although it was the same.</summary>
    public long Corrections { get; private set; }

    /// <summary>When the packet's first sample was spoken.</summary>
    /// <param name="duration">How much audio is in it.</param>
    /// <param name="isNew">Nothing before belongs to it: another source, or a jump.</param>
    public Instant Place(
        uint ssrc, uint timestamp, int clockHz, TimeSpan duration, Instant arrival, out bool isNew)
    {
        var byArrival = arrival - duration;
        isNew = !_isAnchored || ssrc != _ssrc || clockHz != _clockHz;
        if (isNew)
        {
            (_isAnchored, _ssrc, _clockHz) = (true, ssrc, clockHz);
            return Anchor(byArrival, timestamp);
        }

        var elapsed = Elapsed(timestamp);
        var byTimestamp = _anchor + elapsed;
        var away = byArrival - byTimestamp;
        if (!IsAway(away, arrival, out var correction)) return byTimestamp;

        isNew = true;
        Corrections++;
        return Anchor(byTimestamp + correction, timestamp);
    }

    private Instant Anchor(Instant at, uint timestamp)
    {
        (_anchor, _anchorTimestamp, _awaySign) = (at, timestamp, 0);
        return at;
    }

    /// <summary>Timestamps wrap at 2^32: the anchor moves along, whole seconds at a time, so that nothing is
    /// rounded.</summary>
    private TimeSpan Elapsed(uint timestamp)
    {
        var ticks = unchecked((int)(timestamp - _anchorTimestamp));
        if (ticks > 60 * _clockHz)
        {
            _anchor += TimeSpan.FromSeconds(60);
            _anchorTimestamp = unchecked(_anchorTimestamp + (uint)(60 * _clockHz));
            ticks -= 60 * _clockHz;
        }

        return new TimeSpan(ticks * TimeSpan.TicksPerSecond / _clockHz);
    }

    private bool IsAway(TimeSpan away, Instant arrival, out TimeSpan correction)
    {
        correction = away;
        if (away.Duration() > JumpMax) return true;

        if (away.Duration() <= DriftMax)
        {
            _awaySign = 0;
            return false;
        }

        var sign = Math.Sign(away.Ticks);
        if (sign != _awaySign) (_awaySign, _awaySince, _leastAway) = (sign, arrival, away);
        if (away.Duration() < _leastAway.Duration()) _leastAway = away;
        correction = _leastAway;
        return arrival - _awaySince >= Persistence;
    }
}
