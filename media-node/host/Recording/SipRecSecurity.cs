using System.Collections.Immutable;
using System.Security.Cryptography;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Rtp.Srtp;
using OrleansAcd.Sip.Sdp;

namespace OrleansAcd.MediaNode.Recording;

/// <summary>Whether and how copies for a recorder are encrypted (RFC 7866 section 12.2): SRTP with keys in the
/// descriptions (SDES, RFC 4568).</summary>
/// <param name="policy">Of the trunk to the recorder's host; null: encrypted where keys are safe on their way and the
/// recorder can (RFC 8643).</param>
/// <param name="isSignallingSecure">Keys go over TLS (RFC 4568 section 8.3).</param>
internal sealed class SipRecSecurity(EncryptionPolicy? policy, bool isSignallingSecure)
{
    /// <summary>Whether a party's copy must be encrypted. RFC 7866 section 12: a recording session is at least as
    /// secure as what it records, unless its way is protected otherwise, which a trunk's policy says.</summary>
    /// <param name="isEncrypted">The party's own media.</param>
    public bool IsRequiredFor(bool isEncrypted) =>
        policy == EncryptionPolicy.Require || (policy is null && isEncrypted);

    /// <summary>False: the party may not be sent there.</summary>
    public bool Allows(bool isEncrypted) =>
        !IsRequiredFor(isEncrypted) || (isSignallingSecure && SrtpSuite.IsSupported);

    /// <summary>A line's keys, one for each suite; none where nothing is encrypted. Few over datagrams, so that an
    /// INVITE stays small.</summary>
    public ImmutableArray<CryptoAttribute> NewKeys()
    {
        var isWanted = policy is null ? isSignallingSecure : policy != EncryptionPolicy.Forbid;
        if (!isWanted || !SrtpSuite.IsSupported) return [];

        return [.. (isSignallingSecure ? SdesSuite.All : SdesSuite.Few).Select((suite, i) => NewKey(i + 1, suite))];
    }

    private static CryptoAttribute NewKey(int tag, SdesSuite suite) =>
        new(tag, suite, RandomNumberGenerator.GetBytes(suite.MasterBytes));
}
