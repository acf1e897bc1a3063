using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Messages;

namespace OrleansAcd.Sip.Stack;

/// <summary>The callee's side: RFC 3261 §13.3, and the 2xx that is repeated until its ACK.</summary>
public sealed partial class SipCall
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMinutes(1);

    private readonly SipServerRequest? _inviteServer;
    private SipServerRequest? _okServer;
    private byte[] _okBytes = [];
    private TimeSpan _okInterval;
    private Instant _okAgain = Instant.Never;
    private Instant _okUntil = Instant.Never;
    private Instant _progressAt = Instant.Never;
    private SipResponse? _progress;
    private Action<Instant>? _acceptLater;

    /// <summary>180, 183 ... Reliable when asked for and the caller can, or when the caller requires it (RFC 3262).
    /// False also where that would need a description: an offer that is not in the INVITE has to be "in the first
    /// reliable non-failure message" (RFC 3261 §13.2.1).</summary>
    public bool ProvisionalResponse(int code, Instant now, ReadOnlyMemory<byte> body = default, bool reliable = false,
        string contentType = "application/sdp", IReadOnlyList<SipHeader>? headers = null)
    {
        if (State is not SipCallState.Incoming || code is < 101 or > 199) return false;

        var response = NewResponse(_inviteServer!, code, null);
        response.Headers.AddAll(headers);
        SipStack.SetBody(response, body, contentType);
        var required = Invite.Headers.HasToken(SipHeaderId.Require, "100rel");
        if (required || (reliable && Invite.Supports("100rel")))
        {
            var isOfferMissing = !Invite.HasBody && body.IsEmpty && !_earlyBodySent;
            return !isOfferMissing && SendReliable(response, now);
        }

        _stack.SendResponse(_inviteServer!, response, now);
        (_progress, _progressAt) = (response, now + ProgressInterval);
        _stack.Update(this);
        return true;
    }

    /// <summary>200 with the answer, or the offer when the INVITE had none. Waits for the PRACK of a reliable response
    /// that carried a session description (RFC 3262 §3).</summary>
    public bool Accept(Instant now, ReadOnlyMemory<byte> body, string contentType = "application/sdp",
        IReadOnlyList<SipHeader>? headers = null)
    {
        if (State is not SipCallState.Incoming || _acceptLater is not null) return false;
        if (HasUnacknowledgedBody)
        {
            _acceptLater = later => Accept(later, body, contentType, headers);
            return true;
        }

        var response = NewResponse(_inviteServer!, 200, null);
        AddSession(response, Invite, now);
        response.Headers.AddAll(headers);
        SipStack.SetBody(response, body, contentType);
        if (!body.IsEmpty) (_localBody, _localType) = (body, contentType);
        State = SipCallState.Accepted;
        StopProvisionals();
        Dialog!.Confirm(Invite, isUac: false);
        SendOk(_inviteServer!, response, now);
        return true;
    }

    /// <summary>A final response of 300 and above.</summary>
    public bool Reject(int code, Instant now, string? reason = null, IReadOnlyList<SipHeader>? headers = null)
    {
        if (State is not SipCallState.Incoming || code is < 300 or > 699) return false;

        RespondFinal(code, now, reason, headers);
        End(SipEndReason.Local, null, now);
        return true;
    }

    /// <summary>302 with contacts, RFC 3261 §13.3.1.2.</summary>
    public bool Redirect(IReadOnlyList<NameAddr> contacts, Instant now, int code = 302)
    {
        ArgumentNullException.ThrowIfNull(contacts);
        var headers = new List<SipHeader>(contacts.Count);
        foreach (var contact in contacts) headers.Add(SipHeader.Of("Contact", contact.ToString()));
        return code is >= 300 and < 400 && Reject(code, now, null, headers);
    }

    /// <summary>§9.2: the INVITE, first or later, is answered 487.</summary>
    internal void HandleCancel(SipServerRequest invite, SipRequest cancel, Instant now)
    {
        var reason = cancel.Headers.Get(SipHeaderId.Reason);
        if (invite == _inviteServer && State is SipCallState.Incoming)
        {
            RespondFinal(487, now, null, null);
            End(SipEndReason.RemoteCancel, reason, now);
        }
        else if (invite == _remoteOffer)
        {
            _remoteOffer = null;
            invite.Respond(487, now);
            TrySendOffer(now);
        }
    }

    /// <summary>§13.3.1.4: the ACK ends the retransmission of our 2xx, and lets a BYE go that has waited.</summary>
    internal bool HandleAck(SipRequest ack, Instant now)
    {
        if (_okServer is null || ack.CSeq.Number != _okServer.Request.CSeq.Number)
        {
            return State is not SipCallState.Ended;
        }

        StopOk();
        if (State is SipCallState.Accepted) State = SipCallState.Confirmed;
        _stack.Raise(new SipEvent.AckReceived(this, ack));
        if (_byePending)
        {
            _byePending = false;
            EndLocally(now);
        }
        else
        {
            TrySendOffer(now);
        }

        _stack.Update(this);
        return true;
    }

    private void EndLocally(Instant now)
    {
        SendBye(now, _byeReason);
        End(SipEndReason.Local, null, now);
    }

    private void RespondFinal(int code, Instant now, string? reason, IReadOnlyList<SipHeader>? headers)
    {
        StopProvisionals();
        var response = SipResponse.For(Invite, code, reason, LocalTag);
        response.Headers.AddAll(headers);
        _stack.SendResponse(_inviteServer!, response, now);
    }

    /// <summary>§12.1.1: a response that makes a dialog copies Record-Route and has a Contact.</summary>
    private SipResponse NewResponse(SipServerRequest server, int code, string? reason)
    {
        var response = SipResponse.For(server.Request, code, reason, LocalTag);
        foreach (ref readonly var header in server.Request.Headers.Items)
        {
            if (header.Id is SipHeaderId.RecordRoute) response.Headers.Append(header);
        }

        var contact = _stack.ContactFor(server.Flow, SipStack.IsSips(server.Request));
        response.Headers.Add(SipHeaderId.Contact, ContactParameters is { } more ? $"{contact};{more}" : contact);
        response.Headers.Append(_stack.AllowHeader());
        response.Headers.Append(_stack.SupportedHeader());
        return response;
    }

    private void SendOk(SipServerRequest server, SipResponse response, Instant now)
    {
        _stack.SendResponse(server, response, now);
        _okServer = server;
        _okBytes = SipWriter.ToArray(response);
        _okInterval = _stack.Options.Timers.T1;
        _okAgain = now + _okInterval;
        _okUntil = now + _stack.Options.Timers.Timeout;
        _stack.Update(this);
    }

    private void StopOk()
    {
        _okServer = null;
        _okAgain = _okUntil = Instant.Never;
    }

    /// <summary>§13.3.1.4: "starts at T1 seconds and doubles for each retransmission until it reaches T2", whatever the
    /// transport.</summary>
    private void RepeatOk(Instant now)
    {
        if (_okServer is null) return;
        _okInterval = _okInterval * 2 < _stack.Options.Timers.T2 ? _okInterval * 2 : _stack.Options.Timers.T2;
        _okAgain = now + _okInterval;
        _stack.Resend(_okServer, _okBytes);
    }

    /// <summary>§13.3.1.4: without an ACK after 64*T1 "the dialog is confirmed, but the session SHOULD be terminated".
    /// </summary>
    private void HandleNoAck(Instant now)
    {
        StopOk();
        EndWithBye(_byePending ? SipEndReason.Local : SipEndReason.NoAck, _byeReason, now);
    }

    /// <summary>§13.3.1.1: a callee that takes longer than a minute says so every minute.</summary>
    private void RepeatProgress(Instant now)
    {
        _progressAt = now + ProgressInterval;
        if (State is not SipCallState.Incoming || _progress is null) return;
        _stack.SendResponse(_inviteServer!, _progress, now);
    }

    private void StopProvisionals()
    {
        (_progress, _progressAt) = (null, Instant.Never);
        StopReliable();
    }
}
