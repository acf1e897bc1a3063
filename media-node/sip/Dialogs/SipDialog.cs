using OrleansAcd.Sip.Messages;

namespace OrleansAcd.Sip.Dialogs;

/// <summary>A dialog, RFC 3261 §12: identifiers, CSeq both ways, route set and remote target.</summary>
public sealed class SipDialog
{
    private readonly string _localAddress;
    private readonly string _remoteAddress;

    private SipDialog(SipDialogState state)
    {
        CallId = state.CallId;
        LocalTag = state.LocalTag;
        RemoteTag = state.RemoteTag;
        RemoteTarget = state.RemoteTarget;
        RouteSet = state.RouteSet;
        LocalCSeq = state.LocalCSeq;
        RemoteCSeq = state.RemoteCSeq;
        (_localAddress, _remoteAddress) = (state.LocalAddress, state.RemoteAddress);
    }

    public string CallId { get; }

    public string LocalTag { get; }

    /// <summary>Empty for a peer of RFC 2543 without a tag.</summary>
    public string RemoteTag { get; }

    public SipUri RemoteTarget { get; private set; }

    /// <summary>In the order in which this side's requests visit it.</summary>
    public IReadOnlyList<NameAddr> RouteSet { get; private set; }

    /// <summary>Where requests go first: the first router, else the remote target (§12.2.1.1, §8.1.2).</summary>
    public SipUri NextHop => RouteSet.Count > 0 ? RouteSet[0].Uri : RemoteTarget;

    public uint LocalCSeq { get; private set; }

    /// <summary>Null until the peer has sent a request.</summary>
    public uint? RemoteCSeq { get; private set; }

    public bool IsEarly { get; private set; }

    /// <summary>The reliable provisional response that was seen last, RFC 3262 §4; 0 for none.</summary>
    public uint RemoteRSeq { get; set; }

    /// <summary>§12.1.1: the callee's side of an INVITE.</summary>
    public static SipDialog ForUas(SipRequest invite, string localTag)
    {
        ArgumentNullException.ThrowIfNull(invite);
        return new SipDialog(new SipDialogState
        {
            CallId = invite.CallId,
            LocalTag = localTag,
            RemoteTag = invite.FromTag,
            LocalAddress = $"{invite.To};tag={localTag}",
            RemoteAddress = invite.From.ToString(),
            RemoteTarget = invite.Contacts.Count > 0 ? invite.Contacts[0].Uri : invite.From.Uri,
            RouteSet = Routes(invite, reverse: false),
            RemoteCSeq = invite.CSeq.Number,
        }) { IsEarly = true };
    }

    /// <summary>§12.1.2: the caller's side, from a response to its INVITE.</summary>
    public static SipDialog ForUac(SipRequest invite, SipResponse response)
    {
        ArgumentNullException.ThrowIfNull(invite);
        ArgumentNullException.ThrowIfNull(response);
        return new SipDialog(new SipDialogState
        {
            CallId = invite.CallId,
            LocalTag = invite.FromTag,
            RemoteTag = response.ToTag,
            LocalAddress = invite.From.ToString(),
            RemoteAddress = response.To.ToString(),
            RemoteTarget = response.Contacts.Count > 0 ? response.Contacts[0].Uri : invite.RequestUri,
            RouteSet = Routes(response, reverse: true),
            LocalCSeq = invite.CSeq.Number,
        }) { IsEarly = response.IsProvisional };
    }

    /// <summary>A dialog that another node has held.</summary>
    public static SipDialog Restore(SipDialogState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return new SipDialog(state);
    }

    /// <summary>All that another node needs to go on.</summary>
    public SipDialogState Save() => new()
    {
        CallId = CallId,
        LocalTag = LocalTag,
        RemoteTag = RemoteTag,
        LocalAddress = _localAddress,
        RemoteAddress = _remoteAddress,
        RemoteTarget = RemoteTarget,
        RouteSet = RouteSet,
        LocalCSeq = LocalCSeq,
        RemoteCSeq = RemoteCSeq,
    };

    /// <summary>§13.2.2.4: a 2xx recomputes the route set of an early dialog and its target.</summary>
    public void Confirm(SipMessage message, bool isUac)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (IsEarly && isUac) RouteSet = Routes(message, reverse: true);
        IsEarly = false;
        if (isUac) RefreshTarget(message);
    }

    /// <summary>§12.2: the Contact of a target refresh request, or of its 2xx, replaces the remote target.</summary>
    public void RefreshTarget(SipMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.Contacts.Count > 0) RemoteTarget = message.Contacts[0].Uri;
    }

    /// <summary>§12.2.2: a request with a CSeq lower than the last is out of order and gets 500.</summary>
    public bool TryAcceptCSeq(uint number)
    {
        if (RemoteCSeq is { } last && number < last) return false;
        RemoteCSeq = number;
        return true;
    }

    public uint NextCSeq() => ++LocalCSeq;

    /// <summary>A request inside the dialog, §12.2.1.1, without Via, with the next CSeq.</summary>
    public SipRequest NewRequest(string method) => NewRequest(method, NextCSeq());

    /// <summary>A request with a given CSeq, as an ACK has its INVITE's.</summary>
    public SipRequest NewRequest(string method, uint cseq)
    {
        var strict = RouteSet.Count > 0 && !RouteSet[0].Uri.IsLooseRouter;
        var target = strict
            ? RouteSet[0].Uri.WithoutHeaders().WithoutParameter("method") : RemoteTarget.WithoutHeaders();
        var request = new SipRequest(method, target) { Headers = new SipHeaderList(14) };
        var headers = request.Headers;
        AddRoutes(headers, strict);
        headers.Add(SipHeaderId.MaxForwards, "70");
        headers.Add(SipHeaderId.From, _localAddress);
        headers.Add(SipHeaderId.To, _remoteAddress);
        headers.Add(SipHeaderId.CallId, CallId);
        headers.Add(SipHeaderId.CSeq, new CSeq(cseq, method).ToString());
        return request;
    }

    /// <summary>§12.2.1.1: behind a strict router its URI is the Request-URI, and the remote target ends the
    /// route.</summary>
    private void AddRoutes(SipHeaderList headers, bool strict)
    {
        for (var i = strict ? 1 : 0; i < RouteSet.Count; i++) headers.Add(SipHeaderId.Route, RouteSet[i].ToString());
        if (strict) headers.Add(SipHeaderId.Route, $"<{RemoteTarget}>");
    }

    private static IReadOnlyList<NameAddr> Routes(SipMessage message, bool reverse)
    {
        List<NameAddr>? routes = null;
        foreach (ref readonly var header in message.Headers.Items)
        {
            if (header.Id is not SipHeaderId.RecordRoute || !NameAddr.TryParse(header.Value, out var route)) continue;
            (routes ??= []).Add(route);
        }

        if (reverse) routes?.Reverse();
        return routes ?? (IReadOnlyList<NameAddr>)[];
    }
}

/// <summary>A dialog as data, to be stored or sent to another node.</summary>
public sealed record SipDialogState
{
    public required string CallId { get; init; }

    public required string LocalTag { get; init; }

    public required string RemoteTag { get; init; }

    /// <summary>From of this side's requests, with tag.</summary>
    public required string LocalAddress { get; init; }

    /// <summary>To of this side's requests, with tag.</summary>
    public required string RemoteAddress { get; init; }

    public required SipUri RemoteTarget { get; init; }

    public IReadOnlyList<NameAddr> RouteSet { get; init; } = [];

    public uint LocalCSeq { get; init; }

    public uint? RemoteCSeq { get; init; }
}
