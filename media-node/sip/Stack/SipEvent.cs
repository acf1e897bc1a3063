using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Transfer;

namespace OrleansAcd.Sip.Stack;

/// <summary>Why a call ended.</summary>
public enum SipEndReason
{
    /// <summary>The owner hung up, rejected or cancelled.</summary>
    Local,

    /// <summary>The peer sent BYE.</summary>
    RemoteBye,

    /// <summary>The caller sent CANCEL.</summary>
    RemoteCancel,

    /// <summary>The caller never acknowledged our 2xx (RFC 3261 §13.3.1.4).</summary>
    NoAck,

    /// <summary>The caller never acknowledged a reliable provisional response (RFC 3262 §3).</summary>
    NoPrack,

    /// <summary>Nobody refreshed the session (RFC 4028 §10).</summary>
    SessionExpired,

    /// <summary>The peer does not know the call any more, or did not answer (RFC 3261 §12.2.1.2).</summary>
    PeerGone,
}

/// <summary>What the stack tells its owner.</summary>
/// <remarks>A call ends with exactly one <see cref="Failed"/> or <see cref="Ended"/>; after a Failed with 401 or 407
/// the owner may try again with credentials, which begins anew.</remarks>
public abstract record SipEvent
{
    private SipEvent()
    {
    }

    /// <summary>A new INVITE. 100 has been sent.</summary>
    public sealed record IncomingCall(SipCall Call, SipRequest Invite) : SipEvent
    {
        /// <summary>The call whose place it wants to take (Replaces, RFC 3891); null: none. Who accepts it ends that
        /// call.</summary>
        public SipCall? Replaced { get; init; }
    }

    /// <summary>A provisional response above 100.</summary>
    /// <param name="Call">The call.</param>
    /// <param name="Response">The response.</param>
    /// <param name="NeedsAnswer">It carries the offer of a late-offer call: answer with
    /// <see cref="SipCall.Prack"/>.</param>
    public sealed record Provisional(SipCall Call, SipResponse Response, bool NeedsAnswer) : SipEvent;

    /// <summary>A 2xx to our INVITE.</summary>
    /// <param name="Call">The call.</param>
    /// <param name="Response">The response; its body is the answer, or the offer of a late-offer call.</param>
    /// <param name="NeedsAnswer">Send the answer with <see cref="SipCall.Ack"/>; otherwise the ACK has been
    /// sent.</param>
    public sealed record Answered(SipCall Call, SipResponse Response, bool NeedsAnswer) : SipEvent;

    /// <summary>Our INVITE failed: a final response of 300 and above, 408 for none, 503 for no way there.</summary>
    public sealed record Failed(SipCall Call, int Code, string Reason, SipResponse? Response) : SipEvent;

    /// <summary>The call is over.</summary>
    /// <param name="Call">The call.</param>
    /// <param name="Reason">Who or what ended it.</param>
    /// <param name="ReasonHeader">The Reason header of BYE or CANCEL (RFC 3326).</param>
    public sealed record Ended(SipCall Call, SipEndReason Reason, string? ReasonHeader) : SipEvent;

    /// <summary>A re-INVITE or UPDATE: answer with <see cref="SipCall.AcceptReoffer"/> or
    /// <see cref="SipCall.RejectReoffer"/>. An empty body asks for an offer.</summary>
    public sealed record Reoffered(SipCall Call, SipRequest Request) : SipEvent;

    /// <summary>Our re-INVITE or UPDATE was answered.</summary>
    /// <param name="Call">The call.</param>
    /// <param name="Response">The 2xx.</param>
    /// <param name="NeedsAnswer">It carries an offer: send the answer with <see cref="SipCall.Ack"/>.</param>
    /// <param name="IsRefresh">The stack sent the request by itself, to refresh the session.</param>
    public sealed record ReofferAnswered(SipCall Call, SipResponse Response, bool NeedsAnswer,
        bool IsRefresh) : SipEvent;

    /// <summary>Our re-INVITE or UPDATE was refused; the session stays as it was.</summary>
    public sealed record ReofferFailed(SipCall Call, SipClientRequest Request, int Code,
        SipResponse? Response) : SipEvent;

    /// <summary>The peer asks to be transferred (REFER, RFC 3515): answer with <see cref="SipCall.AcceptRefer"/> or
    /// <see cref="SipCall.RejectRefer"/>, then tell with <see cref="SipCall.NotifyRefer"/>.</summary>
    public sealed record Referred(SipCall Call, SipReferral Referral) : SipEvent;

    /// <summary>The ACK of our 2xx. Its body answers a late offer.</summary>
    public sealed record AckReceived(SipCall Call, SipRequest Ack) : SipEvent;

    /// <summary>A PRACK with a body: an answer, or a new offer that <paramref name="Request"/> has to be answered with.
    /// </summary>
    public sealed record PrackReceived(SipCall Call, SipServerRequest Request) : SipEvent;

    /// <summary>A request for the owner to answer, inside a dialog (INFO, NOTIFY, MESSAGE ...) or outside
    /// (REGISTER, MESSAGE ...).</summary>
    public sealed record RequestReceived(SipServerRequest Request) : SipEvent;

    /// <summary>The final response to a request of the owner, or a challenge to a BYE.</summary>
    public sealed record RequestAnswered(SipClientRequest Request, SipResponse Response) : SipEvent;

    /// <summary>No response (408) or no way there (503) to a request of the owner.</summary>
    public sealed record RequestFailed(SipClientRequest Request, int Code) : SipEvent;
}
