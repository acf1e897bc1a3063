using System.Collections.Immutable;

namespace OrleansAcd.Sip.Sdp;

/// <summary>A crypto suite as SDP names it, and how long its master key and salt are together: RFC 4568 §6.2, RFC 6188
/// §4, RFC 7714 §14.</summary>
public sealed record SdesSuite(string Name, int MasterBytes)
{
    /// <summary>In the order in which they are offered: what every phone knows comes first.</summary>
    public static ImmutableArray<SdesSuite> All { get; } =
    [
        new("AES_CM_128_HMAC_SHA1_80", 30), new("AEAD_AES_256_GCM", 44), new("AEAD_AES_128_GCM", 28),
        new("AES_256_CM_HMAC_SHA1_80", 46), new("AES_CM_128_HMAC_SHA1_32", 30), new("AES_256_CM_HMAC_SHA1_32", 46),
    ];

    /// <summary>For datagrams, where every line counts: RFC 3261 §18.1.1 sends larger requests over TCP.</summary>
    public static ImmutableArray<SdesSuite> Few { get; } = [.. All.Take(2)];

    /// <summary>Null when unknown; names are compared as written.</summary>
    public static SdesSuite? Find(string name)
    {
        foreach (var suite in All)
        {
            if (suite.Name == name) return suite;
        }

        return null;
    }

    public override string ToString() => Name;
}
