using System.Net;
using System.Net.Sockets;
using OrleansAcd.Rtp;

namespace OrleansAcd.MediaNode.Io;

/// <summary>Sockets by System.Net.Sockets: works everywhere, allocates, and is slower. Not for Linux in
/// production.</summary>
public sealed class PortableNetwork : INetwork
{
    private const int ListenBacklog = 512;

    public Poller CreatePoller() => new SelectPoller();

    public UdpSocket? BindUdp(in TransportAddress local, SocketOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var endPoint = local.ToIpEndPoint();
        return Try(SocketType.Dgram, endPoint, socket =>
        {
            if (options.ReceiveBufferBytes > 0) socket.ReceiveBufferSize = options.ReceiveBufferBytes;
            socket.Bind(endPoint);
            return new PortableUdpSocket(socket);
        });
    }

    public TcpListenSocket? ListenTcp(in TransportAddress local)
    {
        var endPoint = local.ToIpEndPoint();
        return Try(SocketType.Stream, endPoint, socket =>
        {
            socket.Bind(endPoint);
            socket.Listen(ListenBacklog);
            return new PortableTcpListenSocket(socket);
        });
    }

    public TcpSocket? ConnectTcp(in TransportAddress remote)
    {
        var (endPoint, peer) = (remote.ToIpEndPoint(), remote);
        return Try(SocketType.Stream, endPoint, socket =>
        {
            try
            {
                socket.NoDelay = true;
                socket.Connect(endPoint);
            }
            catch (SocketException error) when (Portable.Status(error) == IoStatus.WouldBlock)
            {
                // Under way: write-readiness says when it is done.
            }

            return new PortableTcpSocket(socket, peer);
        });
    }

    private static T? Try<T>(SocketType type, IPEndPoint endPoint, Func<Socket, T> setUp)
        where T : class
    {
        var protocol = type == SocketType.Dgram ? ProtocolType.Udp : ProtocolType.Tcp;
        var socket = new Socket(endPoint.AddressFamily, type, protocol);
        try
        {
            socket.Blocking = false;
            return setUp(socket);
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }
}

/// <summary>What the portable sockets share.</summary>
internal static class Portable
{
    public static IoStatus Status(SocketException error) => error.SocketErrorCode switch
    {
        SocketError.WouldBlock or SocketError.InProgress or SocketError.Interrupted => IoStatus.WouldBlock,
        SocketError.ConnectionRefused => IoStatus.Refused,
        SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted => IoStatus.Closed,
        _ => IoStatus.Failed,
    };

    public static TransportAddress Local(Socket socket) => TransportAddress.From((IPEndPoint)socket.LocalEndPoint!);
}
