using System.Globalization;
using OrleansAcd.Sip.Digest;
using OrleansAcd.Sip.Messages;

namespace OrleansAcd.Sip.Stack;

/// <summary>A request to begin with, INVITE or another outside a dialog.</summary>
public sealed record SipInviteOptions
{
    /// <summary>Request-URI; also where it goes, unless a route or a flow says otherwise.</summary>
    public required SipUri Target { get; init; }

    /// <summary>Preloaded route: an outbound proxy, or the Path of a registration (RFC 3261 §8.1.2, RFC
    /// 3327).</summary>
    public IReadOnlyList<NameAddr> RouteSet { get; init; } = [];

    /// <summary>The flow to use, for example the connection that a phone registered over; else found from the target.
    /// </summary>
    public SipFlow? Flow { get; init; }

    public NameAddr? From { get; init; }

    /// <summary>The target when null.</summary>
    public NameAddr? To { get; init; }

    public string? FromTag { get; init; }

    public string? CallId { get; init; }

    public uint FirstCSeq { get; init; } = 1;

    public int MaxForwards { get; init; } = 70;

    public IReadOnlyList<SipHeader>? Headers { get; init; }

    /// <summary>The offer; empty makes a late-offer call.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    public string ContentType { get; init; } = "application/sdp";

    /// <summary>Parameters of our Contact for as long as the call lasts, such as a feature tag (RFC 3840), without the
    /// first semicolon.</summary>
    public string? ContactParameters { get; init; }

    /// <summary>What answers challenges, of the INVITE and of all that follows in its dialog; null: nothing.</summary>
    public DigestClient? Credentials { get; init; }

    /// <summary>The owner's own, given to the call or the request.</summary>
    public object? Tag { get; init; }

    internal string MaxForwardsText => MaxForwards.ToString(CultureInfo.InvariantCulture);
}
