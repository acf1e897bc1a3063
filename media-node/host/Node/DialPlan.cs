using System.Diagnostics.CodeAnalysis;
using System.Net;
using OrleansAcd.Contracts.Media;
using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Digest;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Stack;

namespace OrleansAcd.MediaNode.Node;

/// <summary>From a registered contact to the INVITE that reaches it.</summary>
internal static class DialPlan
{
    /// <summary>Host that a grain writes into an identity for "this centre": replaced by what phones can call
    /// back.</summary>
    public const string OwnHost = "acd.invalid";

    private const int SipPort = 5060;

    /// <summary>A number that is longer is nobody's, and might not fit into a URI once it is escaped.</summary>
    private const int NumberCharsMax = 128;

    /// <summary>Null when the contact cannot be read: it was never one that registered here.</summary>
    /// <param name="trunk">Where it goes instead of the contact's host: the contact then says the number
    /// only.</param>
    public static SipInviteOptions? Of(PhoneContact contact, Dial dial, TrunkSettings? trunk, string advertisedHost)
    {
        if (!SipUri.TryParse(contact.Uri, out var target)) return null;
        if (trunk is not null && !TryThrough(trunk, target, out target)) return null;

        var from = dial.From.Uri.Replace(OwnHost, advertisedHost, StringComparison.Ordinal);
        if (!SipUri.TryParse(from, out var identity)) return null;

        return new SipInviteOptions
        {
            Target = target,
            RouteSet = trunk is null ? Routes(contact) : [],
            Flow = trunk is null && contact.Path.IsDefaultOrEmpty ? FlowOf(contact, target) : null,
            From = NameAddr.Create(Printable(dial.From.DisplayName), identity),
            Headers = ContextHeaders.ToSip(dial.Headers),
        };
    }

    /// <summary>The called agent's policy, or the trunk's; and whether keys are safe on the way there.</summary>
    /// <param name="ofAccount">What the account of the phone says, where the command leaves it open.</param>
    public static LegSecurity SecurityOf(
        PhoneContact contact, Dial dial, TrunkSettings? trunk, EncryptionPolicy? ofAccount) => trunk is null
        ? new LegSecurity(Stricter(dial.Encryption, ofAccount), IsSecure(contact))
        : new LegSecurity(trunk.Encryption, SipUri.TryParse(trunk.Uri, out var uri) && uri.IsSecure);

    /// <summary>The first hop to a phone behind an edge proxy is what its Path says (RFC 3327 section 5.2), whatever
    /// its REGISTER came by.</summary>
    private static bool IsSecure(PhoneContact contact) => Routes(contact) is [var first, ..]
        ? first.Uri.IsSecure
        : contact.Transport == "tls";

    private static EncryptionPolicy Stricter(EncryptionPolicy asked, EncryptionPolicy? ofAccount) =>
        asked == EncryptionPolicy.Prefer ? ofAccount ?? asked : asked;

    /// <summary>The INVITE goes out over UDP, where it should be small.</summary>
    public static bool IsDatagram(PhoneContact contact, TrunkSettings? trunk) => trunk is null
        ? contact.Transport == "udp"
        : !SipUri.TryParse(trunk.Uri, out var uri) || (!uri.IsSecure && !uri.Parameters.Has("transport"));

    /// <summary>What answers a trunk's challenge: its account's digests, never a password.</summary>
    public static DigestClient? CredentialsOf(TrunkSettings? trunk, IIdSource ids) => trunk?.Account is not { } account
        ? null
        : new DigestClient(
            account.User,
            (algorithm, _) => algorithm switch
            {
                DigestAlgorithm.Md5 when account.Ha1Md5.Length > 0 => account.Ha1Md5,
                DigestAlgorithm.Sha256 when account.Ha1Sha256.Length > 0 => account.Ha1Sha256,
                _ => null,
            },
            ids);

    /// <summary>The number at the trunk's host.</summary>
    private static bool TryThrough(TrunkSettings trunk, SipUri number, [NotNullWhen(true)] out SipUri? target)
    {
        target = null;
        var user = number.UserUnescaped;
        if (!SipUri.TryParse(trunk.Uri, out var host) || !host.IsSip || user.Length > NumberCharsMax) return false;

        target = SipUri.Create(user, host.Host, host.Port, host.Parameters.Text);
        return true;
    }

    /// <summary>RFC 3327 section 5.2: the Path of the registration is the route to the phone.</summary>
    private static List<NameAddr> Routes(PhoneContact contact)
    {
        var routes = new List<NameAddr>();
        if (contact.Path.IsDefaultOrEmpty) return routes;

        foreach (var path in contact.Path)
        {
            if (NameAddr.TryParse(path, out var route)) routes.Add(route);
        }

        return routes;
    }

    /// <summary>Back the way its REGISTER came, which also passes address translation.</summary>
    private static SipFlow? FlowOf(PhoneContact contact, SipUri target) =>
        IPEndPoint.TryParse(contact.Source, out var source)
            ? new SipFlow(TransportOf(contact.Transport), source) { IsOnlyWay = !IsAt(target, source) }
            : null;

    /// <summary>A phone whose REGISTER came from elsewhere than its contact says is behind NAT.</summary>
    private static bool IsAt(SipUri contact, IPEndPoint source) =>
        contact.TryGetAddress(out var address) && address.Equals(source.Address)
        && (contact.Port == 0 ? SipPort : contact.Port) == source.Port;

    private static SipTransport TransportOf(string name) => name switch
    {
        "tcp" => SipTransport.Tcp,
        "tls" => SipTransport.Tls,
        _ => SipTransport.Udp,
    };

    private static string Printable(string text) => new([.. text.Where(c => !char.IsControl(c))]);
}
