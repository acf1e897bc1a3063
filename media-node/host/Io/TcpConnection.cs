using OrleansAcd.Rtp;

namespace OrleansAcd.MediaNode.Io;

/// <summary>Who a connection's bytes are for.</summary>
public interface ITcpHandler
{
    void OnConnected(TcpConnection connection);

    /// <summary>Bytes as they came; the span is valid during the call only.</summary>
    void OnReceived(TcpConnection connection, ReadOnlySpan<byte> bytes);

    /// <summary>Once, unless the owner closed it.</summary>
    void OnClosed(TcpConnection connection, IoStatus reason);
}

/// <summary>A TCP connection in a loop, with a send buffer that has an end.</summary>
public sealed class TcpConnection : IReadyHandler, IDisposable
{
    private const int ReceiveBytes = 16 * 1024;

    /// <summary>Reads in one turn at most: a fast sender does not starve the others.</summary>
    private const int ReadsPerTurnMax = 4;

    private readonly EventLoop _loop;
    private readonly TcpSocket _socket;
    private readonly ITcpHandler _handler;
    private readonly int _unsentMax;
    private byte[] _unsent = [];
    private int _unsentLength;
    private bool _isConnecting;
    private bool _isClosed;

    private TcpConnection(EventLoop loop, TcpSocket socket, ITcpHandler handler, int unsentMax, bool isConnecting)
    {
        (_loop, _socket, _handler, _unsentMax, _isConnecting) = (loop, socket, handler, unsentMax, isConnecting);
        loop.Add(socket, this, wantsWrite: isConnecting);
    }

    public TransportAddress Local => _socket.Local;

    public TransportAddress Remote => _socket.Remote;

    public bool IsClosed => _isClosed;

    /// <summary>Bytes that wait for room.</summary>
    public int Unsent => _unsentLength;

    /// <summary>Begins to connect; null when that fails at once. What is sent meanwhile waits.</summary>
    public static TcpConnection? Connect(EventLoop loop, in TransportAddress remote, ITcpHandler handler, int unsentMax)
    {
        ArgumentNullException.ThrowIfNull(loop);
        var socket = loop.Net.ConnectTcp(remote);
        return socket is null ? null : new TcpConnection(loop, socket, handler, unsentMax, isConnecting: true);
    }

    internal static TcpConnection Accepted(EventLoop loop, TcpSocket socket, ITcpHandler handler, int unsentMax) =>
        new(loop, socket, handler, unsentMax, isConnecting: false);

    /// <summary>Sends, or keeps what there is no room for yet; false when more would wait than allowed, or it is
    /// closed.</summary>
    public bool TrySend(ReadOnlySpan<byte> bytes)
    {
        if (_isClosed || _unsentLength + bytes.Length > _unsentMax) return false;

        var sent = 0;
        if (!_isConnecting && _unsentLength == 0)
        {
            var status = _socket.Send(bytes, out sent);
            if (status is IoStatus.Closed or IoStatus.Refused or IoStatus.Failed) return false;
            sent = Math.Max(0, sent);
        }

        if (sent < bytes.Length) Keep(bytes[sent..]);
        return true;
    }

    public void OnReadable()
    {
        Span<byte> buffer = stackalloc byte[ReceiveBytes];
        for (var i = 0; i < ReadsPerTurnMax && !_isClosed && !_isConnecting; i++)
        {
            var status = _socket.Receive(buffer, out var length);
            if (status == IoStatus.WouldBlock) return;
            if (status != IoStatus.Done)
            {
                CloseBecause(status);
                return;
            }

            _handler.OnReceived(this, buffer[..length]);
        }
    }

    public void OnWritable()
    {
        if (_isConnecting)
        {
            var status = _socket.FinishConnect();
            if (status != IoStatus.Done)
            {
                CloseBecause(status);
                return;
            }

            _isConnecting = false;
            _handler.OnConnected(this);
        }

        if (!_isClosed) Flush();
    }

    public void OnFault(Exception error) => CloseBecause(IoStatus.Failed);

    /// <summary>Closes without telling the handler, who asked for it.</summary>
    public void Dispose()
    {
        if (_isClosed) return;

        _isClosed = true;
        _loop.Remove(_socket);
        _socket.Dispose();
    }

    private void CloseBecause(IoStatus reason)
    {
        if (_isClosed) return;

        Dispose();
        _handler.OnClosed(this, reason);
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_unsent.Length < _unsentLength + bytes.Length)
        {
            Array.Resize(ref _unsent, Math.Max(2 * _unsent.Length, _unsentLength + bytes.Length));
        }

        bytes.CopyTo(_unsent.AsSpan(_unsentLength));
        _unsentLength += bytes.Length;
        _loop.SetWriteInterest(_socket, true);
    }

    private void Flush()
    {
        if (_unsentLength > 0)
        {
            var status = _socket.Send(_unsent.AsSpan(0, _unsentLength), out var sent);
            if (status is not (IoStatus.Done or IoStatus.WouldBlock))
            {
                CloseBecause(status);
                return;
            }

            sent = Math.Max(0, sent);
            _unsent.AsSpan(sent, _unsentLength - sent).CopyTo(_unsent);
            _unsentLength -= sent;
        }

        if (_unsentLength == 0) _loop.SetWriteInterest(_socket, false);
    }
}
