using OrleansAcd.Rtp.Srtp;
using OrleansAcd.Sip.Sdp;

namespace OrleansAcd.MediaNode.Media;

/// <summary>SRTP's keys from those of a description (RFC 4568).</summary>
internal static class LegKeys
{
    public static LegCrypto Of(AgreedCrypto agreed) => new(KeyOf(agreed.Local), KeyOf(agreed.Remote));

    private static SrtpKey KeyOf(CryptoAttribute line) =>
        SrtpSuite.Find(line.Suite.Name) is { } suite && SrtpKey.TryCreate(suite, line.Master, out var key)
            ? key
            : throw new InvalidOperationException($"SDP knows {line.Suite} and SRTP does not");
}
