using System.Collections.Immutable;

namespace OrleansAcd.Rtp.Srtp;

/// <summary>A crypto suite of SRTP, named as in SDP: RFC 4568 §6.2, RFC 6188 §4, RFC 7714 §14.</summary>
/// <param name="Name">As in <c>a=crypto</c>.</param>
/// <param name="KeyBytes">Of the master key, and of the session's encryption key.</param>
/// <param name="SaltBytes">Of the master salt, and of the session's.</param>
/// <param name="RtpTagBytes">Authentication tag of an SRTP packet.</param>
/// <param name="RtcpTagBytes">Of an SRTCP packet: RFC 3711 §5.2 keeps 80 bits there where SRTP has 32.</param>
/// <param name="IsAead">AES-GCM, whose tag is part of the cipher; else AES in counter mode with HMAC-SHA1.</param>
public sealed record SrtpSuite(
    string Name, int KeyBytes, int SaltBytes, int RtpTagBytes, int RtcpTagBytes, bool IsAead)
{
    public static readonly SrtpSuite AesCm128HmacSha1Tag80 = new("AES_CM_128_HMAC_SHA1_80", 16, 14, 10, 10, false);
    public static readonly SrtpSuite AesCm128HmacSha1Tag32 = new("AES_CM_128_HMAC_SHA1_32", 16, 14, 4, 10, false);
    public static readonly SrtpSuite AesCm256HmacSha1Tag80 = new("AES_256_CM_HMAC_SHA1_80", 32, 14, 10, 10, false);
    public static readonly SrtpSuite AesCm256HmacSha1Tag32 = new("AES_256_CM_HMAC_SHA1_32", 32, 14, 4, 10, false);
    public static readonly SrtpSuite AeadAes128Gcm = new("AEAD_AES_128_GCM", 16, 12, 16, 16, true);
    public static readonly SrtpSuite AeadAes256Gcm = new("AEAD_AES_256_GCM", 32, 12, 16, 16, true);

    /// <summary>What a packet may grow by: the longest tag, and SRTCP's index word.</summary>
    public const int GrowthMaxBytes = 16 + sizeof(uint);

    /// <summary>All, in the order in which they are offered: what every phone knows comes first.</summary>
    public static ImmutableArray<SrtpSuite> All { get; } =
    [
        AesCm128HmacSha1Tag80, AeadAes256Gcm, AeadAes128Gcm, AesCm256HmacSha1Tag80, AesCm128HmacSha1Tag32,
        AesCm256HmacSha1Tag32,
    ];

    /// <summary>False where the system has no OpenSSL 3: then no leg is encrypted.</summary>
    public static bool IsSupported => LibCrypto.IsPresent;

    /// <summary>Master key and salt together, as <c>inline:</c> carries them.</summary>
    public int MasterBytes => KeyBytes + SaltBytes;

    /// <summary>Null when the name means nothing to us. Names are compared as written (RFC 4568 §9.1).</summary>
    public static SrtpSuite? Find(ReadOnlySpan<char> name)
    {
        foreach (var suite in All)
        {
            if (name.SequenceEqual(suite.Name)) return suite;
        }

        return null;
    }

    public override string ToString() => Name;
}
