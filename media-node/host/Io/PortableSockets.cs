using System.Net;
using System.Net.Sockets;
using OrleansAcd.Rtp;

namespace OrleansAcd.MediaNode.Io;

/// <summary>UDP by System.Net.Sockets. "Connected" is kept here: sources are compared, so that it can be
/// undone.</summary>
internal sealed class PortableUdpSocket : UdpSocket
{
    private readonly Socket _socket;
    private TransportAddress _peer;
    private IPEndPoint? _peerEndPoint;

    public PortableUdpSocket(Socket socket)
    {
        _socket = socket;
        System = socket;
        Local = Portable.Local(socket);
    }

    public override IoStatus Receive(Span<byte> buffer, out int length)
    {
        var status = ReceiveFrom(buffer, out length, out var from);
        return status == IoStatus.Done && from != _peer ? IoStatus.WouldBlock : status;
    }

    public override IoStatus ReceiveFrom(Span<byte> buffer, out int length, out TransportAddress from)
    {
        (length, from) = (0, default);
        EndPoint source = new IPEndPoint(Local.IsIpV4 ? IPAddress.Any : IPAddress.IPv6Any, 0);
        try
        {
            length = _socket.ReceiveFrom(buffer, ref source);
            from = TransportAddress.From((IPEndPoint)source);
            return IoStatus.Done;
        }
        catch (SocketException error)
        {
            return Portable.Status(error);
        }
    }

    public override IoStatus Send(ReadOnlySpan<byte> datagram) => SendTo(datagram, _peerEndPoint);

    public override IoStatus SendTo(ReadOnlySpan<byte> datagram, in TransportAddress to) =>
        SendTo(datagram, to.ToIpEndPoint());

    public override IoStatus Connect(in TransportAddress peer)
    {
        (_peer, _peerEndPoint) = (peer, peer.ToIpEndPoint());
        return IoStatus.Done;
    }

    public override void Disconnect() => (_peer, _peerEndPoint) = (default, null);

    protected override void Dispose(bool disposing) => _socket.Dispose();

    private IoStatus SendTo(ReadOnlySpan<byte> datagram, IPEndPoint? to)
    {
        if (to is null) return IoStatus.Failed;

        try
        {
            _socket.SendTo(datagram, to);
            return IoStatus.Done;
        }
        catch (SocketException error)
        {
            return Portable.Status(error);
        }
    }
}

/// <summary>TCP by System.Net.Sockets.</summary>
internal sealed class PortableTcpSocket : TcpSocket
{
    private readonly Socket _socket;

    public PortableTcpSocket(Socket socket, TransportAddress remote)
    {
        _socket = socket;
        System = socket;
        Local = socket.LocalEndPoint is null ? default : Portable.Local(socket);
        Remote = remote;
    }

    public override IoStatus Receive(Span<byte> buffer, out int length)
    {
        length = _socket.Receive(buffer, SocketFlags.None, out var error);
        if (error != SocketError.Success) return Portable.Status(new SocketException((int)error));

        return length > 0 ? IoStatus.Done : IoStatus.Closed;
    }

    public override IoStatus Send(ReadOnlySpan<byte> bytes, out int length)
    {
        length = _socket.Send(bytes, SocketFlags.None, out var error);
        return error == SocketError.Success ? IoStatus.Done : Portable.Status(new SocketException((int)error));
    }

    public override IoStatus FinishConnect()
    {
        // Select may have taken the error already; sending nothing fails all the same when there is no connection.
        var error = (int)_socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
        _socket.Send(ReadOnlySpan<byte>.Empty, SocketFlags.None, out var sending);
        return error == 0 && sending == SocketError.Success ? IoStatus.Done : IoStatus.Refused;
    }

    protected override void Dispose(bool disposing) => _socket.Dispose();
}

/// <summary>A listening socket by System.Net.Sockets.</summary>
internal sealed class PortableTcpListenSocket : TcpListenSocket
{
    private readonly Socket _socket;

    public PortableTcpListenSocket(Socket socket)
    {
        _socket = socket;
        System = socket;
        Local = Portable.Local(socket);
    }

    public override TcpSocket? Accept(out IoStatus status)
    {
        status = IoStatus.Done;
        try
        {
            var accepted = _socket.Accept();
            accepted.Blocking = false;
            accepted.NoDelay = true;
            return new PortableTcpSocket(accepted, TransportAddress.From((IPEndPoint)accepted.RemoteEndPoint!));
        }
        catch (SocketException error)
        {
            status = error.SocketErrorCode switch
            {
                SocketError.WouldBlock => IoStatus.WouldBlock,
                SocketError.ConnectionReset or SocketError.ConnectionAborted => IoStatus.Closed,
                _ => IoStatus.Failed,
            };
            return null;
        }
    }

    protected override void Dispose(bool disposing) => _socket.Dispose();
}
