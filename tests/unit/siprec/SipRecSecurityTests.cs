using OrleansAcd.Contracts.Media;
using OrleansAcd.MediaNode.Recording;
using OrleansAcd.Rtp.Srtp;
using Xunit;

namespace OrleansAcd.Tests.Unit.SipRec;

/// <summary>RFC 7866 section 12: a recording session is at least as secure as what it records; a trunk's policy says
/// where the way to the recorder is protected otherwise.</summary>
public sealed class SipRecSecurityTests
{
    [SkippableTheory]
    [InlineData(null, false, false, true, 0)]
    [InlineData(null, false, true, false, 0)]
    [InlineData(null, true, false, true, 1)]
    [InlineData(null, true, true, true, 1)]
    [InlineData(EncryptionPolicy.Forbid, false, true, true, 0)]
    [InlineData(EncryptionPolicy.Prefer, false, true, true, 1)]
    [InlineData(EncryptionPolicy.Require, false, false, false, 1)]
    [InlineData(EncryptionPolicy.Require, true, true, true, 1)]
    public void WhoIsEncryptedIsNotCopiedPlainUnlessATrunkSaysSo(
        EncryptionPolicy? policy, bool isTls, bool isEncrypted, bool allows, int keys)
    {
        Skip.IfNot(SrtpSuite.IsSupported, "libcrypto is not here");
        var security = new SipRecSecurity(policy, isTls);

        Assert.Equal(allows, security.Allows(isEncrypted));
        Assert.Equal(keys, Math.Min(1, security.NewKeys().Length));
    }

    [Theory]
    [InlineData(null, true, true)]
    [InlineData(null, false, false)]
    [InlineData(EncryptionPolicy.Prefer, true, false)]
    [InlineData(EncryptionPolicy.Forbid, true, false)]
    [InlineData(EncryptionPolicy.Require, false, true)]
    public void ALineOfWhoIsEncryptedIsSecureOnlyWhereNoTrunkSaysOtherwise(
        EncryptionPolicy? policy, bool isEncrypted, bool isRequired) =>
        Assert.Equal(isRequired, new SipRecSecurity(policy, isSignallingSecure: true).IsRequiredFor(isEncrypted));
}
