using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Dialogs;
using OrleansAcd.Sip.Messages;

namespace OrleansAcd.Sip.Stack;

/// <summary>Changes of a session that is up: re-INVITE (RFC 3261 §14) and UPDATE (RFC 3311), both ways, with glare.
/// </summary>
public sealed partial class SipCall
{
    private SipClientRequest? _offerClient;
    private SipServerRequest? _remoteOffer;
    private QueuedOffer? _offerQueued;
    private Instant _offerAt = Instant.Never;
    private bool _peerUpdates;
    private bool _earlyAnswered;
    private ReadOnlyMemory<byte> _localBody;
    private string _localType = "application/sdp";

    /// <summary>Sends a re-INVITE, at once or as soon as no other offer is under way; a later one replaces one that
    /// waits. After 491 it is tried again by itself (§14.1). An empty body asks the peer for an offer.</summary>
    public bool Reinvite(ReadOnlyMemory<byte> body, Instant now, string contentType = "application/sdp") =>
        Offer(new QueuedOffer(SipMethods.Invite, body, contentType, 0, false), now);

    /// <summary>The same by UPDATE, also before the call is answered. False when the peer does not allow
    /// UPDATE.</summary>
    public bool Update(ReadOnlyMemory<byte> body, Instant now, string contentType = "application/sdp") =>
        _peerUpdates && Offer(new QueuedOffer(SipMethods.Update, body, contentType, 0, false), now);

    /// <summary>200 to the re-INVITE or UPDATE of the last <see cref="SipEvent.Reoffered"/>.</summary>
    public bool AcceptReoffer(ReadOnlyMemory<byte> body, Instant now, string contentType = "application/sdp",
        IReadOnlyList<SipHeader>? headers = null)
    {
        if (_remoteOffer is not { } server || DialogWith(server.Request.FromTag) is not { } dialog) return false;

        _remoteOffer = null;
        Answer(server, dialog, body, contentType, headers, now);
        TrySendOffer(now);
        return true;
    }

    /// <summary>Refuses it; the session stays as it was (§14.2).</summary>
    public bool RejectReoffer(int code, Instant now, string? reason = null, IReadOnlyList<SipHeader>? headers = null)
    {
        if (_remoteOffer is not { } server || code is < 300 or > 699) return false;

        _remoteOffer = null;
        server.Respond(code, now, reason, headers);
        TrySendOffer(now);
        return true;
    }

    /// <summary>No offer of either side is under way.</summary>
    private bool IsFreeToOffer => _offerClient is null && _remoteOffer is null && _okServer is null
        && _ackWanted is null;

    private bool Offer(QueuedOffer offer, Instant now)
    {
        var early = State is SipCallState.Calling or SipCallState.Incoming;
        if (State is SipCallState.Ended || (early && (offer.Method == SipMethods.Invite || ActiveDialog is null)))
        {
            return false;
        }

        _offerQueued = offer;
        TrySendOffer(now);
        _stack.Update(this);
        return true;
    }

    private void TrySendOffer(Instant now)
    {
        if (_offerQueued is not { } offer)
        {
            _offerAt = Instant.Never;
            return;
        }

        if (_offerAt != Instant.Never && now < _offerAt) return;

        _offerAt = Instant.Never;
        var ready = State is SipCallState.Confirmed
            || (offer.Method == SipMethods.Update && State is SipCallState.Calling or SipCallState.Incoming);
        if (!ready || !IsFreeToOffer || ActiveDialog is not { } dialog) return;

        _offerQueued = null;
        var request = dialog.NewRequest(offer.Method);
        request.Headers.Append(_stack.AllowHeader());
        request.Headers.Append(_stack.SupportedHeader());
        AddSession(request);

        // A refresh says what stands now: the peer may have changed it while the refresh waited.
        if (!offer.IsRefresh) SipStack.SetBody(request, offer.Body, offer.ContentType);
        else if (request.IsInvite) SipStack.SetBody(request, _localBody, _localType);
        var purpose = offer.IsRefresh ? ClientPurpose.Refresh : ClientPurpose.Reoffer;
        _offerClient = new SipClientRequest(request, this, purpose) { Wanted = WantedFlow, Attempt = offer.Attempt };
        _stack.Start(_offerClient, now);
    }

    /// <summary>§14.2: 500 while our answer to an earlier one is due, 491 while an offer of ours is out.</summary>
    private void HandleReinvite(SipServerRequest server, Instant now)
    {
        if (State is SipCallState.Incoming || _remoteOffer is not null) RefuseOverlap(server, now);
        else if (State is not SipCallState.Confirmed || !IsFreeToOffer) server.Respond(491, now);
        else if (_stack.IsIntervalTooSmall(server.Request)) server.Respond(422, now, null, [_stack.MinSeHeader()]);
        else
        {
            server.Respond(100, now);
            _remoteOffer = server;
            _stack.Raise(new SipEvent.Reoffered(this, server.Request));
        }
    }

    /// <summary>RFC 3311 §5.2. Without a body it refreshes session and target, and is answered here.</summary>
    private void HandleUpdate(SipServerRequest server, SipDialog dialog, Instant now)
    {
        if (_stack.IsIntervalTooSmall(server.Request))
        {
            server.Respond(422, now, null, [_stack.MinSeHeader()]);
            return;
        }

        if (!server.Request.HasBody)
        {
            Answer(server, dialog, default, "", null, now);
            return;
        }

        var unanswered = State is SipCallState.Incoming && !(_earlyBodySent && Invite.HasBody);
        var ourOffer = _offerClient is not null || _ackWanted is not null
            || (State is SipCallState.Calling && !_earlyAnswered)
            || (_okServer is { } ok && !ok.Request.HasBody);
        if (_remoteOffer is not null || unanswered) RefuseOverlap(server, now);
        else if (ourOffer) server.Respond(491, now);
        else
        {
            _remoteOffer = server;
            _stack.Raise(new SipEvent.Reoffered(this, server.Request));
        }
    }

    private void RefuseOverlap(SipServerRequest server, Instant now) =>
        server.Respond(500, now, null, [SipStack.RetryAfter(TimeSpan.FromSeconds(_stack.RandomBelow(11)))]);

    private void Answer(SipServerRequest server, SipDialog dialog, ReadOnlyMemory<byte> body, string contentType,
        IReadOnlyList<SipHeader>? headers, Instant now)
    {
        dialog.RefreshTarget(server.Request);
        var response = NewResponse(server, 200, null);
        AddSession(response, server.Request, now);
        response.Headers.AddAll(headers);
        SipStack.SetBody(response, body, contentType);
        if (!body.IsEmpty) (_localBody, _localType) = (body, contentType);
        if (server.Request.IsInvite) SendOk(server, response, now);
        else _stack.SendResponse(server, response, now);
        _stack.Update(this);
    }

    private void HandleOfferResponse(SipClientRequest client, SipResponse response, Instant now)
    {
        if (response.IsProvisional)
        {
            if (Dialog is not null && client.Request.IsInvite && IsReliable(response))
            {
                SendPrack(Dialog, response, default, "", now);
            }

            return;
        }

        if (client.Request.IsInvite && response.IsSuccess && ResendAck(client, response.ToTag)) return;
        if (client != _offerClient) return;

        _offerClient = null;
        if (response.IsSuccess) HandleOfferAnswered(client, response, now);
        else HandleOfferFailure(client, response.StatusCode, response, now);
    }

    private void HandleOfferAnswered(SipClientRequest client, SipResponse response, Instant now)
    {
        if (DialogWith(client.Request.ToTag) is not { } dialog) return;

        var invite = client.Request.IsInvite;
        var needsAnswer = invite && !client.Request.HasBody && response.HasBody && State is not SipCallState.Ended;
        if (invite && !needsAnswer) SendAck(dialog, client, default, "");
        if (State is SipCallState.Ended) return;

        if (needsAnswer) _ackWanted = client;
        if (client.Request.HasBody) (_localBody, _localType) = (client.Request.Body, TypeOf(client.Request));
        dialog.RefreshTarget(response);
        ApplySession(response, weAreUac: true, now);
        var refresh = client.Purpose is ClientPurpose.Refresh;
        _stack.Raise(new SipEvent.ReofferAnswered(this, response, needsAnswer, refresh));
        TrySendOffer(now);
    }

    private void HandleOfferFailure(SipClientRequest client, int code, SipResponse? response, Instant now)
    {
        if (_offerClient == client) _offerClient = null;
        if (State is SipCallState.Ended) return;
        if (code == 491 && TryAgainLater(client, now)) return;
        if (code == 422 && TryRaiseInterval(client, response!, out var interval)
            && Retry(client, copy => SetInterval(copy, interval), now) is not null) return;

        var refresh = client.Purpose is ClientPurpose.Refresh;
        if (!refresh) _stack.Raise(new SipEvent.ReofferFailed(this, client, code, response));

        // RFC 3261 §12.2.1.2: 481, 408 and no response at all: "the UAC SHOULD terminate the dialog".
        if (code is 481 or 408 && State is SipCallState.Confirmed) EndWithBye(SipEndReason.PeerGone, null, now);
        else if (refresh && code is 405 or 501 && _peerUpdates) RefreshByReinvite(now);
        else
        {
            RefreshLater(now);
            TrySendOffer(now);
        }
    }

    /// <summary>§14.1: the owner of the Call-ID waits 2.1 to 4 s, the other side 0 to 2 s.</summary>
    private bool TryAgainLater(SipClientRequest client, Instant now)
    {
        if (client.Attempt >= SipStack.RetriesMax) return false;

        _offerQueued ??= new QueuedOffer(client.Request.Method, client.Request.Body,
            client.Request.HasBody ? TypeOf(client.Request) : "", client.Attempt + 1,
            client.Purpose is ClientPurpose.Refresh);
        _offerAt = IsUac
            ? _stack.Later(now, TimeSpan.FromSeconds(2.1), TimeSpan.FromSeconds(4))
            : _stack.Later(now, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        _stack.Update(this);
        return true;
    }

    /// <summary>With its parameters: a multipart body is nothing without its boundary.</summary>
    private static string TypeOf(SipMessage message) => message.Headers.Get(SipHeaderId.ContentType) ?? "";

    private sealed record QueuedOffer(
        string Method, ReadOnlyMemory<byte> Body, string ContentType, int Attempt, bool IsRefresh);
}
