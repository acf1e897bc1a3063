using System.Globalization;
using System.Net;
using System.Net.Sockets;
using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Location;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Transactions;

namespace OrleansAcd.Sip.Stack;

/// <summary>Where messages go: RFC 3261 §18 and RFC 3581, and which connections are open.</summary>
public sealed partial class SipStack
{
    private readonly Dictionary<long, SipFlow> _connections = [];
    private readonly Dictionary<(SipTransport Transport, IPEndPoint Remote), long> _connectionOf = [];
    private readonly string _udpContact;
    private readonly string _tcpContact;
    private readonly string _tlsContact;
    private readonly string _sipsContact;

    /// <summary>The owner has closed a connection, or lost it: what waits for an answer there fails, responses find
    /// another way (§18.2.2).</summary>
    public void HandleConnectionClosed(SipFlow flow, Instant now)
    {
        if (_connections.Remove(flow.ConnectionId, out var gone)
            && _connectionOf.TryGetValue((gone.Transport, gone.Remote), out var current)
            && current == flow.ConnectionId)
        {
            _connectionOf.Remove((gone.Transport, gone.Remote));
        }

        HandleTransportError(flow, now);
    }

    /// <summary>The owner could not send there: all client transactions that wait for that peer fail, or fall back from
    /// TCP to UDP (§18.1.1).</summary>
    public void HandleTransportError(SipFlow flow, Instant now)
    {
        var hit = new List<SipClientRequest>();
        foreach (var client in _clients.Values)
        {
            if (client.Flow.Transport == flow.Transport && client.Flow.Remote.Equals(flow.Remote)
                && (flow.ConnectionId == 0 || client.Flow.ConnectionId is 0
                    || client.Flow.ConnectionId == flow.ConnectionId))
            {
                hit.Add(client);
            }
        }

        foreach (var client in hit)
        {
            client.Transaction!.HandleTransportError();
            Pump(client, now);
        }
    }

    /// <summary>Our Contact on that transport, in angle brackets: what a REGISTER binds.</summary>
    /// <param name="isSips">The request is for a SIPS URI: its Contact has to be one too (§8.1.1.8, §12.1.1).</param>
    public string ContactFor(SipFlow flow, bool isSips = false) => flow.Transport switch
    {
        SipTransport.Udp => _udpContact,
        SipTransport.Tls => isSips ? _sipsContact : _tlsContact,
        _ => _tcpContact,
    };

    internal bool IsOpen(SipFlow flow) => flow.ConnectionId != 0 && _connections.ContainsKey(flow.ConnectionId);

    /// <summary>The next hop of a request: the first Route when it is a loose router, else the Request-URI
    /// (§8.1.2).</summary>
    internal SipFlow? FindFlow(SipRequest request)
    {
        var hop = request.RequestUri;
        if (request.Headers.TryGet(SipHeaderId.Route, out var text) && NameAddr.TryParse(text, out var route)
            && route.Uri.IsLooseRouter)
        {
            hop = route.Uri;
        }

        return FindFlow(hop);
    }

    internal SipFlow? FindFlow(SipUri hop)
    {
        if (!hop.IsSip) return null;

        var to = SipDestination.Of(hop);
        var maddr = hop.Parameters.Get("maddr");
        var place = maddr is not null && IPAddress.TryParse(maddr, out var given) ? to.At(given)
            : hop.TryGetAddress(out var address) ? to.At(address)
            : _options.Resolve?.Invoke(to);
        if (place is not { } found) return null;

        var name = found.Transport is SipTransport.Tls ? hop.Host : null;
        return Reuse(new SipFlow(found.Transport, found.Remote) { ServerName = name });
    }

    /// <summary>The wanted flow while it can be used: a connection that is gone, such as the one a phone registered
    /// over, gives way to where the request itself points (§8.1.2).</summary>
    private SipFlow? FlowOf(SipRequest request, SipFlow? wanted)
    {
        if (wanted is null) return FindFlow(request);
        if (wanted is not { IsReliable: true } stream || IsOpen(Reuse(stream))) return wanted;

        // What went over TLS, keys of the media among it, never goes any other way.
        var other = FindFlow(request);
        return stream.Transport is SipTransport.Tls && other is not { Transport: SipTransport.Tls } ? wanted
            : other ?? wanted;
    }

    /// <summary>Starts a client transaction. The request has no Via yet. Where there is no way, the request fails at
    /// once as 503 (§8.1.3.1).</summary>
    internal SipClientRequest Start(SipClientRequest client, Instant now)
    {
        var flow = FlowOf(client.Request, client.Wanted);
        if (flow is null || _clients.Count >= _options.ClientTransactionsMax)
        {
            Counters.Unreachable++;
            Fail(client, 503, now);
            return client;
        }

        Counters.CountSent(client.Request.Method);
        client.Call?.Authorize(client);
        var bytes = Address(client, Reuse(flow.Value));
        var isTooLarge = client.Flow.Transport is SipTransport.Udp && bytes.Length > _options.UdpRequestBytesMax;
        if (isTooLarge && client.Wanted is not { IsOnlyWay: true })
        {
            client.Fallback = client.Flow;
            bytes = Address(client, Reuse(new SipFlow(SipTransport.Tcp, client.Flow.Remote)));
        }

        Begin(client, bytes, now);
        return client;
    }

    /// <summary>CANCEL: goes where its INVITE went, with the same Via (§9.1).</summary>
    internal void StartCancel(SipClientRequest invite, string? reason, Instant now)
    {
        var cancel = new SipClientRequest(AckRequest.Cancel(invite.Request, reason), invite.Call, ClientPurpose.Silent)
        {
            Flow = invite.Flow,
        };
        Counters.CountSent(SipMethods.Cancel);
        Begin(cancel, SipWriter.ToArray(cancel.Request), now);
    }

    /// <summary>A request without a transaction: the ACK of a 2xx (§13.2.2.4).</summary>
    internal (SipFlow Flow, byte[] Bytes)? SendDirect(SipRequest request, SipFlow? wanted)
    {
        if (FlowOf(request, wanted) is not { } flow)
        {
            Counters.Unreachable++;
            return null;
        }

        flow = Reuse(flow);
        request.Headers.Prepend(SipHeaderId.Via, ViaFor(flow, NewBranch()));
        Counters.CountSent(request.Method);
        var bytes = SipWriter.ToArray(request);
        Emit(flow, bytes);
        return (flow, bytes);
    }

    private void Begin(SipClientRequest client, byte[] bytes, Instant now)
    {
        client.Key = new ClientTransactionKey(client.Request.TopVia.Branch, client.Request.Method);
        client.Transaction = client.Request.IsInvite
            ? new InviteClientTransaction(client.Request, bytes, _options.Timers, client.Flow.IsReliable, now)
            : new NonInviteClientTransaction(bytes, _options.Timers, client.Flow.IsReliable, now);
        _clients[client.Key] = client;
        Pump(client, now);
    }

    /// <summary>Writes the request for a flow: Via on top, Contact where the method refreshes targets.</summary>
    private byte[] Address(SipClientRequest client, SipFlow flow)
    {
        var headers = client.Request.Headers;
        headers.Remove(SipHeaderId.Via);
        headers.Prepend(SipHeaderId.Via, ViaFor(flow, NewBranch()));
        client.Request.ForgetVia();
        client.Flow = flow;
        if (NeedsContact(client))
        {
            var parameters = client.Call?.ContactParameters is { } more ? ";" + more : "";
            headers.Set(SipHeaderId.Contact, ContactFor(flow, IsSips(client.Request)) + parameters);
        }

        return SipWriter.ToArray(client.Request);
    }

    internal static bool IsSips(SipRequest request) => request.RequestUri.Scheme is SipUriScheme.Sips;

    private static bool NeedsContact(SipClientRequest client) => client.Call is not null
        && client.Request.Method is SipMethods.Invite or SipMethods.Update or SipMethods.Refer or SipMethods.Notify
            or SipMethods.Subscribe;

    private string NewBranch() =>
        string.Concat(SipVia.MagicCookie, _ids.NextBits().ToString("x16", CultureInfo.InvariantCulture));

    private string ViaFor(SipFlow flow, string branch) => SipVia.Format(
        flow.ViaName, _options.Host, PortFor(flow.Transport), branch);

    private int PortFor(SipTransport transport) => transport switch
    {
        SipTransport.Udp => _options.UdpPort,
        SipTransport.Tls => _options.TlsPort,
        _ => _options.TcpPort,
    };

    /// <summary>The open connection to that peer when there is one, else one for the owner to open.</summary>
    internal SipFlow Reuse(SipFlow flow)
    {
        if (!flow.IsReliable || IsOpen(flow)) return flow;
        return flow with { ConnectionId = _connectionOf.GetValueOrDefault((flow.Transport, flow.Remote)) };
    }

    private void KeepConnection(SipFlow flow)
    {
        if (!_connections.TryAdd(flow.ConnectionId, flow)) return;
        _connectionOf[(flow.Transport, flow.Remote)] = flow.ConnectionId;
    }

    /// <summary>§18.2.1 and RFC 3581 §4: the top Via is told where the request came from.</summary>
    private static void MarkSource(SipRequest request, SipFlow flow)
    {
        var via = request.TopVia;
        var rport = via.Parameters.Has("rport");
        var same = !rport && via.Host.AsSpan().SequenceEqual(flow.Remote.Address.ToString());
        if (same) return;

        var text = via.ToString();
        if (rport) text = Replace(text, via, "rport", flow.Remote.Port.ToString(CultureInfo.InvariantCulture));
        text = Replace(text, via, "received", flow.Remote.Address.ToString());
        request.Headers.ReplaceAt(request.Headers.IndexOf(SipHeaderId.Via), text);
    }

    private static string Replace(string text, SipVia via, string name, string value)
    {
        if (!via.Parameters.Has(name)) return $"{text};{name}={value}";

        var start = text.IndexOf(';', StringComparison.Ordinal);
        var parameters = new SipParameters(text[start..]).With(name, value);
        return string.Concat(text.AsSpan(0, start), parameters.Text);
    }

    /// <summary>§18.2.2: the same connection while it is open; else received, rport, sent-by.</summary>
    private SipFlow WayBack(SipRequest request, SipFlow flow)
    {
        if (IsOpen(flow)) return flow;

        var via = request.TopVia;
        var rport = !flow.IsReliable && via.Parameters.Has("rport");
        var standard = SipDestination.PortOf(flow.Transport);
        var port = rport ? flow.Remote.Port : via.Port == 0 ? standard : via.Port;
        var address = via.Maddr is { } maddr && IPAddress.TryParse(maddr, out var given) ? given : flow.Remote.Address;
        if (address.AddressFamily is not (AddressFamily.InterNetwork or AddressFamily.InterNetworkV6)) return flow;
        return Reuse(new SipFlow(flow.Transport, new IPEndPoint(address, port)));
    }
}
