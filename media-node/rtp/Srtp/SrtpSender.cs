using System.Diagnostics;
using OrleansAcd.MediaCore;

namespace OrleansAcd.Rtp.Srtp;

/// <summary>Protects what one side sends with one master key: SRTP and SRTCP, RFC 3711 §3.3 and §3.4.</summary>
/// <remarks>In place; allocates nothing; not thread-safe. No index is ever used twice: a packet sent before is refused,
/// since two packets under one key stream give both away (§9.1).</remarks>
public sealed class SrtpSender : IDisposable
{
    private const uint RtcpIndexMax = 0x7FFF_FFFF;

    private readonly SrtpTransform _transform;
    private readonly SrtpSources _sources = new();
    private uint _rtcpIndex;

    public SrtpSender(SrtpKey key)
        : this(key, 0)
    {
    }

    /// <summary>For tests of the limit: RTCP's index begins here.</summary>
    internal SrtpSender(SrtpKey key, uint rtcpIndex)
    {
        ArgumentNullException.ThrowIfNull(key);
        Key = key;
        _transform = SrtpTransform.Create(key);
        _rtcpIndex = rtcpIndex;
    }

    public SrtpKey Key { get; }

    public SrtpDrops Drops { get; private set; }

    /// <param name="buffer">The packet, and <see cref="SrtpSuite.GrowthMaxBytes"/> of room behind it.</param>
    /// <param name="length">Of the packet; afterwards of the protected one.</param>
    public SrtpVerdict ProtectRtp(Span<byte> buffer, ref int length)
    {
        Debug.Assert(buffer.Length >= length + Key.Suite.RtpTagBytes, "no room for the tag");
        var header = SrtpPacket.RtpHeaderBytes(buffer[..length]);
        if (header == 0 || length > SrtpPacket.BytesMax - SrtpSuite.GrowthMaxBytes) return Drop(SrtpVerdict.Malformed);

        var ssrc = SrtpPacket.Word(buffer, 8);
        var place = _sources.Find(ssrc);
        if (place < 0 && _sources.IsFull) return Drop(SrtpVerdict.Exhausted);
        if (_sources.Estimate(place, Sequence(buffer)) is not { } index) return Drop(SrtpVerdict.Exhausted);
        if (_sources.IsSeen(place, index) || IsBeforeFirst(place, index)) return Drop(SrtpVerdict.Replayed);

        length = _transform.ProtectRtp(buffer, header, length, index);
        _sources.Accept(place, ssrc, index);
        return SrtpVerdict.Done;
    }

    /// <param name="buffer">The compound packet, and <see cref="SrtpSuite.GrowthMaxBytes"/> of room behind it.</param>
    /// <param name="length">Of the packet; afterwards of the protected one.</param>
    public SrtpVerdict ProtectRtcp(Span<byte> buffer, ref int length)
    {
        Debug.Assert(buffer.Length >= length + Key.Suite.RtcpTagBytes + sizeof(uint), "no room for the tag");
        var isSound = SrtpPacket.IsRtcp(buffer[..length]) && length <= SrtpPacket.BytesMax - SrtpSuite.GrowthMaxBytes;
        if (!isSound) return Drop(SrtpVerdict.Malformed);

        // §3.4: from zero, one more for each packet, never again the same.
        if (_rtcpIndex >= RtcpIndexMax) return Drop(SrtpVerdict.Exhausted);

        length = _transform.ProtectRtcp(buffer, length, ++_rtcpIndex);
        return SrtpVerdict.Done;
    }

    /// <summary>What an RTP packet leads to, to be fetched before it comes.</summary>
    public void ListMemory(ICollection<FetchedObject> list)
    {
        ArgumentNullException.ThrowIfNull(list);
        list.Add(new FetchedObject(this, 2));
        list.Add(new FetchedObject(Key, 1));
        _sources.ListMemory(list);
        _transform.ListMemory(list);
    }

    public void Dispose() => _transform.Dispose();

    internal static ushort Sequence(ReadOnlySpan<byte> packet) => (ushort)((packet[2] << 8) | packet[3]);

    /// <summary>A late packet from before the first one sent reads as one far ahead, and must not move the
    /// counter.</summary>
    private bool IsBeforeFirst(int place, ulong index) => place >= 0 && index > _sources.Highest(place) + 0x8000;

    private SrtpVerdict Drop(SrtpVerdict verdict)
    {
        Drops = Drops.With(verdict);
        return verdict;
    }
}
