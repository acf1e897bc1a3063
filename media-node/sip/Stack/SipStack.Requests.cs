using System.Globalization;
using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Transactions;

namespace OrleansAcd.Sip.Stack;

/// <summary>Requests that come in: matching (RFC 3261 §17.2.3), inspection (§8.2) and who gets them.</summary>
public sealed partial class SipStack
{
    private static readonly IReadOnlyList<SipHeader> NoHeaders = [];

    internal bool SendResponse(SipServerRequest server, SipResponse response, Instant now)
    {
        var bytes = SipWriter.ToArray(response);
        var taken = server.Transaction switch
        {
            InviteServerTransaction invite => invite.Respond(response.StatusCode, bytes, now),
            NonInviteServerTransaction other => other.Respond(response.StatusCode, bytes, now),
            _ => false,
        };
        if (taken && response.StatusCode >= 200) server.IsAnswered = true;
        Pump(server, now);
        return taken;
    }

    /// <summary>Sends a 2xx of an INVITE again, which its transaction leaves to its user (§13.3.1.4).</summary>
    internal void Resend(SipServerRequest server, ReadOnlyMemory<byte> bytes) =>
        Emit(WayBack(server.Request, server.Flow), bytes, again: true);

    private void HandleRequest(SipRequest request, SipFlow flow, Instant now)
    {
        Counters.CountReceived(request.Method);
        MarkSource(request, flow);
        var key = ServerTransactionKey.Of(request);
        if (_servers.TryGetValue(key, out var known))
        {
            HandleKnown(known, request, now);
            return;
        }

        switch (request.Method)
        {
            case SipMethods.Ack: HandleAck(request, now); break;
            case SipMethods.Cancel: HandleCancel(request, flow, key, now); break;
            default: HandleNew(request, flow, now); break;
        }
    }

    private void HandleKnown(SipServerRequest known, SipRequest request, Instant now)
    {
        if (known.Transaction is InviteServerTransaction invite) invite.Handle(request, now);
        else ((NonInviteServerTransaction)known.Transaction).Handle(request);
        if (!request.IsAck) Counters.RetransmissionsReceived++;
        Pump(known, now);
    }

    private void HandleAck(SipRequest ack, Instant now)
    {
        if (FindCall(ack) is { } call && call.HandleAck(ack, now)) return;
        Counters.Stray++;
    }

    /// <summary>§9.2: a CANCEL that matches no INVITE gets 481; it changes nothing once a final response was
    /// sent.</summary>
    private void HandleCancel(SipRequest cancel, SipFlow flow, ServerTransactionKey key, Instant now)
    {
        if (!_servers.TryGetValue(key with { Method = SipMethods.Invite }, out var invite))
        {
            Counters.UnknownDialogs++;
            Refuse(cancel, flow, 481);
            return;
        }

        var server = Accept(cancel, flow, now);
        server.Call = invite.Call;
        server.Respond(200, now);
        if (!invite.IsAnswered) invite.Call?.HandleCancel(invite, cancel, now);
    }

    private void HandleNew(SipRequest request, SipFlow flow, Instant now)
    {
        if (request.ToTag.Length > 0)
        {
            HandleInDialog(request, flow, now);
            return;
        }

        // A phone that cannot refresh its registration would be lost for longer than the overload lasts.
        var isShed = Overloaded && request.Method != SipMethods.Register;
        if (isShed || _servers.Count >= _options.ServerTransactionsMax
            || (request.IsInvite && _calls.Count >= _options.CallsMax))
        {
            Counters.OverloadRefused++;
            Refuse(request, flow, 503, null, [RetryAfter(_options.OverloadRetryAfter)]);
            return;
        }

        if (!Inspect(request, flow)) return;

        if (request.Method == SipMethods.Options) AnswerOptions(request, flow);
        else if (request.IsInvite) HandleInvite(request, flow, now);
        else if (request.Method == SipMethods.Refer) RefuseReferOutside(request, flow);
        else if (request.Method is SipMethods.Bye or SipMethods.Prack or SipMethods.Update) Refuse(request, flow, 481);
        else Raise(new SipEvent.RequestReceived(Accept(request, flow, now)));
    }

    private void HandleInDialog(SipRequest request, SipFlow flow, Instant now)
    {
        if (_servers.Count >= _options.ServerTransactionsMax)
        {
            Counters.OverloadRefused++;
            Refuse(request, flow, 503, null, [RetryAfter(_options.OverloadRetryAfter)]);
            return;
        }

        if (FindCall(request) is not { } call)
        {
            Counters.UnknownDialogs++;
            Refuse(request, flow, 481);
            return;
        }

        if (!Inspect(request, flow, call)) return;
        var server = Accept(request, flow, now);
        server.Call = call;
        call.HandleRequest(server, now);
        Update(call);
    }

    /// <summary>The call whose local tag is in To and whose peer is in From.</summary>
    private SipCall? FindCall(SipRequest request) =>
        _calls.TryGetValue(new CallKey(request.CallId, request.ToTag), out var call) && call.HasPeer(request.FromTag)
            ? call : null;

    /// <summary>§8.2.1 to §8.2.3, in that order. False when the request has been refused.</summary>
    private bool Inspect(SipRequest request, SipFlow flow, SipCall? call = null)
    {
        if (!SipText.ListHas(_options.Allow, request.Method))
        {
            return Refuse(request, flow, SipMethods.IsKnown(request.Method) ? 405 : 501, null, [AllowHeader()]);
        }

        if (!request.RequestUri.IsSip && request.RequestUri.Scheme is not SipUriScheme.Tel)
        {
            return Refuse(request, flow, 416);
        }

        // RFC 3891 §3: "present in a request other than INVITE, the UAS MUST reject the request with a 400".
        if (!request.IsInvite && request.Headers.Has(SipHeaderId.Replaces))
        {
            return RefuseReplaces(request, flow, 400, "Replaces is for INVITE");
        }

        if (request.ToTag.Length == 0 && IsMerged(request))
        {
            Counters.LoopsRefused++;
            return Refuse(request, flow, 482);
        }

        if (request.MaxForwards == 0 && request.Method != SipMethods.Options && request.ToTag.Length == 0)
        {
            return Refuse(request, flow, 483);
        }

        return InspectExtensions(request, flow, call) && InspectContent(request, flow);
    }

    private bool IsMerged(SipRequest request) => _merge.ContainsKey(MergeKey.Of(request));

    /// <summary>§8.2.2.3: options that are required and not supported are listed in a 420. A B2BUA ends the path, so
    /// Proxy-Require is not its to refuse. What the call's own INVITE requires is supported within it.</summary>
    private bool InspectExtensions(SipRequest request, SipFlow flow, SipCall? call)
    {
        List<string>? unknown = null;
        foreach (ref readonly var header in request.Headers.Items)
        {
            if (header.Id is not SipHeaderId.Require) continue;
            foreach (var option in header.Value.Split(',', StringSplitOptions.TrimEntries))
            {
                if (option.Length == 0 || SipText.ListHas(_options.Supported, option)) continue;
                if (call?.Invite.Headers.HasToken(SipHeaderId.Require, option) != true) (unknown ??= []).Add(option);
            }
        }

        return unknown is null
            || Refuse(request, flow, 420, null, [SipHeader.Of("Unsupported", string.Join(", ", unknown))]);
    }

    /// <summary>§8.2.3 for session descriptions: INVITE, UPDATE and PRACK. Other bodies are the owner's to
    /// judge.</summary>
    private bool InspectContent(SipRequest request, SipFlow flow)
    {
        if (request.Method is not (SipMethods.Invite or SipMethods.Update or SipMethods.Prack)) return true;

        var encoding = request.Headers.Get(SipHeaderId.ContentEncoding);
        if (encoding is not null && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            return Refuse(request, flow, 415, null, [SipHeader.Of("Accept-Encoding", "identity")]);
        }

        if (request.HasBody && request.ContentType.Length > 0 && !SipText.ListHas(_options.Accept, request.ContentType))
        {
            return Refuse(request, flow, 415, null, [SipHeader.Of("Accept", _options.Accept)]);
        }

        return AcceptsOurBodies(request) || Refuse(request, flow, 406);
    }

    private bool AcceptsOurBodies(SipRequest request)
    {
        if (!request.Headers.Has(SipHeaderId.Accept)) return true;
        foreach (var ours in _options.Accept.Split(',', StringSplitOptions.TrimEntries))
        {
            if (request.Headers.HasToken(SipHeaderId.Accept, ours)) return true;
            var slash = ours.IndexOf('/', StringComparison.Ordinal);
            if (slash > 0 && request.Headers.HasToken(SipHeaderId.Accept, ours[..slash] + "/*")) return true;
        }

        return request.Headers.HasToken(SipHeaderId.Accept, "*/*");
    }

    private void HandleInvite(SipRequest invite, SipFlow flow, Instant now)
    {
        if (IsIntervalTooSmall(invite))
        {
            Refuse(invite, flow, 422, null, [MinSeHeader()]);
            return;
        }

        if (!TryFindReplaced(invite, flow, out var replaced)) return;

        var server = Accept(invite, flow, now);
        var call = new SipCall(this, server, NewTag());
        server.Call = call;
        Keep(call);
        Counters.CallsReceived++;
        server.Respond(100, now);
        Raise(new SipEvent.IncomingCall(call, invite) { Replaced = replaced });
    }

    /// <summary>A stranger does not get to place calls through us: RFC 3515 §5.</summary>
    private void RefuseReferOutside(SipRequest request, SipFlow flow)
    {
        Counters.ReferralsRefused++;
        Refuse(request, flow, 403, "Only inside a call");
    }

    /// <summary>RFC 4028 §9: too small an interval is refused only to who understands the refusal.</summary>
    internal bool IsIntervalTooSmall(SipRequest request) => _options.SessionInterval > TimeSpan.Zero
        && request.TryGetSessionExpires(out var asked) && asked.Interval < _options.SessionIntervalMin
        && request.Supports("timer");

    internal SipHeader MinSeHeader() => SipHeader.Of("Min-SE",
        ((long)_options.SessionIntervalMin.TotalSeconds).ToString(CultureInfo.InvariantCulture));

    internal static SipHeader RetryAfter(TimeSpan delay) =>
        SipHeader.Of("Retry-After", ((long)delay.TotalSeconds).ToString(CultureInfo.InvariantCulture));

    internal SipHeader AllowHeader() => new(SipHeaderId.Allow, "Allow", _options.Allow);

    internal SipHeader SupportedHeader() => new(SipHeaderId.Supported, "Supported", _options.Supported);

    /// <summary>§11.2: what an INVITE would find here.</summary>
    internal IReadOnlyList<SipHeader> Capabilities() =>
    [
        AllowHeader(), SupportedHeader(), SipHeader.Of("Accept", _options.Accept),
        SipHeader.Of("Accept-Encoding", "identity"), SipHeader.Of("Accept-Language", "en"),
        SipHeader.Of("User-Agent", _options.UserAgent),
    ];

    private void AnswerOptions(SipRequest request, SipFlow flow) => Refuse(request, flow, 200, null, Capabilities());

    private SipServerRequest Accept(SipRequest request, SipFlow flow, Instant now)
    {
        SipTransaction transaction = request.IsInvite
            ? new InviteServerTransaction(_options.Timers, flow.IsReliable)
            : new NonInviteServerTransaction(_options.Timers, flow.IsReliable, now);
        var server = new SipServerRequest(this, request, flow, transaction);
        _servers[server.Key] = server;
        if (request.ToTag.Length == 0) _merge.TryAdd(server.Merge, server);
        _deadlines.Update(server);
        return server;
    }

    /// <summary>Answers without keeping anything (§8.2.7): a retransmission gets the same answer, with the same
    /// tag.</summary>
    private bool Refuse(SipRequest request, SipFlow flow, int code, string? reason = null,
        IReadOnlyList<SipHeader>? headers = null)
    {
        if (request.IsAck) return false;
        var response = SipResponse.For(request, code, reason, StatelessTag(request));
        response.Headers.AddAll(headers ?? NoHeaders);
        Emit(WayBack(request, flow), SipWriter.ToArray(response));
        return false;
    }

    /// <summary>The same for the same request: FNV-1a over Via, Call-ID and CSeq.</summary>
    private static string StatelessTag(SipRequest request)
    {
        var hash = 14695981039346656037UL;
        Mix(request.TopVia.Branch);
        Mix(request.Headers.Get(SipHeaderId.CallId) ?? "");
        Mix(request.Headers.Get(SipHeaderId.CSeq) ?? "");
        return hash.ToString("x16", CultureInfo.InvariantCulture);

        void Mix(string text)
        {
            foreach (var c in text) hash = unchecked((hash ^ c) * 1099511628211UL);
        }
    }

    private void Pump(SipServerRequest server, Instant now)
    {
        while (server.Transaction.TryPoll(out var output))
        {
            switch (output.Kind)
            {
                case TransactionOutputKind.Send:
                    Emit(WayBack(server.Request, server.Flow), output.Bytes, output.IsRetransmission);
                    break;
                case TransactionOutputKind.Deliver:
                    HandleAck((SipRequest)output.Message!, now);
                    break;
                case TransactionOutputKind.TimedOut:
                    Counters.TimedOut++;
                    break;
                case TransactionOutputKind.Terminated:
                    Forget(server);
                    return;
                default: break;
            }
        }

        _deadlines.Update(server);
    }

    private void Forget(SipServerRequest server)
    {
        _servers.Remove(server.Key);
        if (_merge.TryGetValue(server.Merge, out var kept) && kept == server) _merge.Remove(server.Merge);
        _deadlines.Remove(server);
    }
}
