using System.Globalization;
using System.Net;
using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Transactions;

namespace OrleansAcd.Sip.Stack;

/// <summary>A SIP user agent without sockets or clocks: messages and time in, messages and events out (RFC 3261 §8 to
/// §18). One for each worker thread.</summary>
/// <remarks>Poll all outputs after every call. Not thread-safe. Bytes from the network never throw.</remarks>
public sealed partial class SipStack
{
    /// <summary>Outputs that may wait; sends beyond it are dropped and counted, events are not.</summary>
    public const int OutputsMax = 65_536;

    private readonly SipStackOptions _options;
    private readonly IIdSource _ids;
    private readonly Queue<SipOutput> _outputs = new();
    private readonly DeadlineQueue<IHasDeadline> _deadlines = new();
    private readonly Dictionary<ServerTransactionKey, SipServerRequest> _servers = [];
    private readonly Dictionary<ClientTransactionKey, SipClientRequest> _clients = [];
    private readonly Dictionary<MergeKey, SipServerRequest> _merge = [];
    private readonly Dictionary<CallKey, SipCall> _calls = [];

    public SipStack(SipStackOptions options, IIdSource ids)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _ids) = (options, ids);
        var user = options.ContactUser;
        _udpContact = $"<{SipUri.Create(user, options.Host, options.UdpPort)}>";
        _tcpContact = $"<{SipUri.Create(user, options.Host, options.TcpPort, ";transport=tcp")}>";
        _tlsContact = $"<{SipUri.Create(user, options.Host, options.TlsPort, ";transport=tls")}>";
        _sipsContact = $"<{SipUri.Parse($"sips:{user}@{options.Host}:{options.TlsPort}")}>";
    }

    public SipStackOptions Options => _options;

    public SipCounters Counters { get; } = new();

    public MalformedPeers MalformedPeers { get; } = new();

    /// <summary>New requests outside dialogs, REGISTER aside, get 503 with Retry-After (RFC 3261 §21.5.4).</summary>
    public bool Overloaded { get; set; }

    public int CallCount => _calls.Count;

    public int ServerTransactionCount => _servers.Count;

    public int ClientTransactionCount => _clients.Count;

    /// <summary>When <see cref="HandleTimeout"/> has something to do; <see cref="Instant.Never"/> when it has
    /// not.</summary>
    public Instant NextDeadline => _deadlines.NextDeadline;

    /// <summary>One whole message: a datagram, or what a <see cref="SipStreamFramer"/> cut from a stream.</summary>
    public void HandleMessage(ReadOnlySpan<byte> bytes, SipFlow flow, Instant now)
    {
        Counters.Received++;
        if (flow.ConnectionId != 0) KeepConnection(flow);
        if (!SipParser.TryParse(bytes, out var message, out var error))
        {
            HandleMalformed(message, error, flow);
            return;
        }

        if (message is SipRequest request) HandleRequest(request, flow, now);
        else HandleResponse((SipResponse)message!, now);
    }

    /// <summary>What a stream broke off with (RFC 3261 §18.3): answered when it can be read as a request, and
    /// counted.</summary>
    /// <param name="headers">The header part that has no usable length; empty: there was none.</param>
    public void HandleBroken(ReadOnlySpan<byte> headers, SipFlow flow)
    {
        Counters.Received++;
        KeepConnection(flow);
        var isReadable = SipParser.TryParse(headers, out var message, out var error);
        if (message is SipRequest request && (isReadable || error.Answerable))
        {
            RefuseMalformed(request, flow, 400, isReadable ? "Bad Content-Length header field" : error.Reason);
            return;
        }

        MalformedPeers.Add(flow.Remote.Address);
        Counters.MalformedDropped++;
    }

    public void HandleTimeout(Instant now)
    {
        while (_deadlines.TryPeekDue(now, out var due))
        {
            switch (due)
            {
                case SipClientRequest client when now >= client.AbandonAt:
                    Abandon(client);
                    break;
                case SipClientRequest client:
                    client.Transaction!.HandleTimeout(now);
                    Pump(client, now);
                    break;
                case SipServerRequest server:
                    server.Transaction.HandleTimeout(now);
                    Pump(server, now);
                    break;
                case SipCall call:
                    call.HandleTimeout(now);
                    _deadlines.Update(call);
                    break;
                default: break;
            }
        }
    }

    public bool TryPoll(out SipOutput output) => _outputs.TryDequeue(out output);

    internal Instant Later(Instant now, TimeSpan least, TimeSpan most)
    {
        // RFC 3261 §14.1: "chosen in units of 10 ms".
        var step = TimeSpan.FromMilliseconds(10);
        var steps = (ulong)((most - least).Ticks / step.Ticks) + 1;
        return now + least + (step * (int)(_ids.NextBits() % steps));
    }

    internal uint RandomBelow(uint limit) => (uint)(_ids.NextBits() % limit);

    internal string NewTag() => _ids.NextBits().ToString("x16", CultureInfo.InvariantCulture);

    internal string NewCallId() => _options.NewCallId?.Invoke() ?? NewTag() + NewTag();

    internal void Raise(SipEvent happened) => _outputs.Enqueue(new SipOutput(default, default, happened));

    internal void Emit(SipFlow flow, ReadOnlyMemory<byte> bytes, bool again = false)
    {
        if (_outputs.Count >= OutputsMax)
        {
            Counters.OutputsDropped++;
            return;
        }

        Counters.Sent++;
        if (again) Counters.RetransmissionsSent++;
        _outputs.Enqueue(new SipOutput(flow, bytes, null));
    }

    internal void Update(SipCall call) => _deadlines.Update(call);

    internal void Keep(SipCall call) => _calls[new CallKey(call.CallId, call.LocalTag)] = call;

    internal void Forget(SipCall call)
    {
        _calls.Remove(new CallKey(call.CallId, call.LocalTag));
        _deadlines.Remove(call);
    }

    internal static void SetBody(SipMessage message, ReadOnlyMemory<byte> body, string contentType)
    {
        if (body.IsEmpty) return;
        message.Body = body;
        message.Headers.Set(SipHeaderId.ContentType, contentType);
    }

    private void HandleMalformed(SipMessage? message, SipParseError error, SipFlow flow)
    {
        if (error.Kind is SipParseErrorKind.KeepAlive)
        {
            Counters.KeepAlives++;
            return;
        }

        if (error.Answerable)
        {
            RefuseMalformed((SipRequest)message!, flow, error.StatusCode, error.Reason);
            return;
        }

        MalformedPeers.Add(flow.Remote.Address);
        Counters.MalformedDropped++;
    }

    private void RefuseMalformed(SipRequest request, SipFlow flow, int code, string reason)
    {
        MalformedPeers.Add(flow.Remote.Address);
        Counters.BadRequestsAnswered++;
        Refuse(request, flow, code, reason);
    }

    private readonly record struct CallKey(string CallId, string LocalTag);
}
