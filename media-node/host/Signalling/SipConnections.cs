using System.Net;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.MediaNode.Io.Tls;
using OrleansAcd.Rtp;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Stack;

namespace OrleansAcd.MediaNode.Signalling;

/// <summary>The TCP and TLS connections of an edge: accepted and made, framed, reused, closed when idle (RFC 3261
/// section 18).</summary>
internal sealed class SipConnections(EventLoop loop, SipEdgeOptions options) : ITcpHandler, IDisposable
{
    private readonly Dictionary<long, SipPeer> _byId = [];
    private readonly Dictionary<TcpConnection, SipPeer> _byConnection = [];
    private readonly Dictionary<(SipTransport Transport, IPEndPoint Remote), SipPeer> _byRemote = [];
    private SipEdge? _edge;
    private TcpAcceptor? _acceptor;
    private TcpAcceptor? _tlsAcceptor;
    private long _lastId;
    private long _notMade;

    public int Count => _byId.Count;

    /// <summary>TLS connections whose handshake is not over.</summary>
    public int Handshakes { get; private set; }

    public long Refused => _notMade + (_acceptor?.Refused ?? 0) + (_tlsAcceptor?.Refused ?? 0);

    /// <summary>TLS that failed: bad bytes, no trust, no common cipher.</summary>
    public long TlsFailures { get; private set; }

    /// <summary>Connections that did not come up, did not finish their handshake, or had no message, in time.</summary>
    public long TimedOut { get; private set; }

    /// <summary>Where TLS is bound; null: nowhere.</summary>
    public IPEndPoint? TlsLocal => _tlsAcceptor?.Local.ToIpEndPoint();

    public bool Listen(in TransportAddress local)
    {
        _acceptor = TcpAcceptor.Listen(
            loop, local, this, () => _byId.Count, options.ConnectionsMax, options.UnsentBytesMax);
        return _acceptor is not null;
    }

    /// <summary>Opens the TLS port, when there is one to open.</summary>
    public bool ListenTls()
    {
        if (options.Tls?.Options.Listen is not { } local) return true;

        _tlsAcceptor = TcpAcceptor.Listen(
            loop, TransportAddress.From(local), new TlsDoor(this), () => _byId.Count, options.ConnectionsMax,
            options.UnsentBytesMax);
        return _tlsAcceptor is not null;
    }

    public void Attach(SipEdge edge) => _edge = edge;

    /// <summary>Names in the certificate that the peer of a TLS connection showed, when we trust it; else
    /// none.</summary>
    public IReadOnlyList<string> PeerNames(SipFlow flow) =>
        _byId.TryGetValue(flow.ConnectionId, out var peer) ? peer.Tls?.PeerNames ?? [] : [];

    /// <summary>Sends by the flow's connection, an open one to the same peer, or a new one. False: there is no
    /// way.</summary>
    public bool Send(SipFlow flow, ReadOnlySpan<byte> bytes)
    {
        var peer = flow.ConnectionId != 0 ? _byId.GetValueOrDefault(flow.ConnectionId) : Find(flow);
        if (peer is null) return false;
        if (peer.TrySend(bytes)) return true;

        Close(peer);
        return false;
    }

    public void OnConnected(TcpConnection connection)
    {
        if (!_byConnection.TryGetValue(connection, out var peer)) AwaitMessage(Add(connection, SipTransport.Tcp, null));
        else if (peer.Tls is null) loop.Cancel(peer.Limit);
    }

    public void OnReceived(TcpConnection connection, ReadOnlySpan<byte> bytes)
    {
        if (!_byConnection.TryGetValue(connection, out var peer)) return;

        peer.LastHeard = loop.Now;
        if (peer.Tls is { } tls) Decrypt(peer, tls, bytes);
        else TakeMessages(peer, bytes);
    }

    public void OnClosed(TcpConnection connection, IoStatus reason)
    {
        if (_byConnection.TryGetValue(connection, out var peer)) Forget(peer);
    }

    public void CloseIdle(Instant now)
    {
        List<SipPeer> idle = [.. _byId.Values.Where(peer => now - peer.LastHeard > options.ConnectionIdleMax)];
        foreach (var peer in idle) Close(peer);
    }

    public void Dispose()
    {
        _acceptor?.Dispose();
        _tlsAcceptor?.Dispose();
        foreach (var peer in _byId.Values)
        {
            loop.Cancel(peer.Limit);
            peer.Connection.Dispose();
            peer.Dispose();
        }

        _byId.Clear();
        _byConnection.Clear();
        _byRemote.Clear();
    }

    private void AddTls(TcpConnection connection)
    {
        if (Handshakes >= options.Tls!.Options.HandshakesMax)
        {
            _notMade++;
            connection.Dispose();
            return;
        }

        var peer = Add(connection, SipTransport.Tls, options.Tls.AcceptSession());
        loop.Schedule(peer.Limit, loop.Now + options.Tls.Options.HandshakeMax);
    }

    private void Decrypt(SipPeer peer, TlsSession tls, ReadOnlySpan<byte> bytes)
    {
        var wasOpen = tls.State == TlsState.Open;
        tls.Receive(bytes);
        if (!wasOpen && tls.State == TlsState.Open)
        {
            Handshakes--;
            loop.Cancel(peer.Limit);
            if (!peer.IsOurs) AwaitMessage(peer);
            peer.SendWaiting();
        }

        Span<byte> plain = stackalloc byte[4 * 1024];
        for (var length = tls.Read(plain); length > 0; length = tls.Read(plain)) TakeMessages(peer, plain[..length]);

        // An alert says why, when something failed.
        var isSent = peer.SendCipher();
        if (tls.State is not TlsState.Failed && isSent && tls.State is not TlsState.Closed) return;
        if (peer.Connection.IsClosed) return;

        if (tls.State is TlsState.Failed) TlsFailures++;
        Close(peer);
    }

    private void TakeMessages(SipPeer peer, ReadOnlySpan<byte> bytes)
    {
        if (peer.Connection.IsClosed) return;

        peer.Framer.Push(bytes);
        while (!peer.Connection.IsClosed)
        {
            switch (peer.Framer.TryTake(out var message))
            {
                case SipFrame.NeedMore:
                    return;
                case SipFrame.Message:
                    loop.Cancel(peer.Limit);
                    _edge!.Stack.HandleMessage(message, peer.Flow, loop.Now);
                    _edge.Flush();
                    break;
                case SipFrame.Ping:
                    peer.TrySend(SipStreamFramer.Pong);
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

    private SipPeer? Find(SipFlow flow)
    {
        var isOpen = _byRemote.TryGetValue((flow.Transport, flow.Remote), out var open);
        if (isOpen && open!.IsFor(flow.ServerName)) return open;
        if (_byId.Count >= options.ConnectionsMax)
        {
            _notMade++;
            return null;
        }

        return flow.Transport is SipTransport.Tls ? ConnectTls(flow) : Connect(flow, null);
    }

    private SipPeer? ConnectTls(SipFlow flow)
    {
        if (options.Tls is not { } authority) return null;

        var name = flow.ServerName ?? flow.Remote.Address.ToString();
        return Connect(flow, authority.ConnectSession(options.TlsNameOf?.Invoke(name) ?? name));
    }

    private SipPeer? Connect(SipFlow flow, TlsSession? tls)
    {
        var made = TcpConnection.Connect(loop, TransportAddress.From(flow.Remote), this, options.UnsentBytesMax);
        if (made is null)
        {
            tls?.Dispose();
            return null;
        }

        var peer = Add(made, flow.Transport, tls, flow.ServerName, isOurs: true);
        loop.Schedule(peer.Limit, loop.Now + (tls is null ? options.ConnectMax : options.Tls!.Options.HandshakeMax));
        return peer.SendCipher() ? peer : null;
    }

    private void AwaitMessage(SipPeer peer) => loop.Schedule(peer.Limit, loop.Now + options.FirstMessageMax);

    private SipPeer Add(
        TcpConnection connection, SipTransport transport, TlsSession? tls, string? serverName = null,
        bool isOurs = false)
    {
        var flow = new SipFlow(transport, connection.Remote.ToIpEndPoint(), ++_lastId);
        var peer = new SipPeer(connection, flow, tls, serverName, options.UnsentBytesMax, TooLate)
        {
            LastHeard = loop.Now, IsOurs = isOurs,
        };
        _byId[flow.ConnectionId] = peer;
        _byConnection[connection] = peer;
        _byRemote[(transport, flow.Remote)] = peer;
        if (tls is not null) Handshakes++;
        return peer;
    }

    private void TooLate(SipPeer peer)
    {
        TimedOut++;
        Close(peer);
    }

    private void Close(SipPeer peer)
    {
        peer.SayGoodbye();
        peer.Connection.Dispose();
        Forget(peer);
    }

    private void Forget(SipPeer peer)
    {
        if (!_byId.Remove(peer.Flow.ConnectionId)) return;

        loop.Cancel(peer.Limit);
        _byConnection.Remove(peer.Connection);
        var key = (peer.Flow.Transport, peer.Flow.Remote);
        if (_byRemote.GetValueOrDefault(key) == peer) _byRemote.Remove(key);
        if (peer.IsInHandshake) Handshakes--;
        peer.Dispose();
        _edge!.Stack.HandleConnectionClosed(peer.Flow, loop.Now);
        _edge.Flush();
    }

    /// <summary>What comes in at the TLS port.</summary>
    private sealed class TlsDoor(SipConnections owner) : ITcpHandler
    {
        public void OnConnected(TcpConnection connection) => owner.AddTls(connection);

        public void OnReceived(TcpConnection connection, ReadOnlySpan<byte> bytes) =>
            owner.OnReceived(connection, bytes);

        public void OnClosed(TcpConnection connection, IoStatus reason) => owner.OnClosed(connection, reason);
    }
}
