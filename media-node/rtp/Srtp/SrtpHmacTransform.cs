using System.Buffers.Binary;
using System.Security.Cryptography;
using OrleansAcd.MediaCore;

namespace OrleansAcd.Rtp.Srtp;

/// <summary>AES counter mode with HMAC-SHA1, RFC 3711 §4.1.1 and §4.2.1: encrypt, then authenticate.</summary>
internal sealed class SrtpHmacTransform : SrtpTransform
{
    private const int AuthenticationKeyBytes = 20;

    private readonly SrtpSuite _suite;
    private readonly AesCounterMode _rtpCipher;
    private readonly AesCounterMode _rtcpCipher;
    private readonly HmacSha1 _rtpMac;
    private readonly HmacSha1 _rtcpMac;

    public SrtpHmacTransform(SrtpKey key)
    {
        _suite = key.Suite;
        using var derivation = new AesCounterMode(key.Key, key.Salt);
        _rtpCipher = Cipher(derivation, SrtpLabel.RtpEncryption, SrtpLabel.RtpSalt);
        _rtcpCipher = Cipher(derivation, SrtpLabel.RtcpEncryption, SrtpLabel.RtcpSalt);
        _rtpMac = Mac(derivation, SrtpLabel.RtpAuthentication);
        _rtcpMac = Mac(derivation, SrtpLabel.RtcpAuthentication);
    }

    public override int ProtectRtp(Span<byte> buffer, int header, int length, ulong index)
    {
        _rtpCipher.Apply(buffer[header..length], SrtpPacket.Word(buffer, 8), index);
        Span<byte> digest = stackalloc byte[Sha1State.DigestBytes];
        RtpDigest(buffer[..length], index, digest);
        digest[.._suite.RtpTagBytes].CopyTo(buffer[length..]);
        return length + _suite.RtpTagBytes;
    }

    public override int OpenRtp(Span<byte> packet, int header, ulong index)
    {
        var length = packet.Length - _suite.RtpTagBytes;
        Span<byte> digest = stackalloc byte[Sha1State.DigestBytes];
        RtpDigest(packet[..length], index, digest);
        if (!CryptographicOperations.FixedTimeEquals(packet[length..], digest[.._suite.RtpTagBytes])) return -1;

        _rtpCipher.Apply(packet[header..length], SrtpPacket.Word(packet, 8), index);
        return length;
    }

    public override int ProtectRtcp(Span<byte> buffer, int length, uint index)
    {
        _rtcpCipher.Apply(buffer[SrtpPacket.RtcpHeaderBytes..length], SrtpPacket.Word(buffer, 4), index);
        BinaryPrimitives.WriteUInt32BigEndian(buffer[length..], index | EncryptedFlag);
        Span<byte> digest = stackalloc byte[Sha1State.DigestBytes];
        length += IndexBytes;
        _rtcpMac.Compute(buffer[..length], default, digest);
        digest[.._suite.RtcpTagBytes].CopyTo(buffer[length..]);
        return length + _suite.RtcpTagBytes;
    }

    public override int OpenRtcp(Span<byte> packet)
    {
        var signed = packet.Length - _suite.RtcpTagBytes;
        Span<byte> digest = stackalloc byte[Sha1State.DigestBytes];
        _rtcpMac.Compute(packet[..signed], default, digest);
        if (!CryptographicOperations.FixedTimeEquals(packet[signed..], digest[.._suite.RtcpTagBytes])) return -1;

        var length = signed - IndexBytes;
        var word = SrtpPacket.Word(packet, length);
        if ((word & EncryptedFlag) != 0)
        {
            var body = packet[SrtpPacket.RtcpHeaderBytes..length];
            _rtcpCipher.Apply(body, SrtpPacket.Word(packet, 4), word & ~EncryptedFlag);
        }

        return length;
    }

    public override uint RtcpIndex(ReadOnlySpan<byte> packet) =>
        SrtpPacket.Word(packet, packet.Length - _suite.RtcpTagBytes - IndexBytes) & ~EncryptedFlag;

    public override void ListMemory(ICollection<FetchedObject> list)
    {
        list.Add(new FetchedObject(this, 1));
        _rtpCipher.ListMemory(list);
        _rtpMac.ListMemory(list);
    }

    public override void Dispose()
    {
        _rtpCipher.Dispose();
        _rtcpCipher.Dispose();
        _rtpMac.Dispose();
        _rtcpMac.Dispose();
    }

    /// <summary>§4.2: "M = Authenticated Portion || ROC".</summary>
    private void RtpDigest(ReadOnlySpan<byte> signed, ulong index, Span<byte> digest)
    {
        Span<byte> rollovers = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(rollovers, (uint)(index >> 16));
        _rtpMac.Compute(signed, rollovers, digest);
    }

    private AesCounterMode Cipher(AesCounterMode derivation, byte keyLabel, byte saltLabel)
    {
        Span<byte> key = stackalloc byte[_suite.KeyBytes];
        Span<byte> salt = stackalloc byte[_suite.SaltBytes];
        derivation.Derive(keyLabel, key);
        derivation.Derive(saltLabel, salt);
        var cipher = new AesCounterMode(key, salt);
        CryptographicOperations.ZeroMemory(key);
        CryptographicOperations.ZeroMemory(salt);
        return cipher;
    }

    private static HmacSha1 Mac(AesCounterMode derivation, byte label)
    {
        Span<byte> key = stackalloc byte[AuthenticationKeyBytes];
        derivation.Derive(label, key);
        var mac = new HmacSha1(key);
        CryptographicOperations.ZeroMemory(key);
        return mac;
    }
}

/// <summary>Labels of key derivation, RFC 3711 §4.3.1 and §4.3.2.</summary>
internal static class SrtpLabel
{
    public const byte RtpEncryption = 0;
    public const byte RtpAuthentication = 1;
    public const byte RtpSalt = 2;
    public const byte RtcpEncryption = 3;
    public const byte RtcpAuthentication = 4;
    public const byte RtcpSalt = 5;
}
