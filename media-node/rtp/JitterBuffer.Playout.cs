using OrleansAcd.MediaCore;

namespace OrleansAcd.Rtp;

/// <summary>The way out of the jitter buffer: what is due, and when its depth changes.</summary>
public sealed partial class JitterBuffer
{
    /// <summary>At least so many frames between two changes of depth.</summary>
    private const int FramesBetweenChanges = 5;

    /// <summary>Kept above the target when a packet is left out, so that depth does not swing.</summary>
    private const int SlackMs = 5;

    private static readonly TimeSpan ExcessInQuiet = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ExcessInSpeech = TimeSpan.FromSeconds(3);

    private bool _isPlaying;
    private bool _hasTaken;
    private bool _follows;
    private long _lastTaken;
    private long _playAt;
    private long _due;
    private int _concealed;
    private int _lastTicks;
    private int _framesSinceChange;
    private Instant _excessSince = Instant.Never;

    /// <summary>How long after the fastest packets' arrival the cursor passes them, in ticks.</summary>
    private long Depth => _due - _playAt - _estimator.Base;

    private long Target => Ticks(TargetMs);

    private int Frame => Ticks(FrameMs);

    /// <summary>What is due now.</summary>
    /// <param name="isQuiet">What was heard last was silence or nearly: a good moment to leave a packet out.</param>
    public JitterFrame Take(Instant now, bool isQuiet = false)
    {
        var ticks = TicksOf(now);
        if (!_isPlaying) return TakeIdle(ticks, now);

        Track(ticks);
        _framesSinceChange++;
        if (ShouldExpand())
        {
            _framesSinceChange = 0;
            _due += Frame;
            _counters = _counters with { Expanded = _counters.Expanded + 1 };
            return new JitterFrame { Verdict = JitterVerdict.Lost, Ticks = Frame };
        }

        ShrinkIfDeep(now, isQuiet);
        return TakePlaying(ticks, now);
    }

    /// <summary>Looks at a waiting audio packet without taking it.</summary>
    /// <param name="place">0 is the next; packets are in the order of their sequence numbers.</param>
    public bool TryPeek(int place, out JitterFrame packet)
    {
        packet = default;
        var index = _slots.At(place);
        if (index < 0) return false;

        ref readonly var slot = ref _slots[index];
        packet = new JitterFrame
        {
            Verdict = JitterVerdict.Payload,
            Ticks = slot.Ticks,
            PayloadType = slot.PayloadType,
            Payload = _slots.Payload(index),
        };
        return true;
    }

    private void RestartPlayout()
    {
        (_isPlaying, _hasTaken, _follows) = (false, false, false);
        (_concealed, _lastTicks, _framesSinceChange, _excessSince) = (0, Frame, 0, Instant.Never);
    }

    /// <summary>Follows the listener's clock: at once when it has stood still, slowly where it only wavers.</summary>
    private void Track(long ticks)
    {
        var error = ticks - _due;
        _due += Math.Abs(error) > 2 * Frame ? error : error / 8;
    }

    private bool ShouldExpand() =>
        _framesSinceChange >= FramesBetweenChanges && _estimator.HasBase && Depth < Target - (Frame / 2);

    private void ShrinkIfDeep(Instant now, bool isQuiet)
    {
        var head = _slots.Head();
        if (head < 0 || _slots.Count < 2 || !IsExcess(_slots[head]))
        {
            _excessSince = Instant.Never;
            return;
        }

        if (_excessSince == Instant.Never) _excessSince = now;
        var patience = Depth > Ticks(DepthMaxMs) + Frame ? TimeSpan.Zero : isQuiet ? ExcessInQuiet : ExcessInSpeech;
        if (now - _excessSince < patience || _framesSinceChange < FramesBetweenChanges) return;

        _counters = _counters with { Skipped = _counters.Skipped + 1 };
        (_framesSinceChange, _excessSince) = (0, Instant.Never);
        Pass(head);
    }

    /// <summary>Whether it is deep enough without this packet, which is the next.</summary>
    private bool IsExcess(in JitterSlot head) =>
        head is { IsOther: false, Ticks: > 0 } && head.Timestamp == _playAt
        && Depth - head.Ticks >= Target + Ticks(SlackMs);

    /// <summary>Before a talk-spurt: its first packet waits until the target's depth is reached.</summary>
    private JitterFrame TakeIdle(long ticks, Instant now)
    {
        for (var head = NextAudio(); head >= 0; head = NextAudio())
        {
            FollowTimeline(_slots[_slots.Newest()], now);
            ref readonly var packet = ref _slots[head];
            var early = packet.Timestamp + _estimator.Base + Target - ticks;
            if (early > Frame / 2 && early <= 2 * Ticks(DepthMaxMs)) break;

            // A burst after a stall: what is older than the target allows is not worth the delay.
            if (Math.Abs(early) > Frame + packet.Ticks && _slots.Count > 1)
            {
                _counters = _counters with { Skipped = _counters.Skipped + 1 };
                Pass(head);
                continue;
            }

            return Begin(head, ticks);
        }

        return new JitterFrame { Verdict = JitterVerdict.Empty, Ticks = Frame };
    }

    /// <summary>A pause that timestamps did not count, or timestamps that start anew: delay is measured from
    /// here.</summary>
    private void FollowTimeline(in JitterSlot newest, Instant now)
    {
        if (_estimator.HasBase && Math.Abs(newest.Transit - _estimator.Base) <= Ticks(DepthMaxMs)) return;

        if (_estimator.HasBase) _counters = _counters with { Resyncs = _counters.Resyncs + 1 };
        _estimator.Rebase(newest.Transit, now);
    }

    private JitterFrame Begin(int head, long ticks)
    {
        (_isPlaying, _follows, _concealed) = (true, false, 0);
        (_playAt, _due, _excessSince) = (_slots[head].Timestamp, ticks, Instant.Never);
        return Play(head);
    }

    private JitterFrame TakePlaying(long ticks, Instant now)
    {
        for (var head = NextAudio(); head >= 0; head = NextAudio())
        {
            ref readonly var packet = ref _slots[head];
            var ahead = packet.Timestamp - _playAt;
            var isMissing = packet.Sequence > _lastTaken + 1;
            if (isMissing && ahead > Math.Min(Frame, packet.Ticks) / 2) return Conceal((int)Math.Min(Frame, ahead));
            if (ahead > Frame / 2) return Idle();

            // Only concealment moves the cursor past packets that are still to come; otherwise timestamps went back.
            if (-ahead >= Math.Max(packet.Ticks, 1) && -ahead > _concealed) return Idle();

            if (-ahead < packet.Ticks || packet.Ticks == 0) return Play(head);

            var cursor = _playAt;
            Pass(head);
            _playAt = cursor;
            _counters = _counters with { Late = _counters.Late + 1 };
        }

        return Conceal(Math.Min(Frame, _lastTicks));

        JitterFrame Idle()
        {
            _isPlaying = false;
            return TakeIdle(ticks, now);
        }
    }

    /// <summary>The next packet with audio; those without only hold their places.</summary>
    private int NextAudio()
    {
        var head = _slots.Head();
        while (head >= 0 && _slots[head].IsOther)
        {
            Pass(head);
            head = _slots.Head();
        }

        return head;
    }

    private JitterFrame Play(int head)
    {
        ref readonly var packet = ref _slots[head];
        var frame = new JitterFrame
        {
            Verdict = JitterVerdict.Payload,
            Ticks = packet.Ticks,
            PayloadType = packet.PayloadType,
            Follows = _follows,
            Payload = _slots.Payload(head),
        };
        var playedTicks = packet.Ticks;
        Pass(head);
        _follows = true;
        _concealed = 0;
        _due += playedTicks;

        // RFC 3389 §4: comfort noise stands where speech stops.
        if (playedTicks == 0) _isPlaying = false;
        return frame;
    }

    private JitterFrame Conceal(int ticks)
    {
        if (_concealed >= Ticks(ConcealMaxMs))
        {
            _isPlaying = false;
            return new JitterFrame { Verdict = JitterVerdict.Empty, Ticks = Frame };
        }

        _counters = _counters with { Concealed = _counters.Concealed + 1 };
        _concealed += ticks;
        _playAt += ticks;
        _due += ticks;
        return new JitterFrame { Verdict = JitterVerdict.Lost, Ticks = ticks };
    }

    /// <summary>The cursor moves behind a packet; numbers between it and the last one are lost.</summary>
    private void Pass(int index)
    {
        ref readonly var packet = ref _slots[index];
        if (_hasTaken) _counters = _counters with { Lost = _counters.Lost + packet.Sequence - _lastTaken - 1 };
        (_hasTaken, _lastTaken) = (true, packet.Sequence);
        if (!packet.IsOther) _playAt = packet.End;
        if (packet.Ticks > 0) _lastTicks = packet.Ticks;
        _slots.Free(index);
    }
}
