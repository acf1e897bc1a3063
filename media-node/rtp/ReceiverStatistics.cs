using OrleansAcd.MediaCore;

namespace OrleansAcd.Rtp;

/// <summary>What a sequence number says about its packet (RFC 3550 A.1).</summary>
public enum SequenceVerdict
{
    /// <summary>The source has not yet shown two packets in a row.</summary>
    Probation,

    Accepted,

    /// <summary>The source has restarted: counts begin anew with this packet.</summary>
    Restarted,

    /// <summary>A jump that has not been confirmed by a second packet.</summary>
    Refused,
}

/// <summary>What a receiver knows of one source: validity, loss (A.3), interarrival jitter (A.8). RFC 3550.</summary>
/// <remarks>Allocates nothing; not thread-safe.</remarks>
public sealed class ReceiverStatistics(int clockHz = 8_000)
{
    private const int SequenceModulus = 1 << 16;
    private const int DropoutMax = 3_000;
    private const int MisorderMax = 100;
    private const int SequentialMin = 2;
    private const int LostMax = 0x7F_FFFF;
    private const int LostMin = -0x80_0000;

    private ushort _highest;
    private long _cycles;
    private long _base;
    private int _badNext = -1;
    private int _probation = SequentialMin;
    private bool _hasAny;
    private long _received;
    private long _expectedBefore;
    private long _receivedBefore;
    private long _transit;
    private bool _hasTransit;
    private long _jitterTimes16;
    private long _receivedInAll;
    private long _lostInAll;
    private int _clockHz = clockHz;

    /// <summary>Packets since the beginning, over all restarts and sources.</summary>
    public long PacketsReceived => _receivedInAll + _received;

    /// <summary>Packets that never came, over all restarts and sources; duplicates can make a source's share
    /// negative.</summary>
    public long PacketsLost => _lostInAll + Math.Max(0, CurrentLost);

    /// <summary>§6.4.1: "an estimate of the statistical variance of the RTP data packet interarrival time".</summary>
    public TimeSpan Jitter => TimeSpan.FromTicks(_jitterTimes16 / 16 * TimeSpan.TicksPerSecond / _clockHz);

    /// <summary>The rate of the source's timestamps. Another one begins jitter anew.</summary>
    public int ClockHz
    {
        get => _clockHz;
        set
        {
            if (value == _clockHz) return;

            (_clockHz, _hasTransit, _jitterTimes16) = (value, false, 0);
        }
    }

    public bool IsValid => _hasAny && _probation == 0;

    private long ExtendedHighest => _cycles + _highest;

    private long CurrentExpected => IsValid ? ExtendedHighest - _base + 1 : 0;

    private long CurrentLost => CurrentExpected - _received;

    /// <summary>Another source speaks from now on; its sequence numbers say nothing about the old one's.</summary>
    public void Restart()
    {
        FoldIntoTotals();
        _hasAny = false;
        _probation = SequentialMin;
        _hasTransit = false;
    }

    public SequenceVerdict Handle(SequenceNumber sequence, RtpTimestamp timestamp, Instant now)
    {
        var verdict = UpdateSequence(sequence.Value);
        if (verdict is SequenceVerdict.Accepted or SequenceVerdict.Restarted) UpdateJitter(timestamp, now);
        return verdict;
    }

    /// <summary>§6.4.1: the block about this source; begins the next interval.</summary>
    public ReportBlock NextReport(Ssrc source, uint lastSenderReport, TimeSpan sinceSenderReport)
    {
        var expected = CurrentExpected - _expectedBefore;
        var lost = expected - (_received - _receivedBefore);
        (_expectedBefore, _receivedBefore) = (CurrentExpected, _received);
        var fraction = expected <= 0 || lost <= 0 ? 0 : (lost << 8) / expected;
        return new ReportBlock(
            source,
            (byte)Math.Min(255, fraction),
            (int)Math.Clamp(CurrentLost, LostMin, LostMax),
            unchecked((uint)ExtendedHighest),
            (uint)(_jitterTimes16 >> 4),
            lastSenderReport,
            (uint)(sinceSenderReport.TotalSeconds * SequenceModulus));
    }

    private SequenceVerdict UpdateSequence(ushort sequence)
    {
        if (!_hasAny)
        {
            BeginAt(sequence);
            _probation = SequentialMin - 1;
            return SequenceVerdict.Probation;
        }

        return _probation > 0 ? UpdateInProbation(sequence) : UpdateValid(sequence);
    }

    private SequenceVerdict UpdateInProbation(ushort sequence)
    {
        if (sequence != (ushort)(_highest + 1))
        {
            BeginAt(sequence);
            _probation = SequentialMin - 1;
            return SequenceVerdict.Probation;
        }

        var first = _highest;
        if (--_probation > 0)
        {
            _highest = sequence;
            return SequenceVerdict.Probation;
        }

        // The packets that proved the source are its first: they count.
        BeginAt(first);
        _received = SequentialMin;
        MoveHighest(sequence);
        return SequenceVerdict.Accepted;
    }

    private SequenceVerdict UpdateValid(ushort sequence)
    {
        var ahead = unchecked((ushort)(sequence - _highest));
        if (ahead < DropoutMax)
        {
            MoveHighest(sequence);
        }
        else if (ahead <= SequenceModulus - MisorderMax)
        {
            // A.1: "the sequence number made a very large jump"; two in a row mean the other side restarted.
            if (sequence != _badNext)
            {
                _badNext = (sequence + 1) & (SequenceModulus - 1);
                return SequenceVerdict.Refused;
            }

            FoldIntoTotals();
            BeginAt(sequence);
            _received = 1;
            return SequenceVerdict.Restarted;
        }

        _received++;
        return SequenceVerdict.Accepted;
    }

    private void MoveHighest(ushort sequence)
    {
        if (sequence < _highest) _cycles += SequenceModulus;
        _highest = sequence;
    }

    private void BeginAt(ushort sequence)
    {
        _hasAny = true;
        _highest = sequence;
        _base = sequence;
        _cycles = 0;
        _badNext = -1;
        (_received, _expectedBefore, _receivedBefore) = (0, 0, 0);
        _hasTransit = false;
    }

    private void FoldIntoTotals()
    {
        _lostInAll += Math.Max(0, CurrentLost);
        _receivedInAll += _received;
        _received = 0;
    }

    /// <summary>A.8, with the sixteenth kept as an integer.</summary>
    private void UpdateJitter(RtpTimestamp timestamp, Instant now)
    {
        var arrival = (long)((double)now.Ticks * _clockHz / TimeSpan.TicksPerSecond);
        var transit = unchecked((int)((uint)arrival - timestamp.Value));
        if (_hasTransit)
        {
            var difference = Math.Abs((long)unchecked(transit - (int)_transit));
            _jitterTimes16 += difference - ((_jitterTimes16 + 8) >> 4);
        }

        (_transit, _hasTransit) = (transit, true);
    }
}
