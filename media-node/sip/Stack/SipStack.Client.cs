using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Dialogs;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Transactions;

namespace OrleansAcd.Sip.Stack;

/// <summary>What the owner sends outside dialogs, and responses that come in (RFC 3261 §8.1).</summary>
public sealed partial class SipStack
{
    /// <summary>How often one request may be repeated with another header.</summary>
    public const int RetriesMax = 5;

    /// <summary>Places a call, RFC 3261 §13.2.1. Events follow; a target without a way there fails at once with 503.
    /// </summary>
    public SipCall Invite(SipInviteOptions options, Instant now)
    {
        ArgumentNullException.ThrowIfNull(options);
        var request = NewRequest(SipMethods.Invite, options);
        var call = new SipCall(this, request, options.Flow)
        {
            Tag = options.Tag, ContactParameters = options.ContactParameters, Credentials = options.Credentials,
        };
        Counters.CallsMade++;
        Keep(call);
        call.Start(now);
        return call;
    }

    /// <summary>Takes over a call that is up from another node: its dialog as saved there. Re-INVITE follows by the
    /// owner. </summary>
    public SipCall Adopt(SipDialogState state, bool isUac, SipFlow? flow = null, object? tag = null)
    {
        var call = new SipCall(this, SipDialog.Restore(state), isUac, flow) { Tag = tag };
        Keep(call);
        return call;
    }

    /// <summary>Sends a request outside any dialog: REGISTER, OPTIONS, MESSAGE ... The answer comes as
    /// <see cref="SipEvent.RequestAnswered"/> or <see cref="SipEvent.RequestFailed"/>.</summary>
    public SipClientRequest Send(string method, SipInviteOptions options, Instant now)
    {
        ArgumentNullException.ThrowIfNull(options);
        var client = new SipClientRequest(NewRequest(method, options), null, ClientPurpose.Owner)
        {
            Wanted = options.Flow,
            Tag = options.Tag,
        };
        return Start(client, now);
    }

    /// <summary>Repeats a request that was answered, with one header set, CSeq raised and a new branch (§22.2): the way
    /// to answer 401 and 407. Null when the request is not answered, was repeated too often, or its call is
    /// gone.</summary>
    public SipClientRequest? RetryWithHeader(SipClientRequest request, string name, string value, Instant now)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.FinalResponse is null || request.Attempt >= RetriesMax) return null;
        if (request.Call is { } call) return call.Retry(request, copy => copy.Headers.Set(name, value), now);

        var again = Copy(request, request.Request.CSeq.Number + 1);
        again.Request.Headers.Set(name, value);
        return Start(again, now);
    }

    internal static SipClientRequest Copy(SipClientRequest old, uint cseq)
    {
        var request = old.Request.Copy();
        request.Headers.Remove(SipHeaderId.Via);
        request.Headers.Set(SipHeaderId.CSeq, new CSeq(cseq, request.Method).ToString());
        return new SipClientRequest(request, old.Call, old.Purpose)
        {
            Wanted = old.Wanted,
            Tag = old.Tag,
            Attempt = old.Attempt + 1,
        };
    }

    /// <summary>Forgets a client transaction that has waited long enough after its CANCEL (§9.1).</summary>
    internal void Abandon(SipClientRequest client)
    {
        client.IsOver = true;
        Forget(client);
    }

    /// <summary>The same in 64*T1: an INVITE that was answered provisionally has no timer of its own (§17.1.1.2), and
    /// the peer of a call that is over may never send the final response.</summary>
    internal void AbandonLater(SipClientRequest client, Instant now)
    {
        client.AbandonAt = now + _options.Timers.Timeout;
        if (_clients.TryGetValue(client.Key, out var kept) && kept == client) _deadlines.Update(client);
    }

    private SipRequest NewRequest(string method, SipInviteOptions options)
    {
        var request = new SipRequest(method, options.Target.WithoutHeaders()) { Headers = new SipHeaderList(20) };
        var headers = request.Headers;
        foreach (var route in options.RouteSet) headers.Add(SipHeaderId.Route, route.ToString());
        headers.Add(SipHeaderId.MaxForwards, options.MaxForwardsText);
        var from = options.From ?? NameAddr.Create(null, SipUri.Create(_options.ContactUser, _options.Host));
        headers.Add(SipHeaderId.From, from.WithParameter("tag", options.FromTag ?? NewTag()).ToString());
        headers.Add(SipHeaderId.To, (options.To ?? NameAddr.Create(null, options.Target)).ToString());
        headers.Add(SipHeaderId.CallId, options.CallId ?? NewCallId());
        headers.Add(SipHeaderId.CSeq, new CSeq(options.FirstCSeq, method).ToString());
        if (method == SipMethods.Invite) AddInviteHeaders(headers);
        headers.Add(SipHeaderId.UserAgent, _options.UserAgent);
        headers.AddAll(options.Headers);
        SetBody(request, options.Body, options.ContentType);
        return request;
    }

    private void AddInviteHeaders(SipHeaderList headers)
    {
        headers.Append(AllowHeader());
        headers.Append(SupportedHeader());
        if (_options.SessionInterval <= TimeSpan.Zero) return;

        headers.Add(SipHeaderId.SessionExpires, new SessionExpires(_options.SessionInterval, default).ToString());
        headers.Append(MinSeHeader());
    }

    /// <summary>§17.1.3 and §8.1.3.3: a response with more than one Via is not ours.</summary>
    private void HandleResponse(SipResponse response, Instant now)
    {
        var key = new ClientTransactionKey(response.TopVia.Branch, response.CSeq.Method);
        if (response.Headers.CountOf(SipHeaderId.Via) != 1 || !_clients.TryGetValue(key, out var client))
        {
            Counters.Stray++;
            return;
        }

        if (client.Transaction is InviteClientTransaction invite) invite.Handle(response, now);
        else ((NonInviteClientTransaction)client.Transaction!).Handle(response, now);
        Pump(client, now);
    }

    private void Pump(SipClientRequest client, Instant now)
    {
        while (client.Transaction!.TryPoll(out var output))
        {
            switch (output.Kind)
            {
                case TransactionOutputKind.Send:
                    Emit(client.Flow, output.Bytes, output.IsRetransmission);
                    break;
                case TransactionOutputKind.Deliver:
                    Deliver(client, (SipResponse)output.Message!, now);
                    break;
                case TransactionOutputKind.TimedOut:
                    Counters.TimedOut++;
                    Fail(client, 408, now);
                    break;
                case TransactionOutputKind.TransportFailed:
                    Forget(client);
                    FallBack(client, now);
                    return;
                case TransactionOutputKind.Terminated:
                    Forget(client);
                    return;
                default: break;
            }
        }

        if (_clients.ContainsKey(client.Key)) _deadlines.Update(client);
    }

    /// <summary>§18.1.1: a request that went to TCP for its size alone is tried again by UDP.</summary>
    private void FallBack(SipClientRequest client, Instant now)
    {
        if (client.FinalResponse is not null) return;
        if (client.Fallback is not { } udp)
        {
            Counters.Unreachable++;
            Fail(client, 503, now);
            return;
        }

        client.Fallback = null;
        var bytes = Address(client, udp);
        Begin(client, bytes, now);
    }

    private void Deliver(SipClientRequest client, SipResponse response, Instant now)
    {
        if (!response.IsProvisional) client.FinalResponse ??= response;
        if (!response.IsProvisional && client.Call?.TryAuthorize(client, response, now) is true)
        {
            Counters.Authorized++;
            Update(client.Call);
            return;
        }

        if (client.Call is { } call && client.Purpose is not (ClientPurpose.Owner or ClientPurpose.Silent))
        {
            call.HandleResponse(client, response, now);
            Update(call);
            return;
        }

        if (client.Purpose is ClientPurpose.Owner && !response.IsProvisional)
        {
            Raise(new SipEvent.RequestAnswered(client, response));
            client.Call?.HandleGone(response.StatusCode, now);
        }
    }

    private void Fail(SipClientRequest client, int code, Instant now)
    {
        if (client.IsOver) return;
        client.IsOver = true;
        if (client.Call is { } call && client.Purpose is not (ClientPurpose.Owner or ClientPurpose.Silent))
        {
            call.HandleFailure(client, code, now);
            Update(call);
        }
        else if (client.Purpose is ClientPurpose.Owner)
        {
            Raise(new SipEvent.RequestFailed(client, code));
            client.Call?.HandleGone(code, now);
        }
    }

    private void Forget(SipClientRequest client)
    {
        if (_clients.TryGetValue(client.Key, out var kept) && kept == client) _clients.Remove(client.Key);
        _deadlines.Remove(client);
    }
}
