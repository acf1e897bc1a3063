namespace OrleansAcd.Sip.Digest;

/// <summary>What a server keeps of an account: the hashes, not the password (RFC 7616 section 5.3 on
/// storing).</summary>
/// <param name="Ha1Md5">H(user:realm:password) by MD5, or null when the account may not use it.</param>
/// <param name="Ha1Sha256">The same by SHA-256.</param>
public sealed record DigestAccount(string User, string Realm, string? Ha1Md5, string? Ha1Sha256)
{
    public static DigestAccount FromPassword(string user, string realm, string password) => new(
        user, realm,
        DigestMath.Ha1(DigestAlgorithm.Md5, user, realm, password),
        DigestMath.Ha1(DigestAlgorithm.Sha256, user, realm, password));

    internal string? Ha1(DigestScheme scheme) => scheme switch
    {
        { Session: false, Algorithm: DigestAlgorithm.Sha256 } => Ha1Sha256,
        { Session: false, Algorithm: DigestAlgorithm.Md5 } => Ha1Md5,
        _ => null,
    };
}

/// <summary>Where accounts are looked up; answers at once, from memory.</summary>
public interface IDigestAccounts
{
    DigestAccount? Find(string user, string realm);
}
