using System.Net;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.MediaNode.Io.Tls;
using OrleansAcd.Rtp;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Stack;

namespace OrleansAcd.MediaNode.Signalling;

/// <summary>Who owns what a stack tells.</summary>
public interface ISipOwner
{
    void OnSipEvent(SipEvent happened, Instant now);
}

/// <summary>Limits of an edge.</summary>
public sealed record SipEdgeOptions
{
    public int ConnectionsMax { get; init; } = 10_000;

    /// <summary>Bytes that may wait for room in one TCP connection.</summary>
    public int UnsentBytesMax { get; init; } = 256 * 1024;

    /// <summary>A TCP connection that sent nothing for so long is closed.</summary>
    public TimeSpan ConnectionIdleMax { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>A TCP connection that we make has to be up by then; TLS has a limit of its own.</summary>
    public TimeSpan ConnectMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Who connects has to have sent a whole message by then: nobody holds connections for nothing.</summary>
    public TimeSpan FirstMessageMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Certificates and trust; null: no TLS, neither in nor out.</summary>
    internal TlsAuthority? Tls { get; init; }

    /// <summary>The name that a server's certificate must hold, by the host of its URI; null: that host.</summary>
    public Func<string, string?>? TlsNameOf { get; init; }
}

/// <summary>A <see cref="SipStack"/> on a loop: its UDP socket, its TCP listener and connections, its
/// deadline.</summary>
/// <remarks>Used on the loop's thread only. After calling the stack from outside an event, call
/// <see cref="Flush"/>.</remarks>
public sealed class SipEdge : IReadyHandler, ITimeoutHandler, IDisposable
{
    private const int DatagramsPerTurnMax = 64;
    private const int AddressesKeptMax = 8_192;
    private const int BindTriesMax = 20;

    private readonly EventLoop _loop;
    private readonly UdpSocket _udp;
    private readonly SipConnections _connections;
    private readonly ISipOwner _owner;
    private readonly byte[] _datagram = new byte[SipLimits.MessageBytesMax + 1];
    private readonly Dictionary<TransportAddress, IPEndPoint> _addresses = [];
    private readonly LoopTimer _sweep;
    private bool _isFlushing;

    private SipEdge(EventLoop loop, UdpSocket udp, SipConnections connections, SipStack stack, ISipOwner owner)
    {
        (_loop, _udp, _connections, _owner, Stack) = (loop, udp, connections, owner, stack);
        _sweep = new LoopTimer(this);
    }

    public SipStack Stack { get; }

    /// <summary>Where TLS is bound; null: nowhere.</summary>
    public IPEndPoint? TlsLocal => _connections.TlsLocal;

    /// <summary>TLS that failed: bad bytes, no trust, no common cipher.</summary>
    public long TlsFailures => _connections.TlsFailures;

    /// <summary>Connections that did not come up, did not finish their handshake, or had no message, in time.</summary>
    public long ConnectionsTimedOut => _connections.TimedOut;

    internal TlsAuthority? Tls { get; private init; }

    /// <summary>Where UDP and TCP are bound; the same port.</summary>
    public IPEndPoint Local => _udp.Local.ToIpEndPoint();

    /// <summary>Datagrams that the system did not take.</summary>
    public long SendFailures { get; private set; }

    public int ConnectionCount => _connections.Count;

    /// <summary>Connections neither taken nor made because too many were open.</summary>
    public long ConnectionsRefused => _connections.Refused;

    /// <summary>Binds UDP and TCP at one port and starts to serve; null when the address is taken or not
    /// ours.</summary>
    /// <param name="local">Port 0 takes any that is free for both.</param>
    /// <param name="stack">Makes the stack once the port is known.</param>
    public static SipEdge? Bind(
        EventLoop loop, IPEndPoint local, Func<IPEndPoint, SipStack> stack, ISipOwner owner,
        SipEdgeOptions? options = null) => Bind(loop, local, (bound, _) => stack(bound), owner, options);

    /// <summary>As above; also binds TLS where the options say so, and tells where.</summary>
    public static SipEdge? Bind(
        EventLoop loop, IPEndPoint local, Func<IPEndPoint, IPEndPoint?, SipStack> stack, ISipOwner owner,
        SipEdgeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(loop);
        options ??= new SipEdgeOptions();
        for (var attempt = 0; attempt < (local.Port == 0 ? BindTriesMax : 1); attempt++)
        {
            var udp = loop.Net.BindUdp(TransportAddress.From(local), SocketOptions.Signalling);
            if (udp is null) return null;

            var connections = new SipConnections(loop, options);
            if (connections.Listen(udp.Local) && connections.ListenTls())
            {
                return Start(loop, udp, connections, stack, owner, options);
            }

            connections.Dispose();
            udp.Dispose();
        }

        return null;
    }

    /// <summary>Sends what the stack has to send and tells the owner what it has to tell, until it has nothing
    /// more.</summary>
    public void Flush()
    {
        if (_isFlushing) return;

        _isFlushing = true;
        try
        {
            while (Stack.TryPoll(out var output))
            {
                if (output.IsSend) Send(output);
                else _owner.OnSipEvent(output.Event!, _loop.Now);
            }
        }
        finally
        {
            _isFlushing = false;
        }
    }

    public void OnReadable()
    {
        for (var i = 0; i < DatagramsPerTurnMax; i++)
        {
            if (_udp.ReceiveFrom(_datagram, out var length, out var from) != IoStatus.Done) return;

            var flow = new SipFlow(SipTransport.Udp, EndPointOf(from));
            Stack.HandleMessage(_datagram.AsSpan(0, length), flow, _loop.Now);
            Flush();
        }
    }

    public void OnWritable()
    {
    }

    /// <summary>One message broke an invariant: it is lost, the loop has counted it, the socket goes on.</summary>
    public void OnFault(Exception error) => _isFlushing = false;

    public void HandleTimeout(Instant now)
    {
        // First, so that whatever a file or a connection does there is a next time.
        _loop.Schedule(_sweep, now + TimeSpan.FromMinutes(1));
        _connections.CloseIdle(now);
        Tls?.ReloadIfChanged();
    }

    public void Dispose()
    {
        _loop.Cancel(_sweep);
        _loop.Remove(_udp);
        _udp.Dispose();
        _connections.Dispose();
        Tls?.Dispose();
    }

    /// <summary>Names in the certificate that the peer of a TLS connection showed, when we trust it; else
    /// none.</summary>
    public IReadOnlyList<string> PeerNames(SipFlow flow) => _connections.PeerNames(flow);

    private static SipEdge Start(
        EventLoop loop, UdpSocket udp, SipConnections connections, Func<IPEndPoint, IPEndPoint?, SipStack> stack,
        ISipOwner owner, SipEdgeOptions options)
    {
        var made = stack(udp.Local.ToIpEndPoint(), connections.TlsLocal);
        var edge = new SipEdge(loop, udp, connections, made, owner) { Tls = options.Tls };
        connections.Attach(edge);
        loop.Add(udp, edge);
        loop.AddDeadlineHook(() => edge.Stack.NextDeadline, edge.OnDeadline);
        loop.Schedule(edge._sweep, loop.Now + TimeSpan.FromMinutes(1));
        return edge;
    }

    private void OnDeadline(Instant now)
    {
        Stack.HandleTimeout(now);
        Flush();
    }

    private void Send(in SipOutput output)
    {
        if (output.Flow.IsReliable)
        {
            if (!_connections.Send(output.Flow, output.Bytes.Span)) Stack.HandleTransportError(output.Flow, _loop.Now);
            return;
        }

        var status = _udp.SendTo(output.Bytes.Span, TransportAddress.From(output.Flow.Remote));
        if (status == IoStatus.Done) return;

        // A full buffer is a lost datagram, which SIP repeats; anything else will not get better.
        SendFailures++;
        if (status != IoStatus.WouldBlock) Stack.HandleTransportError(output.Flow, _loop.Now);
    }

    private IPEndPoint EndPointOf(in TransportAddress address)
    {
        if (_addresses.TryGetValue(address, out var known)) return known;

        if (_addresses.Count >= AddressesKeptMax) _addresses.Clear();
        return _addresses[address] = address.ToIpEndPoint();
    }
}
