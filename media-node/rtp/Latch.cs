using OrleansAcd.MediaCore;

namespace OrleansAcd.Rtp;

/// <summary>What to do with a packet, as <see cref="Latch"/> sees it.</summary>
public enum LatchVerdict
{
    /// <summary>From a stranger: drop it.</summary>
    Refuse,

    /// <summary>From the peer.</summary>
    Accept,

    /// <summary>From the peer, whose address has just become known or has just changed: send there from now
    /// on.</summary>
    AcceptNewPeer,
}

/// <summary>Who may become a stream's peer, and when.</summary>
/// <param name="AllowOtherHosts">Latch onto hosts other than the SDP's: peers behind NAT say addresses nobody can
/// reach.</param>
/// <param name="ProbationPackets">Consecutive packets of one SSRC that a source without the SDP's host must
/// show.</param>
/// <param name="TakeoverSilence">How long the peer must have been silent before another source may follow it.</param>
public sealed record LatchPolicy(bool AllowOtherHosts, int ProbationPackets, TimeSpan TakeoverSilence)
{
    public static readonly LatchPolicy Default = new(AllowOtherHosts: true, 3, TimeSpan.FromSeconds(5));
}

/// <summary>Symmetric RTP (RFC 4961) that cannot be hijacked: learns where a peer's packets really come from,
/// once.</summary>
/// <remarks>The first packet from the SDP's host latches; one from elsewhere only by policy and after probation. Once
/// latched, only <see cref="Expect"/> (a new offer or answer) or the peer's own silence followed by another source's
/// probation moves it. Allocates nothing; not thread-safe.</remarks>
public sealed class Latch(LatchPolicy policy)
{
    private TransportAddress _expected;
    private TransportAddress _peer;
    private Instant _lastHeard;
    private TransportAddress _candidate;
    private Ssrc _candidateSsrc;
    private SequenceNumber _candidateSequence;
    private int _candidatePackets;

    /// <summary>Packets refused since the beginning.</summary>
    public long Strangers { get; private set; }

    public bool IsLatched => !_peer.IsNone;

    /// <summary>Where to send: the latched peer, before that what the SDP said.</summary>
    public TransportAddress Target => IsLatched ? _peer : _expected;

    /// <summary>The SDP names an address, for the first time or anew: whoever was latched has to show up
    /// again.</summary>
    public void Expect(TransportAddress address)
    {
        _expected = address;
        _peer = default;
        _candidatePackets = 0;
    }

    public LatchVerdict Handle(TransportAddress from, Ssrc ssrc, SequenceNumber sequence, Instant now)
    {
        if (IsLatched && from == _peer)
        {
            _lastHeard = now;
            return LatchVerdict.Accept;
        }

        if (MayLatch(from, now) && PassesProbation(from, ssrc, sequence))
        {
            _peer = from;
            _lastHeard = now;
            _candidatePackets = 0;
            return LatchVerdict.AcceptNewPeer;
        }

        Strangers++;
        return LatchVerdict.Refuse;
    }

    /// <summary>The peer has spoken on a socket that hears nobody else.</summary>
    public void Touch(Instant now) => _lastHeard = now;

    /// <summary>The peer has been silent for so long that others are listened to.</summary>
    public bool IsOpen(Instant now) => !IsLatched || now - _lastHeard >= policy.TakeoverSilence;

    private bool MayLatch(TransportAddress from, Instant now) =>
        IsOpen(now) && (policy.AllowOtherHosts || from.IsSameHost(_expected));

    /// <summary>Before anybody is latched the SDP's host needs none; a successor always does.</summary>
    private bool PassesProbation(TransportAddress from, Ssrc ssrc, SequenceNumber sequence)
    {
        if (!IsLatched && from.IsSameHost(_expected)) return true;

        var follows = from == _candidate && ssrc == _candidateSsrc && sequence == _candidateSequence.Next;
        _candidatePackets = follows && _candidatePackets > 0 ? _candidatePackets + 1 : 1;
        (_candidate, _candidateSsrc, _candidateSequence) = (from, ssrc, sequence);
        return _candidatePackets >= policy.ProbationPackets;
    }
}
