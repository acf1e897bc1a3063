using OrleansAcd.MediaCore;

namespace OrleansAcd.Rtp.Srtp;

/// <summary>Opens what the other side sends with one master key: SRTP and SRTCP, RFC 3711 §3.3 and §3.4.</summary>
/// <remarks>In place; allocates nothing; not thread-safe. A packet that is forged, replayed or malformed changes
/// neither any state nor its own bytes.</remarks>
public sealed class SrtpReceiver : IDisposable
{
    private readonly SrtpTransform _transform;
    private readonly SrtpSources _rtp = new();
    private readonly SrtpSources _rtcp = new();

    public SrtpReceiver(SrtpKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        Key = key;
        _transform = SrtpTransform.Create(key);
    }

    public SrtpKey Key { get; }

    public SrtpDrops Drops { get; private set; }

    /// <summary>Authentic packets, RTP and RTCP together.</summary>
    public long Opened { get; private set; }

    /// <param name="length">Of the plain packet, which lies at the beginning; zero unless it is authentic.</param>
    public SrtpVerdict OpenRtp(Span<byte> packet, out int length)
    {
        var verdict = TryRtp(packet, out length);
        Count(verdict);
        return verdict;
    }

    /// <param name="length">Of the plain packet, which lies at the beginning; zero unless it is authentic.</param>
    public SrtpVerdict OpenRtcp(Span<byte> packet, out int length)
    {
        var verdict = TryRtcp(packet, out length);
        Count(verdict);
        return verdict;
    }

    /// <summary>What an RTP packet leads to, to be fetched before it comes.</summary>
    public void ListMemory(ICollection<FetchedObject> list)
    {
        ArgumentNullException.ThrowIfNull(list);
        list.Add(new FetchedObject(this, 2));
        list.Add(new FetchedObject(Key, 1));
        _rtp.ListMemory(list);
        _transform.ListMemory(list);
    }

    public void Dispose() => _transform.Dispose();

    private SrtpVerdict TryRtp(Span<byte> packet, out int length)
    {
        length = 0;
        var header = SrtpPacket.RtpHeaderBytes(packet);
        if (header == 0 || packet.Length < header + Key.Suite.RtpTagBytes) return SrtpVerdict.Malformed;

        var ssrc = SrtpPacket.Word(packet, 8);
        var place = _rtp.Find(ssrc);
        if (_rtp.Estimate(place, SrtpSender.Sequence(packet)) is not { } index) return SrtpVerdict.Exhausted;
        if (_rtp.IsSeen(place, index)) return SrtpVerdict.Replayed;

        var opened = _transform.OpenRtp(packet, header, index);
        if (opened < 0 && place < 0 && (ushort)index < 0x8000)
        {
            // Of a new source the packets before a rollover may have been lost: low numbers can be its second round.
            index += 0x1_0000;
            opened = _transform.OpenRtp(packet, header, index);
        }

        if (opened < 0) return SrtpVerdict.Forged;

        _rtp.Accept(place, ssrc, index);
        length = opened;
        return SrtpVerdict.Done;
    }

    private SrtpVerdict TryRtcp(Span<byte> packet, out int length)
    {
        length = 0;
        var least = SrtpPacket.RtcpHeaderBytes + sizeof(uint) + Key.Suite.RtcpTagBytes;
        if (!SrtpPacket.IsRtcp(packet) || packet.Length < least) return SrtpVerdict.Malformed;

        var ssrc = SrtpPacket.Word(packet, 4);
        var place = _rtcp.Find(ssrc);
        var index = _transform.RtcpIndex(packet);
        if (_rtcp.IsSeen(place, index)) return SrtpVerdict.Replayed;

        var opened = _transform.OpenRtcp(packet);
        if (opened < 0) return SrtpVerdict.Forged;

        _rtcp.Accept(place, ssrc, index);
        length = opened;
        return SrtpVerdict.Done;
    }

    private void Count(SrtpVerdict verdict)
    {
        if (verdict == SrtpVerdict.Done) Opened++;
        else Drops = Drops.With(verdict);
    }
}
