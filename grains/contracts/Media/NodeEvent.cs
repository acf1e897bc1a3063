using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans;
using OrleansAcd.Contracts.Centre;

namespace OrleansAcd.Contracts.Media;

/// <summary>What a media node tells about itself and the phones that registered with it.</summary>
[GenerateSerializer, Immutable, Alias("acd.NodeEvent")]
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(NodeUp), "node-up")]
[JsonDerivedType(typeof(NodeDraining), "node-draining")]
[JsonDerivedType(typeof(PhoneChanged), "phone-changed")]
public abstract record NodeEvent(NodeId Node);

/// <summary>A node is up and takes calls; it wants its <see cref="NodeSettings"/>.</summary>
[GenerateSerializer, Immutable, Alias("acd.NodeUp")]
public sealed record NodeUp(NodeId Node, int CallsMax) : NodeEvent(Node);

/// <summary>A node takes no more calls and will end.</summary>
[GenerateSerializer, Immutable, Alias("acd.NodeDraining")]
public sealed record NodeDraining(NodeId Node) : NodeEvent(Node);

/// <summary>The registrations of one agent's phones at this node, all of them, after a change; empty: none is
/// left.</summary>
[GenerateSerializer, Immutable, Alias("acd.PhoneChanged")]
public sealed record PhoneChanged(NodeId Node, AgentId Agent, ImmutableArray<PhoneContact> Contacts) : NodeEvent(Node);

/// <summary>What every node has to know of the centre: who may register. Sent whole after each change.</summary>
/// <param name="Version">The centre's version; an older one is ignored.</param>
[GenerateSerializer, Immutable, Alias("acd.NodeSettings")]
public sealed record NodeSettings(long Version, string Realm, ImmutableArray<SipAccount> Accounts)
{
    /// <summary>How phones are challenged.</summary>
    [Id(0)]
    public PhoneDigest Digest { get; init; }

    /// <summary>Known peers that are no phones.</summary>
    [Id(1)]
    public ImmutableArray<TrunkSettings> Trunks { get; init; } = [];
}

/// <summary>A SIP trunk: a provider or another system, known by its address or certificate.</summary>
/// <param name="Uri">Where calls out go: <c>sip:host:port;transport=tls</c>.</param>
/// <param name="Sources">Addresses that its requests come from, e.g. 192.0.2.10; at most 16.</param>
/// <param name="CertificateName">For TLS, the name its certificate must hold; null: no client certificate is
/// asked for.</param>
[GenerateSerializer, Immutable, Alias("acd.TrunkSettings")]
public sealed record TrunkSettings(
    string Id, string Uri, ImmutableArray<string> Sources, string? CertificateName, EncryptionPolicy Encryption,
    SipAccount? Account);

/// <summary>Whether the media of a trunk's or agent's legs is encrypted (SRTP). Never downgraded silently.</summary>
public enum EncryptionPolicy
{
    /// <summary>Encrypted where the other side can (RFC 8643), plain otherwise.</summary>
    Prefer,

    /// <summary>Refused (488) where the other side cannot, or where its signalling is not encrypted.</summary>
    Require,

    /// <summary>Never.</summary>
    Forbid,
}

/// <summary>A SIP account: the digests of RFC 7616 section 3.4.2 (A1), never the password.</summary>
[GenerateSerializer, Immutable, Alias("acd.SipAccount")]
public sealed record SipAccount(string User, string Ha1Md5, string Ha1Sha256)
{
    /// <summary>The policy for this phone's media.</summary>
    [Id(0)]
    public EncryptionPolicy Encryption { get; init; }

    public override string ToString() => $"SipAccount({User})";
}
