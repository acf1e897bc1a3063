using System.Net;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.Rtp;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Stack;

namespace OrleansAcd.MediaNode.Signalling;

/// <summary>The TCP connections of an edge: accepted and made, framed, reused, closed when idle (RFC 3261 section
/// 18).</summary>
internal sealed class SipConnections(EventLoop loop, SipEdgeOptions options) : ITcpHandler, IDisposable
{
    private readonly Dictionary<long, Peer> _byId = [];
    private readonly Dictionary<TcpConnection, Peer> _byConnection = [];
    private readonly Dictionary<IPEndPoint, Peer> _byRemote = [];
    private SipEdge? _edge;
    private TcpAcceptor? _acceptor;
    private long _lastId;
    private long _notMade;

    public int Count => _byId.Count;

    public long Refused => _notMade + (_acceptor?.Refused ?? 0);

    public bool Listen(in TransportAddress local)
    {
        _acceptor = TcpAcceptor.Listen(
            loop, local, this, () => _byId.Count, options.ConnectionsMax, options.UnsentBytesMax);
        return _acceptor is not null;
    }

    public void Attach(SipEdge edge) => _edge = edge;

    /// <summary>Sends by the flow's connection, an open one to the same peer, or a new one. False: there is no
    /// way.</summary>
    public bool Send(SipFlow flow, ReadOnlySpan<byte> bytes)
    {
        var peer = flow.ConnectionId != 0 ? _byId.GetValueOrDefault(flow.ConnectionId) : Find(flow.Remote);
        if (peer is null) return false;
        if (peer.Connection.TrySend(bytes)) return true;

        Close(peer);
        return false;
    }

    public void OnConnected(TcpConnection connection)
    {
        // One that we made is known already.
        if (!_byConnection.ContainsKey(connection)) Add(connection);
    }

    public void OnReceived(TcpConnection connection, ReadOnlySpan<byte> bytes)
    {
        if (!_byConnection.TryGetValue(connection, out var peer)) return;

        peer.LastHeard = loop.Now;
        peer.Framer.Push(bytes);
        while (!connection.IsClosed)
        {
            switch (peer.Framer.TryTake(out var message))
            {
                case SipFrame.NeedMore:
                    return;
                case SipFrame.Message:
                    _edge!.Stack.HandleMessage(message, peer.Flow, loop.Now);
                    _edge.Flush();
                    break;
                case SipFrame.Ping:
                    connection.TrySend(SipStreamFramer.Pong);
                    break;
                default:
                    // RFC 3261 section 18.3: answered with 400 where its header part can be read, else only counted.
                    _edge!.Stack.HandleBroken(message, peer.Flow);
                    _edge.Flush();
                    Close(peer);
                    return;
            }
        }
    }

    public void OnClosed(TcpConnection connection, IoStatus reason)
    {
        if (_byConnection.TryGetValue(connection, out var peer)) Forget(peer);
    }

    public void CloseIdle(Instant now)
    {
        List<Peer> idle = [.. _byId.Values.Where(peer => now - peer.LastHeard > options.ConnectionIdleMax)];
        foreach (var peer in idle) Close(peer);
    }

    public void Dispose()
    {
        _acceptor?.Dispose();
        foreach (var peer in _byId.Values)
        {
            peer.Connection.Dispose();
            peer.Framer.Dispose();
        }

        _byId.Clear();
        _byConnection.Clear();
        _byRemote.Clear();
    }

    private Peer? Find(IPEndPoint remote)
    {
        if (_byRemote.TryGetValue(remote, out var open)) return open;
        if (_byId.Count >= options.ConnectionsMax)
        {
            _notMade++;
            return null;
        }

        var made = TcpConnection.Connect(loop, TransportAddress.From(remote), this, options.UnsentBytesMax);
        return made is null ? null : Add(made);
    }

    private Peer Add(TcpConnection connection)
    {
        var remote = connection.Remote.ToIpEndPoint();
        var peer = new Peer(connection, new SipFlow(SipTransport.Tcp, remote, ++_lastId)) { LastHeard = loop.Now };
        _byId[peer.Flow.ConnectionId] = peer;
        _byConnection[connection] = peer;
        _byRemote[remote] = peer;
        return peer;
    }

    private void Close(Peer peer)
    {
        peer.Connection.Dispose();
        Forget(peer);
    }

    private void Forget(Peer peer)
    {
        if (!_byId.Remove(peer.Flow.ConnectionId)) return;

        _byConnection.Remove(peer.Connection);
        if (_byRemote.GetValueOrDefault(peer.Flow.Remote) == peer) _byRemote.Remove(peer.Flow.Remote);
        peer.Framer.Dispose();
        _edge!.Stack.HandleConnectionClosed(peer.Flow, loop.Now);
        _edge.Flush();
    }

    private sealed class Peer(TcpConnection connection, SipFlow flow)
    {
        public TcpConnection Connection { get; } = connection;

        public SipFlow Flow { get; } = flow;

        public SipStreamFramer Framer { get; } = new();

        public Instant LastHeard { get; set; }
    }
}
