using System.Globalization;
using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Stack;

namespace OrleansAcd.Sip.Transfer;

/// <summary>Where a referral stands.</summary>
public enum SipReferralState
{
    /// <summary>The REFER waits for the owner's answer.</summary>
    Offered,

    /// <summary>Accepted; the peer is told how it goes.</summary>
    Active,

    /// <summary>Refused, finished, or nobody is to be told.</summary>
    Over,
}

/// <summary>A REFER of the peer's and the implicit subscription that it made (RFC 3515 §2.4.4).</summary>
public sealed class SipReferral
{
    internal SipReferral(SipCall call, SipServerRequest request, ReferHeaders headers, bool isFirst)
    {
        (Call, Request, Headers) = (call, request, headers);

        // §2.4.6: NOTIFYs of the second and later REFERs of a dialog carry its CSeq as their id.
        var number = request.Request.CSeq.Number;
        Event = isFirst ? "refer" : string.Create(CultureInfo.InvariantCulture, $"refer;id={number}");
    }

    public SipCall Call { get; }

    public ReferHeaders Headers { get; }

    public SipReferralState State { get; internal set; }

    internal SipServerRequest Request { get; }

    /// <summary>The value of the Event header of its NOTIFYs.</summary>
    internal string Event { get; }

    /// <summary>What the peer shall know, and what it was told.</summary>
    internal int Code { get; set; } = 100;

    internal int ToldCode { get; set; }

    /// <summary>A NOTIFY waits for its answer: the next one goes after it, so that none overtakes another.</summary>
    internal bool IsTelling { get; set; }

    internal Instant ExpiresAt { get; set; } = Instant.Never;
}
