using System.Globalization;
using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Dialogs;
using OrleansAcd.Sip.Messages;

namespace OrleansAcd.Sip.Stack;

/// <summary>The caller's side: RFC 3261 §13.2, CANCEL (§9.1), forks, and the ACK of 2xx.</summary>
public sealed partial class SipCall
{
    /// <summary>Branches of a forked INVITE that may ring at once.</summary>
    private const int EarlyDialogsMax = 16;

    private readonly List<SipDialog> _earlyDialogs = [];
    private SipClientRequest? _inviteClient;
    private bool _sawProvisional;
    private bool _cancelWanted;
    private bool _cancelSent;
    private bool _answeredByPrack;
    private string? _cancelReason;
    private Instant _cancelUntil = Instant.Never;
    private SipClientRequest? _ackWanted;

    /// <summary>The INVITE as the stack sends it, for <see cref="SipStack.RetryWithHeader"/> after a challenge. Null
    /// for a callee.</summary>
    public SipClientRequest? InviteRequest => _inviteClient;

    /// <summary>Withdraws our INVITE. CANCEL waits for the first provisional response; a 2xx that crosses it is
    /// acknowledged and ended with BYE. Failed or Ended follows.</summary>
    public bool Cancel(Instant now, string? reason = null)
    {
        if (State is not SipCallState.Calling || _cancelWanted) return false;

        (_cancelWanted, _cancelReason) = (true, reason);
        if (_sawProvisional) SendCancel(now);
        _stack.Update(this);
        return true;
    }

    /// <summary>The ACK with the answer to a late offer, after an event that said NeedsAnswer.</summary>
    public bool Ack(ReadOnlyMemory<byte> body, Instant now, string contentType = "application/sdp")
    {
        if (_ackWanted is not { } client || Dialog is null) return false;

        _ackWanted = null;
        if (!body.IsEmpty) (_localBody, _localType) = (body, contentType);
        SendAck(Dialog, client, body, contentType);
        TrySendOffer(now);
        _stack.Update(this);
        return true;
    }

    /// <summary>Somebody has responded to our INVITE, if only with 100.</summary>
    public bool HasProvisional => _sawProvisional;

    internal void Start(Instant now)
    {
        _inviteClient = new SipClientRequest(Invite, this, ClientPurpose.Invite) { Wanted = _wanted };
        _stack.Start(_inviteClient, now);
    }

    private void Restart(SipClientRequest again)
    {
        (_inviteClient, Invite, State) = (again, again.Request, SipCallState.Calling);
        _earlyDialogs.Clear();
        _sawProvisional = _cancelSent = false;
        _stack.Keep(this);
    }

    private void HandleInviteResponse(SipClientRequest client, SipResponse response, Instant now)
    {
        if (response.IsSuccess) HandleAnswer(client, response, now);
        else if (client != _inviteClient || State is not SipCallState.Calling) return;
        else if (response.IsProvisional) HandleProvisional(client, response, now);
        else HandleRejection(client, response, now);
    }

    private void HandleProvisional(SipClientRequest client, SipResponse response, Instant now)
    {
        _sawProvisional = true;
        if (_cancelWanted)
        {
            SendCancel(now);
            return;
        }

        if (response.StatusCode == 100) return;
        var dialog = response.ToTag.Length == 0 ? null : EarlyDialog(client, response);
        var needsAnswer = false;
        if (dialog is not null && IsReliable(response))
        {
            if (!AcknowledgeReliable(dialog, client, response, now, out needsAnswer)) return;
        }

        LearnPeer(response);
        _stack.Raise(new SipEvent.Provisional(this, response, needsAnswer));
    }

    private SipDialog? EarlyDialog(SipClientRequest client, SipResponse response)
    {
        foreach (var early in _earlyDialogs)
        {
            if (early.RemoteTag == response.ToTag) return early;
        }

        if (_earlyDialogs.Count >= EarlyDialogsMax)
        {
            if (response.IsProvisional) _stack.Counters.ForksIgnored++;
            return null;
        }

        var dialog = SipDialog.ForUac(client.Request, response);
        _earlyDialogs.Add(dialog);
        return dialog;
    }

    /// <summary>§13.2.2.4: the first 2xx makes the call; one from another branch is acknowledged and ended.</summary>
    private void HandleAnswer(SipClientRequest client, SipResponse response, Instant now)
    {
        if (ResendAck(client, response.ToTag)) return;
        if (State is not SipCallState.Calling)
        {
            var waiting = _ackWanted == client && Dialog?.RemoteTag == response.ToTag;
            if (!waiting) EndFork(client, response, now);
            return;
        }

        Dialog = EarlyDialog(client, response) ?? SipDialog.ForUac(client.Request, response);
        Dialog.Confirm(response, isUac: true);
        _earlyDialogs.Clear();
        State = SipCallState.Confirmed;
        _cancelUntil = Instant.Never;
        LearnPeer(response);
        if (_cancelWanted)
        {
            SendAck(Dialog, client, default, "");
            SendBye(now, _cancelReason);
            End(SipEndReason.Local, null, now);
            return;
        }

        ApplySession(response, weAreUac: true, now);
        var needsAnswer = !client.Request.HasBody && response.HasBody && !_answeredByPrack;
        if (needsAnswer) _ackWanted = client;
        else SendAck(Dialog, client, default, "");
        _stack.Raise(new SipEvent.Answered(this, response, needsAnswer));
    }

    private void EndFork(SipClientRequest client, SipResponse response, Instant now)
    {
        var fork = SipDialog.ForUac(client.Request, response);
        SendAck(fork, client, default, "");
        var bye = fork.NewRequest(SipMethods.Bye);
        _stack.Start(new SipClientRequest(bye, this, ClientPurpose.Silent) { Wanted = WantedFlow }, now);
    }

    private void HandleRejection(SipClientRequest client, SipResponse response, Instant now)
    {
        if (response.StatusCode == 422 && !_cancelWanted && TryRaiseInterval(client, response, out var interval))
        {
            State = SipCallState.Ended;
            if (Retry(client, copy => SetInterval(copy, interval), now) is not null) return;
        }

        Fail(response.StatusCode, response.ReasonPhrase, response);
    }

    /// <summary>§9.1: no CANCEL before a provisional response, and none after the final one.</summary>
    private void SendCancel(Instant now)
    {
        if (_cancelSent || _inviteClient is null) return;
        _cancelSent = true;
        _cancelUntil = now + _stack.Options.Timers.Timeout;
        _stack.StartCancel(_inviteClient, _cancelReason, now);
        _stack.Update(this);
    }

    /// <summary>§9.1: without a final response 64*T1 after the CANCEL, the INVITE "SHOULD ... be considered cancelled".
    /// </summary>
    private void GiveUpCancel(Instant now)
    {
        _cancelUntil = Instant.Never;
        if (State is not SipCallState.Calling) return;
        _stack.Abandon(_inviteClient!);
        Fail(487, "No response after CANCEL", null);
    }

    /// <summary>§13.2.2.4: CSeq number and credentials of the INVITE.</summary>
    private void SendAck(SipDialog dialog, SipClientRequest client, ReadOnlyMemory<byte> body, string contentType)
    {
        var number = client.Request.CSeq.Number;
        var ack = dialog.NewRequest(SipMethods.Ack, number);
        foreach (ref readonly var header in client.Request.Headers.Items)
        {
            if (header.Id is SipHeaderId.Authorization or SipHeaderId.ProxyAuthorization) ack.Headers.Append(header);
        }

        SipStack.SetBody(ack, body, contentType);
        if (_stack.SendDirect(ack, WantedFlow) is not { } sent) return;
        if (_acks.Count == AcksMax) _acks.RemoveAt(0);
        _acks.Add(new SentAck(dialog.RemoteTag, number, sent.Flow, sent.Bytes));
    }

    private bool ResendAck(SipClientRequest client, string remoteTag)
    {
        foreach (var ack in _acks)
        {
            if (ack.RemoteTag != remoteTag || ack.CSeqNumber != client.Request.CSeq.Number) continue;
            _stack.Emit(ack.Flow, ack.Bytes, again: true);
            return true;
        }

        return false;
    }

    private static void SetInterval(SipRequest request, TimeSpan interval)
    {
        request.Headers.Set(SipHeaderId.SessionExpires, new SessionExpires(interval, default).ToString());
        request.Headers.Set(SipHeaderId.MinSe, ((long)interval.TotalSeconds).ToString(CultureInfo.InvariantCulture));
    }
}
