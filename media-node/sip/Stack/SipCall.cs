using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Dialogs;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Transactions;

namespace OrleansAcd.Sip.Stack;

/// <summary>Where an INVITE session stands.</summary>
public enum SipCallState
{
    /// <summary>Our INVITE has no final response yet.</summary>
    Calling,

    /// <summary>Their INVITE waits for our final response.</summary>
    Incoming,

    /// <summary>Our 2xx waits for its ACK.</summary>
    Accepted,

    /// <summary>Up.</summary>
    Confirmed,

    /// <summary>Over; exactly one Failed or Ended has been raised.</summary>
    Ended,
}

/// <summary>One INVITE session, as caller or callee: RFC 3261 §13 to §15, with 3262, 3311, 3326 and 4028.</summary>
/// <remarks>Made by <see cref="SipStack"/>; of the same thread. Methods give false when the state does not allow them.
/// </remarks>
public sealed partial class SipCall : IHasDeadline
{
    /// <summary>ACKs that are kept to be sent again for retransmitted 2xx.</summary>
    private const int AcksMax = 8;

    private readonly SipStack _stack;
    private readonly SipFlow? _wanted;
    private readonly List<SentAck> _acks = [];
    private SipFlow? _peerFlow;
    private bool _byePending;
    private string? _byeReason;

    /// <summary>The callee's side.</summary>
    internal SipCall(SipStack stack, SipServerRequest invite, string localTag)
    {
        (_stack, _inviteServer, Invite, LocalTag) = (stack, invite, invite.Request, localTag);
        CallId = Invite.CallId;
        Dialog = SipDialog.ForUas(Invite, localTag);
        State = SipCallState.Incoming;
        _peerFlow = invite.Flow;
        LearnPeer(Invite);
    }

    /// <summary>The caller's side.</summary>
    internal SipCall(SipStack stack, SipRequest invite, SipFlow? wanted)
    {
        (_stack, Invite, _wanted, IsUac) = (stack, invite, wanted, true);
        (CallId, LocalTag) = (invite.CallId, invite.FromTag);
        State = SipCallState.Calling;
        if (invite.HasBody) (_localBody, _localType) = (invite.Body, TypeOf(invite));
    }

    /// <summary>A call that another node has held.</summary>
    internal SipCall(SipStack stack, SipDialog dialog, bool isUac, SipFlow? wanted)
    {
        (_stack, Dialog, _wanted, IsUac) = (stack, dialog, wanted, isUac);
        (CallId, LocalTag, State) = (dialog.CallId, dialog.LocalTag, SipCallState.Confirmed);
        Invite = dialog.NewRequest(SipMethods.Invite, dialog.LocalCSeq);
    }

    public string CallId { get; }

    /// <summary>Our tag; with the Call-ID it names the call in this stack.</summary>
    public string LocalTag { get; }

    /// <summary>What our Contact has besides the URI, without the first semicolon; null: nothing.</summary>
    public string? ContactParameters { get; init; }

    /// <summary>We sent the INVITE that began it, and so made the Call-ID.</summary>
    public bool IsUac { get; }

    public SipCallState State { get; private set; }

    /// <summary>The INVITE that began it.</summary>
    public SipRequest Invite { get; private set; }

    /// <summary>Null for a caller until somebody has answered.</summary>
    public SipDialog? Dialog { get; private set; }

    /// <summary>Where the peer's last request came from; null before the first.</summary>
    public SipFlow? PeerFlow => _peerFlow;

    /// <summary>The owner's own.</summary>
    public object? Tag { get; set; }

    public Instant NextDeadline
    {
        get
        {
            var next = Instant.Min(Instant.Min(_okAgain, _okUntil), Instant.Min(_offerAt, _cancelUntil));
            next = Instant.Min(next, Instant.Min(_refreshAt, _expireAt));
            next = Instant.Min(next, Instant.Min(_progressAt, ReferralDeadline));
            return Instant.Min(next, Instant.Min(_prackAgain, _prackUntil));
        }
    }

    int IHasDeadline.QueueIndex { get; set; } = -1;

    /// <summary>Ends the call whatever its state: CANCEL, a rejection with 480, or BYE, which waits for the ACK when
    /// our 2xx has none yet (RFC 3261 §15). <see cref="SipEvent.Ended"/> or, after CANCEL, Failed follows.</summary>
    /// <param name="now">The time.</param>
    /// <param name="reason">A Reason header, RFC 3326.</param>
    public bool Hangup(Instant now, string? reason = null)
    {
        switch (State)
        {
            case SipCallState.Calling: return Cancel(now, reason);
            case SipCallState.Incoming:
                return Reject(480, now, null, reason is null ? null : [SipHeader.Of("Reason", reason)]);
            case SipCallState.Accepted:
                (_byePending, _byeReason) = (true, reason);
                return true;
            case SipCallState.Confirmed:
                SendBye(now, reason);
                End(SipEndReason.Local, null, now);
                return true;
            default: return false;
        }
    }

    /// <summary>Any other request inside the dialog: REFER, NOTIFY, MESSAGE ... Its answer comes as
    /// <see cref="SipEvent.RequestAnswered"/> or <see cref="SipEvent.RequestFailed"/>. Null without a dialog.</summary>
    public SipClientRequest? SendRequest(string method, Instant now, IReadOnlyList<SipHeader>? headers = null,
        ReadOnlyMemory<byte> body = default, string contentType = "application/sdp", object? tag = null)
    {
        if (State is SipCallState.Ended || ActiveDialog is not { } dialog) return null;

        var request = dialog.NewRequest(method);
        request.Headers.AddAll(headers);
        SipStack.SetBody(request, body, contentType);
        var client = new SipClientRequest(request, this, ClientPurpose.Owner) { Wanted = WantedFlow, Tag = tag };
        return _stack.Start(client, now);
    }

    /// <summary>INFO, RFC 6086 and its older uses.</summary>
    public SipClientRequest? SendInfo(ReadOnlyMemory<byte> body, string contentType, Instant now) =>
        SendRequest(SipMethods.Info, now, null, body, contentType);

    internal bool HasPeer(string remoteTag)
    {
        if (Dialog is not null) return Dialog.RemoteTag == remoteTag;
        foreach (var early in _earlyDialogs)
        {
            if (early.RemoteTag == remoteTag) return true;
        }

        return false;
    }

    internal void HandleTimeout(Instant now)
    {
        if (now >= _cancelUntil) GiveUpCancel(now);
        if (now >= _okUntil) HandleNoAck(now);
        if (now >= _okAgain) RepeatOk(now);
        if (now >= _prackUntil) HandleNoPrack(now);
        if (now >= _prackAgain) RepeatReliable(now);
        if (now >= _progressAt) RepeatProgress(now);
        if (now >= _expireAt) HandleSessionExpired(now);
        if (now >= _refreshAt) Refresh(now);
        if (now >= _offerAt) TrySendOffer(now);
        if (now >= ReferralDeadline) ExpireReferrals(now);
    }

    internal void HandleResponse(SipClientRequest client, SipResponse response, Instant now)
    {
        switch (client.Purpose)
        {
            case ClientPurpose.Invite: HandleInviteResponse(client, response, now); break;
            case ClientPurpose.Reoffer or ClientPurpose.Refresh: HandleOfferResponse(client, response, now); break;
            case ClientPurpose.Bye when !response.IsProvisional: HandleByeResponse(client, response); break;
            case ClientPurpose.Notify when !response.IsProvisional:
                HandleNotifyAnswer(client, response.StatusCode, now);
                break;
            default: break;
        }
    }

    /// <summary>No response, or no way there.</summary>
    internal void HandleFailure(SipClientRequest client, int code, Instant now)
    {
        switch (client.Purpose)
        {
            case ClientPurpose.Invite when State is SipCallState.Calling && client == _inviteClient:
                Fail(code, SipReasonPhrases.Of(code), null);
                break;
            case ClientPurpose.Reoffer or ClientPurpose.Refresh:
                HandleOfferFailure(client, code, null, now);
                break;
            case ClientPurpose.Bye:
                _stack.Forget(this);
                break;
            case ClientPurpose.Notify:
                HandleNotifyAnswer(client, code, now);
                break;
            default: break;
        }
    }

    /// <summary>RFC 3261 §12.2.1.2 with RFC 5057: 481 says that the peer has no such call any more.</summary>
    internal void HandleGone(int code, Instant now)
    {
        if (code == 481 && State is SipCallState.Confirmed) EndWithBye(SipEndReason.PeerGone, null, now);
    }

    /// <summary>Sends a request again with another header (§22.2).</summary>
    internal SipClientRequest? Retry(SipClientRequest old, Action<SipRequest> change, Instant now)
    {
        var initial = old.Purpose is ClientPurpose.Invite;
        if (initial && (old != _inviteClient || State is not SipCallState.Ended || Dialog is not null)) return null;
        if (!initial && ActiveDialog is null) return null;
        if (State is SipCallState.Ended && !initial && old.Purpose is not ClientPurpose.Bye) return null;
        if (old.Purpose is ClientPurpose.Reoffer && !IsFreeToOffer) return null;

        var again = SipStack.Copy(old, initial ? old.Request.CSeq.Number + 1 : ActiveDialog!.NextCSeq());
        change(again.Request);
        if (initial) Restart(again);
        else if (old.Purpose is ClientPurpose.Reoffer or ClientPurpose.Refresh) _offerClient = again;
        else if (old.Purpose is ClientPurpose.Bye) _stack.Keep(this);
        _stack.Start(again, now);
        _stack.Update(this);
        return again;
    }

    /// <summary>The dialog with that peer: before the call is answered one of several.</summary>
    private SipDialog? DialogWith(string remoteTag) => Dialog ?? _earlyDialogs.Find(d => d.RemoteTag == remoteTag);

    private SipDialog? ActiveDialog => Dialog ?? (_earlyDialogs.Count == 1 ? _earlyDialogs[0] : null);

    /// <summary>How requests of the dialog travel: the flow that is the only way, an open connection, the peer's
    /// source, or null to go by the dialog's route and target (RFC 3261 §12.2.1.1).</summary>
    private SipFlow? WantedFlow
    {
        get
        {
            if (OpenFlow() is { } open) return open;
            if (_peerFlow is { IsReliable: false } source && Follows(source)) return source;

            // Keys that went over TLS go no other way, although the connection is gone, or the Contact forgets TLS.
            if (_wanted is { Transport: SipTransport.Tls }) return _wanted;
            if (_peerFlow is { Transport: SipTransport.Tls }) return _peerFlow;
            if (_inviteClient?.Flow is { Transport: SipTransport.Tls } sent && !LeadsOverTls) return sent;
            return HasWay ? null : _wanted;
        }
    }

    private bool LeadsOverTls =>
        ActiveDialog is { } dialog && _stack.FindFlow(dialog.NextHop) is { Transport: SipTransport.Tls };

    /// <summary>Behind address translation the source is reached and the target is not; a target at the source's own
    /// address that asks for a connection gets one (§18.1.1).</summary>
    private bool Follows(SipFlow source)
    {
        if (!_stack.Options.FollowSource || Dialog is not { } dialog || HasRoute(dialog)) return false;
        return _stack.FindFlow(dialog.RemoteTarget) is not { IsReliable: true } target
            || !target.Remote.Address.Equals(source.Remote.Address);
    }

    /// <summary>Route and target say where to go. Before there is a dialog the owner's flow does.</summary>
    private bool HasWay =>
        ActiveDialog is { } dialog && _stack.FindFlow(dialog.NextHop) is { } target && !IsHidden(target);

    /// <summary>A phone that was reached at a public address and names a private one in its answer is behind address
    /// translation, although it registered as if it were not.</summary>
    private bool IsHidden(SipFlow target) => _stack.Options.FollowSource && _wanted is { } wanted
        && AddressScope.IsPrivate(target.Remote.Address) && !AddressScope.IsPrivate(wanted.Remote.Address);

    /// <summary>The only way there is (RFC 5626 §5.3), or a connection that still stands.</summary>
    private SipFlow? OpenFlow()
    {
        if (_wanted is { IsOnlyWay: true, IsReliable: false }) return _wanted;
        if (_wanted is { IsReliable: true } given && _stack.Reuse(given) is var standing && _stack.IsOpen(standing))
        {
            return standing;
        }

        return _peerFlow is { IsReliable: true } peer && _stack.IsOpen(peer) ? peer : null;
    }

    /// <summary>A first hop by a name that nobody resolves is none: the peer's source is the better guess.</summary>
    private bool HasRoute(SipDialog dialog) =>
        dialog.RouteSet.Count > 0 && _stack.FindFlow(dialog.RouteSet[0].Uri) is not null;

    private void EndWithBye(SipEndReason why, string? reason, Instant now)
    {
        SendBye(now, reason);
        End(why, reason, now);
    }

    private void SendBye(Instant now, string? reason)
    {
        if (Dialog is null) return;
        EndReferrals(now);
        if (_ackWanted is { } unacknowledged)
        {
            _ackWanted = null;
            SendAck(Dialog, unacknowledged, default, "");
        }

        var bye = Dialog.NewRequest(SipMethods.Bye);
        if (reason is not null) bye.Headers.Add(SipHeaderId.Reason, reason);
        _byeClient = new SipClientRequest(bye, this, ClientPurpose.Bye) { Wanted = WantedFlow };
        _stack.Start(_byeClient, now);
    }

    private SipClientRequest? _byeClient;

    private void HandleByeResponse(SipClientRequest client, SipResponse response)
    {
        if (response.StatusCode is 401 or 407) _stack.Raise(new SipEvent.RequestAnswered(client, response));
        _stack.Forget(this);
    }

    /// <summary>The one place where a call that was offered, or up, ends. A BYE on its way keeps the call known, so
    /// that the peer's own BYE finds it.</summary>
    private void End(SipEndReason why, string? reason, Instant now)
    {
        if (State is SipCallState.Ended) return;
        EndReferrals(now);
        State = SipCallState.Ended;
        ClearTimers();
        if (_remoteOffer is { IsAnswered: false } offer) offer.Respond(487, now);
        _remoteOffer = null;
        if (_offerClient is { } ours) _stack.AbandonLater(ours, now);
        _stack.Raise(new SipEvent.Ended(this, why, reason));
        if (_byeClient is null || _byeClient.IsOver || _byeClient.FinalResponse is not null) _stack.Forget(this);
        else _stack.Update(this);
    }

    private void Fail(int code, string reason, SipResponse? response)
    {
        State = SipCallState.Ended;
        ClearTimers();
        _stack.Raise(new SipEvent.Failed(this, code, reason, response));
        _stack.Forget(this);
    }

    private void ClearTimers()
    {
        _okAgain = _okUntil = _offerAt = _cancelUntil = _refreshAt = _expireAt = Instant.Never;
        _prackAgain = _prackUntil = _progressAt = Instant.Never;
        (_okServer, _offerQueued, _byePending) = (null, null, false);
        _unacknowledged.Clear();
    }

    private readonly record struct SentAck(string RemoteTag, uint CSeqNumber, SipFlow Flow, byte[] Bytes);
}
