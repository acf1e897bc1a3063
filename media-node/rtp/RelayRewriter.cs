using OrleansAcd.MediaCore;

namespace OrleansAcd.Rtp;

/// <summary>One outgoing RTP stream whatever feeds it: one SSRC, running sequence numbers and timestamps (RFC 3550
/// §5.1).</summary>
/// <remarks>Relayed packets keep their source's increments, gaps and order, so that loss stays visible and events keep
/// their timestamp. When the source changes (another SSRC, a restart, music to agent) the stream goes on behind what
/// was sent, the timestamp jumps by the time that passed, and the marker says so. Works in place; allocates
/// nothing.</remarks>
public sealed class RelayRewriter
{
    /// <summary>Frames of 20 ms in a second.</summary>
    private const int FramesPerSecond = 50;

    /// <summary>RFC 3550 A.1: beyond these a source has restarted.</summary>
    private const int DropoutMax = 3_000;
    private const int MisorderMax = 100;

    private enum Feed
    {
        None,
        Own,
        Relay,
    }

    private SequenceNumber _nextSequence;
    private RtpTimestamp _lastTimestamp;
    private Instant _lastSent;
    private bool _hasSent;

    private Feed _feed;
    private Ssrc _source;
    private SequenceNumber _sourceHighest;
    private SequenceNumber _sourceFirst;
    private int _sourceForwarded;
    private int _sequenceOffset;
    private uint _timestampOffset;

    /// <param name="random">RFC 3550 §5.1: SSRC and both initial values SHOULD be random.</param>
    public RelayRewriter(IIdSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        Ssrc = new Ssrc((uint)random.NextBits());
        var bits = random.NextBits();

        // RFC 3711 §3.3.1: below 2^15, so that the loss of the first packets cannot hide a rollover.
        _nextSequence = new SequenceNumber((ushort)(bits & 0x7FFF));
        _lastTimestamp = new RtpTimestamp((uint)(bits >> 32));
    }

    public Ssrc Ssrc { get; }

    /// <summary>Rate of the timestamps: the agreed codec's (RFC 3551 section 4.1).</summary>
    public int ClockHz { get; set; } = 8_000;

    /// <summary>RFC 3550 §6.4.1: what sender reports count.</summary>
    public uint PacketsSent { get; private set; }

    public uint PayloadBytesSent { get; private set; }

    /// <summary>Packets that came too late: their source's place in the stream is taken.</summary>
    public long LatePackets { get; private set; }

    public bool HasSent => _hasSent;

    /// <summary>Whatever comes next comes from another source.</summary>
    public void SwitchSource() => _feed = Feed.None;

    /// <summary>The timestamp that audio sent at this moment would have: for sender reports.</summary>
    public RtpTimestamp TimestampAt(Instant now) => _lastTimestamp.Advance(TicksBetween(_lastSent, now));

    /// <summary>Makes a received packet one of this stream, in place.</summary>
    /// <returns>The packet to send, a part of <paramref name="packet"/>; empty when it must not be sent.</returns>
    public Span<byte> Rewrite(Span<byte> packet, in RtpHeader header, byte payloadType, Instant now)
    {
        var marker = header.Marker;
        if (!IsCurrent(header) || HasRestarted(header.Sequence))
        {
            BeginSource(header, now);
            marker = true;
        }
        else if (header.Sequence.DistanceFrom(_sourceFirst) < 0 && _sourceForwarded < DropoutMax)
        {
            LatePackets++;
            return default;
        }

        var sequence = header.Sequence.Advance(_sequenceOffset);
        var timestamp = header.Timestamp.Advance(_timestampOffset);
        if (header.Sequence.DistanceFrom(_sourceHighest) >= 0) Advance(header.Sequence, sequence, timestamp, now);

        // Without the source's CSRCs, extension and padding: nobody negotiated them with the listener.
        var outgoing = packet.Slice(
            header.PayloadOffset - RtpHeader.FixedBytes, RtpHeader.FixedBytes + header.PayloadLength);
        return Finish(outgoing, new RtpHeader(marker, payloadType, sequence, timestamp, Ssrc, 0, 0));
    }

    /// <summary>A packet of the source is not forwarded on purpose: the sequence must not show a gap.</summary>
    public void Skip(in RtpHeader header)
    {
        if (!IsCurrent(header) || header.Sequence.DistanceFrom(_sourceHighest) <= 0) return;

        _sourceHighest = header.Sequence;
        _sequenceOffset--;
    }

    /// <summary>Puts the header of a packet of our own (prompt, music, mix) before its payload.</summary>
    /// <param name="packet">Twelve bytes of room, then the payload.</param>
    /// <param name="payloadType">As negotiated.</param>
    /// <param name="ticks">What the timestamp goes on by; one frame, or more when frames were left out.</param>
    /// <param name="now">When it is sent.</param>
    public void WriteOwn(Span<byte> packet, byte payloadType, int ticks, Instant now)
    {
        var isFirst = _feed != Feed.Own;
        var timestamp = isFirst ? NewSourceTimestamp(now) : _lastTimestamp.Advance(ticks);
        var sequence = _nextSequence;
        _feed = Feed.Own;
        (_nextSequence, _lastTimestamp, _lastSent, _hasSent) = (sequence.Next, timestamp, now, true);
        Finish(packet, new RtpHeader(isFirst, payloadType, sequence, timestamp, Ssrc, 0, 0));
    }

    /// <summary>The next packets are an event of our own (RFC 4733 section 2.2): all of them carry the timestamp of its
    /// beginning, which is this.</summary>
    public RtpTimestamp BeginEvent(Instant now)
    {
        var timestamp = NewSourceTimestamp(now);
        (_feed, _lastTimestamp, _lastSent, _hasSent) = (Feed.None, timestamp, now, true);
        return timestamp;
    }

    /// <summary>Puts the header of a telephone-event (RFC 4733) before its payload, between packets of our own or
    /// relayed ones.</summary>
    /// <param name="packet">Twelve bytes of room, then the payload.</param>
    /// <param name="payloadType">As negotiated.</param>
    /// <param name="isFirst">The event's first packet has the marker (section 2.5.1.1).</param>
    /// <param name="began">The event's beginning, the same in all its packets (section 2.2).</param>
    public void WriteEvent(Span<byte> packet, byte payloadType, bool isFirst, RtpTimestamp began)
    {
        var sequence = _nextSequence;
        _nextSequence = sequence.Next;
        _sequenceOffset++;
        Finish(packet, new RtpHeader(isFirst, payloadType, sequence, began, Ssrc, 0, 0));
    }

    private Span<byte> Finish(Span<byte> outgoing, RtpHeader header)
    {
        header.Write(outgoing);
        PacketsSent++;
        PayloadBytesSent += (uint)(outgoing.Length - RtpHeader.FixedBytes);
        return outgoing;
    }

    private bool IsCurrent(in RtpHeader header) => _feed == Feed.Relay && header.Ssrc == _source;

    private bool HasRestarted(SequenceNumber sequence) =>
        sequence.DistanceFrom(_sourceHighest) is > DropoutMax or < -MisorderMax;

    private void BeginSource(in RtpHeader header, Instant now)
    {
        _feed = Feed.Relay;
        _source = header.Ssrc;
        _sourceFirst = _sourceHighest = header.Sequence;
        _sourceForwarded = 0;
        _sequenceOffset = _nextSequence.DistanceFrom(header.Sequence);
        _timestampOffset = unchecked(NewSourceTimestamp(now).Value - header.Timestamp.Value);
    }

    private void Advance(SequenceNumber source, SequenceNumber sent, RtpTimestamp timestamp, Instant now)
    {
        _sourceHighest = source;
        if (_sourceForwarded < DropoutMax) _sourceForwarded++;
        (_nextSequence, _lastTimestamp, _lastSent, _hasSent) = (sent.Next, timestamp, now, true);
    }

    /// <summary>At least a frame behind what was sent, else as much later as the clock says.</summary>
    private RtpTimestamp NewSourceTimestamp(Instant now) => _hasSent
        ? _lastTimestamp.Advance(Math.Max(ClockHz / FramesPerSecond, TicksBetween(_lastSent, now)))
        : _lastTimestamp;

    private long TicksBetween(Instant from, Instant to) =>
        Math.Max(0, (to - from).Ticks * ClockHz / TimeSpan.TicksPerSecond);
}
