using System.Net;
using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Stack;

namespace OrleansAcd.Sip.Registrar;

/// <summary>One contact of an address-of-record (RFC 3261 section 10.3), and how to reach it.</summary>
public sealed record Binding
{
    /// <summary>The user whose contact this is: the address-of-record within the registrar's one domain.</summary>
    public required string Record { get; init; }

    public required NameAddr Contact { get; init; }
    public required string CallId { get; init; }
    public required uint CSeq { get; init; }
    public required Instant ExpiresAt { get; init; }
    public required Instant RefreshedAt { get; init; }
    /// <summary>The way its REGISTER came in; requests to it may have to go back the same way (RFC 5626).</summary>
    public required SipFlow Flow { get; init; }

    /// <summary>RFC 3327: the route set a request to this contact starts with, first hop first.</summary>
    public IReadOnlyList<string> Path { get; init; } = [];

    /// <summary>RFC 5626: the device's own name, +sip.instance; null when it gave none.</summary>
    public string? Instance { get; init; }
    public string? RegId { get; init; }

    /// <summary>Preference in thousandths.</summary>
    public int QThousandths => Contact.QThousandths;

    /// <summary>Numbers bindings in the order they were made; stable through refreshes.</summary>
    public long Id { get; init; }

    /// <summary>Where to send instead of resolving the contact: the source of the REGISTER, when the contact names
    /// another place (a private address behind NAT, a host name). Null with a Path, whose first hop is the way, and
    /// when the contact is right as it stands.</summary>
    public IPEndPoint? SendTo => Path.Count == 0 && !ContactIsSource ? Flow.Remote : null;

    private bool ContactIsSource => Contact.Uri.TryGetAddress(out var address) && address.Equals(Flow.Remote.Address)
        && (Contact.Uri.Port == 0 ? 5060 : Contact.Uri.Port) == Flow.Remote.Port;
}

/// <summary>Why a contact is gone.</summary>
public enum RemovalReason
{
    /// <summary>Its phone said so, with expires 0 or "*".</summary>
    Unregistered,

    /// <summary>It was not refreshed in time.</summary>
    Expired,

    /// <summary>The same device (+sip.instance) registered another contact.</summary>
    Replaced,

    /// <summary>The address-of-record had too many.</summary>
    Displaced,

    /// <summary>Its account is no more.</summary>
    AccountGone,
}

/// <summary>What a registration changed, as data for whoever watches phones come and go.</summary>
public abstract record BindingChange(Binding Binding)
{
    public sealed record Added(Binding Binding) : BindingChange(Binding);

    public sealed record Refreshed(Binding Binding) : BindingChange(Binding);

    public sealed record Removed(Binding Binding, RemovalReason Reason) : BindingChange(Binding);
}
