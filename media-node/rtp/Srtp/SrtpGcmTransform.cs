using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using OrleansAcd.MediaCore;

namespace OrleansAcd.Rtp.Srtp;

/// <summary>AES-GCM, RFC 7714: the header is associated data, the tag stands behind the cipher.</summary>
internal sealed class SrtpGcmTransform : SrtpTransform
{
    private const int TagBytes = AesGcmCipher.TagBytes;

    private readonly AesGcmCipher _rtp;
    private readonly AesGcmCipher _rtcp;

    public SrtpGcmTransform(SrtpKey key)
    {
        using var derivation = new AesCounterMode(key.Key, key.Salt);
        _rtp = Cipher(key.Suite, derivation, SrtpLabel.RtpEncryption, SrtpLabel.RtpSalt);
        _rtcp = Cipher(key.Suite, derivation, SrtpLabel.RtcpEncryption, SrtpLabel.RtcpSalt);
    }

    /// <summary>With session keys as they are, for the vectors of RFC 7714, which derive none.</summary>
    internal SrtpGcmTransform(ReadOnlySpan<byte> key, ReadOnlySpan<byte> salt) =>
        (_rtp, _rtcp) = (new AesGcmCipher(key, salt), new AesGcmCipher(key, salt));

    public override int ProtectRtp(Span<byte> buffer, int header, int length, ulong index)
    {
        var associated = new AssociatedData(buffer[..header], default);
        var payload = buffer[header..length];
        _rtp.Seal(SrtpPacket.Word(buffer, 8), index, associated, payload, payload, buffer[length..]);
        return length + TagBytes;
    }

    [SkipLocalsInit]
    public override int OpenRtp(Span<byte> packet, int header, ulong index)
    {
        var length = packet.Length - TagBytes;
        Span<byte> plain = stackalloc byte[SrtpPacket.BytesMax];
        plain = plain[..(length - header)];
        var associated = new AssociatedData(packet[..header], default);
        var cipher = packet[header..length];
        if (!_rtp.TryOpen(SrtpPacket.Word(packet, 8), index, associated, cipher, packet[length..], plain)) return -1;

        plain.CopyTo(cipher);
        return length;
    }

    /// <summary>§9.3: header, cipher with its tag, then the word of E and index, which is authenticated too.</summary>
    public override int ProtectRtcp(Span<byte> buffer, int length, uint index)
    {
        var word = buffer.Slice(length + TagBytes, IndexBytes);
        BinaryPrimitives.WriteUInt32BigEndian(word, index | EncryptedFlag);
        var associated = new AssociatedData(buffer[..SrtpPacket.RtcpHeaderBytes], word);
        var body = buffer[SrtpPacket.RtcpHeaderBytes..length];
        _rtcp.Seal(SrtpPacket.Word(buffer, 4), index, associated, body, body, buffer[length..]);
        return length + TagBytes + IndexBytes;
    }

    public override int OpenRtcp(Span<byte> packet)
    {
        var length = packet.Length - TagBytes - IndexBytes;
        var word = SrtpPacket.Word(packet, packet.Length - IndexBytes);
        return (word & EncryptedFlag) != 0 ? OpenEncrypted(packet, length, word) : OpenPlain(packet, length, word);
    }

    public override uint RtcpIndex(ReadOnlySpan<byte> packet) =>
        SrtpPacket.Word(packet, packet.Length - IndexBytes) & ~EncryptedFlag;

    public override void ListMemory(ICollection<FetchedObject> list)
    {
        list.Add(new FetchedObject(this, 1));
        _rtp.ListMemory(list);
    }

    public override void Dispose()
    {
        _rtp.Dispose();
        _rtcp.Dispose();
    }

    [SkipLocalsInit]
    private int OpenEncrypted(Span<byte> packet, int length, uint word)
    {
        Span<byte> plain = stackalloc byte[SrtpPacket.BytesMax];
        plain = plain[..(length - SrtpPacket.RtcpHeaderBytes)];
        var associated = new AssociatedData(packet[..SrtpPacket.RtcpHeaderBytes], packet[(length + TagBytes)..]);
        var cipher = packet[SrtpPacket.RtcpHeaderBytes..length];
        var tag = packet.Slice(length, TagBytes);
        var index = word & ~EncryptedFlag;
        if (!_rtcp.TryOpen(SrtpPacket.Word(packet, 4), index, associated, cipher, tag, plain)) return -1;

        plain.CopyTo(cipher);
        return length;
    }

    /// <summary>§9.3: a packet that is tagged only is associated data altogether.</summary>
    private int OpenPlain(Span<byte> packet, int length, uint word)
    {
        var associated = new AssociatedData(packet[..length], packet[(length + TagBytes)..]);
        var tag = packet.Slice(length, TagBytes);
        return _rtcp.TryOpen(SrtpPacket.Word(packet, 4), word, associated, default, tag, default) ? length : -1;
    }

    private static AesGcmCipher Cipher(SrtpSuite suite, AesCounterMode derivation, byte keyLabel, byte saltLabel)
    {
        Span<byte> key = stackalloc byte[suite.KeyBytes];
        Span<byte> salt = stackalloc byte[suite.SaltBytes];
        derivation.Derive(keyLabel, key);
        derivation.Derive(saltLabel, salt);
        var cipher = new AesGcmCipher(key, salt);
        CryptographicOperations.ZeroMemory(key);
        CryptographicOperations.ZeroMemory(salt);
        return cipher;
    }
}
