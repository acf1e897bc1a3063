using OrleansAcd.MediaCore;

namespace OrleansAcd.Rtp;

/// <summary>Adaptive jitter buffer: takes packets as the network brings them, hands audio out as time needs
/// it.</summary>
/// <remarks>
/// Sans-IO. The listener calls <see cref="Take"/> whenever it has less than a frame of audio left: once in 20 ms for
/// 20 ms payloads, twice for 10 ms, every third time for 60 ms. Playout is a cursor on the RTP timeline; sequence
/// numbers order packets and tell loss from silence. Depth lies between <see cref="DepthMinMs"/> and <see
/// cref="DepthMaxMs"/>: deep enough for 98.5 % of the last seconds' packets. It deepens by inserting a frame, and
/// shallows between talk-spurts, else by leaving a packet out: soon in quiet, after three seconds in speech. Clock
/// drift is the same to it. Bounded memory, see <see cref="JitterSlots"/>; allocates nothing except when payloads
/// prove larger or more than expected. One thread at a time.
/// </remarks>
public sealed partial class JitterBuffer
{
    public const int DepthMinMs = 20;
    public const int DepthMaxMs = 200;

    /// <summary>What one Lost or Empty stands for, unless less is missing.</summary>
    public const int FrameMs = 20;

    /// <summary>After so much concealment in a row the peer is taken to be silent.</summary>
    public const int ConcealMaxMs = 100;

    /// <summary>Of 64 bytes: this object.</summary>
    private const int ObjectLines = 4;

    // RFC 3550 A.1.
    private const int DropoutMax = 3_000;
    private const int MisorderMax = 100;

    private readonly JitterSlots _slots = new();
    private readonly DelayEstimator _estimator;
    private int _clockHz;
    private bool _hasAny;
    private long _highest;
    private ulong _seen;
    private int _badNext;
    private long _newestTimestamp;
    private long _highestEnd;
    private JitterCounters _counters;

    /// <param name="clockHz">The rate of RTP timestamps (RFC 3550 §5.1), which need not be that of the audio.</param>
    public JitterBuffer(int clockHz = 8_000)
    {
        _estimator = new DelayEstimator(clockHz);
        Reset(clockHz);
    }

    public JitterCounters Counters => _counters;

    /// <summary>The depth that it aims at.</summary>
    public int TargetMs => Math.Clamp(_estimator.DepthMs, DepthMinMs, DepthMaxMs);

    /// <summary>How long the fastest packets wait at present; 0 while nothing plays.</summary>
    public int DepthMs => _isPlaying && _estimator.HasBase ? (int)(Depth * 1_000 / _clockHz) : 0;

    public int Waiting => _slots.Count;

    /// <summary>Another source begins (a new SSRC, or another clock); counters go on.</summary>
    public void Reset(int clockHz)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(clockHz, 8_000);
        _clockHz = clockHz;
        _estimator.Reset(clockHz);
        Restart();
    }

    public void Reset() => Reset(_clockHz);

    /// <summary>What a packet or a frame leads to, to be fetched before.</summary>
    public void ListMemory(ICollection<FetchedObject> list)
    {
        ArgumentNullException.ThrowIfNull(list);
        list.Add(new FetchedObject(this, ObjectLines));
        _slots.ListMemory(list);
        _estimator.ListMemory(list);
    }

    /// <summary>An audio packet.</summary>
    /// <param name="ticks">How long the payload is in RTP ticks; 0 for comfort noise (RFC 3389).</param>
    public void Put(
        SequenceNumber sequence,
        RtpTimestamp timestamp,
        byte payloadType,
        int ticks,
        ReadOnlySpan<byte> payload,
        Instant now)
    {
        _counters = _counters with { Received = _counters.Received + 1 };
        var isUsable = payload.Length <= JitterSlots.PayloadBytesMax && ticks >= 0 && ticks <= Ticks(DepthMaxMs);
        if (!isUsable || !Accepts(sequence))
        {
            _counters = _counters with { Discarded = _counters.Discarded + 1 };
            return;
        }

        var at = Extend(timestamp);
        var packet = new JitterSlot
        {
            Sequence = _highest + sequence.DistanceFrom(new SequenceNumber(unchecked((ushort)_highest))),
            Timestamp = at,
            Transit = TicksOf(now) - at,
            Ticks = ticks,
            PayloadType = payloadType,
        };
        var isNext = _hasAny && packet.Sequence == _highest + 1;
        if (!TryMark(packet.Sequence)) return;

        // Between neighbours time does not run backwards: a sender's new timeline, not a late packet.
        if (isNext && at < _highestEnd - (Frame / 2)) _estimator.Rebase(packet.Transit, now);
        if (packet.Sequence == _highest) _highestEnd = packet.End;
        if (ticks > 0) _estimator.Add(packet.Transit, now);
        Keep(packet, payload);
    }

    /// <summary>A packet of the same source without audio, telephone-events for one: its number is not lost.</summary>
    public void PutOther(SequenceNumber sequence)
    {
        if (!_hasAny || !Accepts(sequence)) return;

        var extended = _highest + sequence.DistanceFrom(new SequenceNumber(unchecked((ushort)_highest)));
        if (TryMark(extended)) Keep(new JitterSlot { Sequence = extended, IsOther = true }, []);
    }

    /// <summary>RFC 3550 A.1: a very large jump counts when a second packet confirms it.</summary>
    private bool Accepts(SequenceNumber sequence)
    {
        if (!_hasAny) return true;

        var ahead = sequence.DistanceFrom(new SequenceNumber(unchecked((ushort)_highest)));
        if (ahead is > -MisorderMax and < DropoutMax) return true;

        if (sequence.Value == _badNext)
        {
            _counters = _counters with { Resyncs = _counters.Resyncs + 1 };
            Restart();
            return true;
        }

        _badNext = sequence.Next.Value;
        return false;
    }

    /// <summary>Forgets the stream, not its jitter.</summary>
    private void Restart()
    {
        _slots.Clear();
        (_hasAny, _highest, _seen, _badNext) = (false, 0, 0, -1);
        (_newestTimestamp, _highestEnd) = (0, 0);
        RestartPlayout();
    }

    /// <summary>The timestamp nearest to the newest one, in 64 bits.</summary>
    private long Extend(RtpTimestamp timestamp)
    {
        if (!_hasAny) _newestTimestamp = timestamp.Value;
        _newestTimestamp += timestamp.DistanceFrom(new RtpTimestamp(unchecked((uint)_newestTimestamp)));
        return _newestTimestamp;
    }

    /// <summary>Notes that a sequence number has come.</summary>
    /// <returns>False when it had come before, or its turn is over.</returns>
    private bool TryMark(long sequence)
    {
        var ahead = sequence - _highest;
        if (!_hasAny || ahead > 0)
        {
            _seen = !_hasAny || ahead >= 64 ? 1 : (_seen << (int)ahead) | 1;
            (_hasAny, _highest) = (true, sequence);
            return true;
        }

        var bit = -ahead < 64 ? 1ul << (int)-ahead : 0;
        if ((_seen & bit) != 0)
        {
            _counters = _counters with { Duplicates = _counters.Duplicates + 1 };
            return false;
        }

        _seen |= bit;
        return true;
    }

    private void Keep(in JitterSlot packet, ReadOnlySpan<byte> payload)
    {
        if (_hasTaken && packet.Sequence <= _lastTaken)
        {
            // It had been counted as lost when playout passed it.
            var late = packet.IsOther ? 0 : 1;
            _counters = _counters with { Late = _counters.Late + late, Lost = Math.Max(0, _counters.Lost - 1) };
            return;
        }

        while (!_slots.TryAdd(packet, payload))
        {
            _counters = _counters with { Discarded = _counters.Discarded + 1 };
            if (_slots.Count == 0 || _slots[_slots.Head()].Sequence > packet.Sequence) return;

            Pass(_slots.Head());
        }
    }

    private long TicksOf(Instant at) =>
        (at.Ticks / TimeSpan.TicksPerSecond * _clockHz)
        + (at.Ticks % TimeSpan.TicksPerSecond * _clockHz / TimeSpan.TicksPerSecond);

    private int Ticks(int ms) => (int)((long)ms * _clockHz / 1_000);
}
