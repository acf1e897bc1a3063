using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Transactions;

namespace OrleansAcd.Sip.Stack;

/// <summary>A request that came in, and the handle to answer it.</summary>
/// <remarks>One that is never answered is forgotten after 64*T1, INVITE aside.</remarks>
public sealed class SipServerRequest : IHasDeadline
{
    private readonly SipStack _stack;

    internal SipServerRequest(SipStack stack, SipRequest request, SipFlow flow, SipTransaction transaction)
    {
        (_stack, Request, Flow, Transaction) = (stack, request, flow, transaction);
        Key = ServerTransactionKey.Of(request);
        Merge = MergeKey.Of(request);
    }

    public SipRequest Request { get; }

    /// <summary>Where it came from.</summary>
    public SipFlow Flow { get; }

    /// <summary>The call it belongs to, if any.</summary>
    public SipCall? Call { get; internal set; }

    public object? Tag { get; set; }

    /// <summary>A final response has been sent.</summary>
    public bool IsAnswered { get; internal set; }

    public Instant NextDeadline => Transaction.NextDeadline;

    int IHasDeadline.QueueIndex { get; set; } = -1;

    internal SipTransaction Transaction { get; }

    internal ServerTransactionKey Key { get; }

    internal MergeKey Merge { get; }

    /// <summary>Answers. False when a final response was sent before, or the request has been forgotten.</summary>
    public bool Respond(int code, Instant now, string? reason = null, IReadOnlyList<SipHeader>? headers = null,
        ReadOnlyMemory<byte> body = default, string contentType = "application/sdp")
    {
        var response = SipResponse.For(Request, code, reason, code == 100 ? null : Call?.LocalTag ?? LocalTag);
        if (code is >= 200 and < 300 && Call is not null && Request.Method is SipMethods.Refer or SipMethods.Subscribe)
        {
            response.Headers.Add(SipHeaderId.Contact, _stack.ContactFor(Flow, SipStack.IsSips(Request)));
        }

        response.Headers.AddAll(headers);
        SipStack.SetBody(response, body, contentType);
        return _stack.SendResponse(this, response, now);
    }

    private string LocalTag => _localTag ??= _stack.NewTag();

    private string? _localTag;
}

/// <summary>What a request of ours is for.</summary>
internal enum ClientPurpose : byte
{
    Owner,
    Invite,
    Reoffer,
    Refresh,
    Bye,

    /// <summary>Tells how a referral goes.</summary>
    Notify,

    Silent,
}

/// <summary>A request that went out, and the handle to repeat it with credentials.</summary>
public sealed class SipClientRequest : IHasDeadline
{
    internal SipClientRequest(SipRequest request, SipCall? call, ClientPurpose purpose) =>
        (Request, Call, Purpose) = (request, call, purpose);

    /// <summary>As sent, with Via.</summary>
    public SipRequest Request { get; internal set; }

    public SipCall? Call { get; }

    public object? Tag { get; set; }

    public SipFlow Flow { get; internal set; }

    /// <summary>The final response, once there is one.</summary>
    public SipResponse? FinalResponse { get; internal set; }

    public Instant NextDeadline => Instant.Min(Transaction?.NextDeadline ?? Instant.Never, AbandonAt);

    int IHasDeadline.QueueIndex { get; set; } = -1;

    internal ClientPurpose Purpose { get; }

    internal SipTransaction? Transaction { get; set; }

    internal ClientTransactionKey Key { get; set; }

    /// <summary>Where to go by UDP when the TCP connection for a large request fails (RFC 3261 §18.1.1).</summary>
    internal SipFlow? Fallback { get; set; }

    /// <summary>The flow that the owner asked for.</summary>
    internal SipFlow? Wanted { get; init; }

    internal int Attempt { get; set; }

    /// <summary>When it is forgotten although no final response came: its call is over.</summary>
    internal Instant AbandonAt { get; set; } = Instant.Never;

    internal bool IsOver { get; set; }
}
