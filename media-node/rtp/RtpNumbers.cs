namespace OrleansAcd.Rtp;

/// <summary>RTP sequence number (RFC 3550 §5.1): 16 bits, wraps.</summary>
public readonly record struct SequenceNumber(ushort Value)
{
    public SequenceNumber Next => Advance(1);

    public SequenceNumber Advance(int count) => new(unchecked((ushort)(Value + count)));

    /// <summary>How far this is ahead of <paramref name="other"/> on the circle: -32,768 to 32,767.</summary>
    public int DistanceFrom(SequenceNumber other) => unchecked((short)(Value - other.Value));
}

/// <summary>RTP timestamp (RFC 3550 §5.1): 32 bits in units of the payload's clock, wraps.</summary>
public readonly record struct RtpTimestamp(uint Value)
{
    public RtpTimestamp Advance(long ticks) => new(unchecked(Value + (uint)ticks));

    /// <summary>How far this is ahead of <paramref name="other"/> on the circle, in ticks.</summary>
    public int DistanceFrom(RtpTimestamp other) => unchecked((int)(Value - other.Value));
}

/// <summary>Synchronisation source (RFC 3550 §3): who speaks, within one session.</summary>
public readonly record struct Ssrc(uint Value);
