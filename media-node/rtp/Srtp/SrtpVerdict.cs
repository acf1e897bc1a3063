namespace OrleansAcd.Rtp.Srtp;

/// <summary>What became of a packet.</summary>
public enum SrtpVerdict
{
    /// <summary>Protected, or authentic and open.</summary>
    Done,

    /// <summary>Too short, too long, or not RTP or RTCP.</summary>
    Malformed,

    /// <summary>Its tag is not ours: forged, damaged, or under another key.</summary>
    Forged,

    /// <summary>Seen before, or too old to tell (RFC 3711 §3.3.2).</summary>
    Replayed,

    /// <summary>RFC 3711 §9.2: 2^48 packets, or 2^31 of RTCP, were sent with this key, or it has more sources than are
    /// kept.</summary>
    Exhausted,
}

/// <summary>Packets that were dropped, by reason.</summary>
public readonly record struct SrtpDrops(long Malformed, long Forged, long Replayed, long Exhausted)
{
    public static SrtpDrops operator +(SrtpDrops left, SrtpDrops right) => new(
        left.Malformed + right.Malformed, left.Forged + right.Forged, left.Replayed + right.Replayed,
        left.Exhausted + right.Exhausted);

    public static SrtpDrops Add(SrtpDrops left, SrtpDrops right) => left + right;

    internal SrtpDrops With(SrtpVerdict verdict) => verdict switch
    {
        SrtpVerdict.Malformed => this with { Malformed = Malformed + 1 },
        SrtpVerdict.Forged => this with { Forged = Forged + 1 },
        SrtpVerdict.Replayed => this with { Replayed = Replayed + 1 },
        SrtpVerdict.Exhausted => this with { Exhausted = Exhausted + 1 },
        _ => this,
    };
}
