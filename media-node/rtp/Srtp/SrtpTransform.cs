using OrleansAcd.MediaCore;

namespace OrleansAcd.Rtp.Srtp;

/// <summary>One direction's session keys at work on whole packets, in place: RFC 3711 §3.3 and §3.4, RFC 7714 §8 and
/// §9.</summary>
/// <remarks>Lengths were checked by the caller. A packet that fails to open is left as it was.</remarks>
internal abstract class SrtpTransform : IDisposable
{
    /// <summary>SRTCP: "E || SRTCP index".</summary>
    protected const uint EncryptedFlag = 0x8000_0000;

    protected const int IndexBytes = sizeof(uint);

    public static SrtpTransform Create(SrtpKey key) =>
        key.Suite.IsAead ? new SrtpGcmTransform(key) : new SrtpHmacTransform(key);

    /// <param name="buffer">The packet, and room for the tag behind it.</param>
    /// <param name="header">Its readable bytes.</param>
    /// <param name="length">Header and payload.</param>
    /// <returns>The protected packet's length.</returns>
    public abstract int ProtectRtp(Span<byte> buffer, int header, int length, ulong index);

    /// <summary>The plain packet's length, or -1 when it is forged.</summary>
    public abstract int OpenRtp(Span<byte> packet, int header, ulong index);

    public abstract int ProtectRtcp(Span<byte> buffer, int length, uint index);

    /// <summary>The plain packet's length, or -1 when it is forged.</summary>
    public abstract int OpenRtcp(Span<byte> packet);

    /// <summary>The index that an SRTCP packet states; nothing is authenticated by reading it.</summary>
    public abstract uint RtcpIndex(ReadOnlySpan<byte> packet);

    /// <summary>What an RTP packet needs of it.</summary>
    public abstract void ListMemory(ICollection<FetchedObject> list);

    public abstract void Dispose();
}
