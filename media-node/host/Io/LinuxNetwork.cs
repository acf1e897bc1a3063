using OrleansAcd.Rtp;

namespace OrleansAcd.MediaNode.Io;

/// <summary>Sockets by Linux system calls.</summary>
public sealed unsafe class LinuxNetwork : INetwork
{
    private const int ListenBacklog = 512;

    public LinuxNetwork() => LinuxNative.Bind();

    public Poller CreatePoller() => new EpollPoller();

    public UdpSocket? BindUdp(in TransportAddress local, SocketOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var fd = Open(local, LinuxNative.SocketDatagram);
        if (fd < 0) return null;

        if (options.ReceiveBufferBytes > 0)
        {
            LinuxNative.SetOption(fd, LinuxNative.SolSocket, LinuxNative.SoReceiveBuffer, options.ReceiveBufferBytes);
        }

        SetDscp(fd, local.IsIpV4, options.Dscp);
        return TryBind(fd, local) ? new LinuxUdpSocket(fd, LocalName(fd)) : Abandon<UdpSocket>(fd);
    }

    public TcpListenSocket? ListenTcp(in TransportAddress local)
    {
        var fd = Open(local, LinuxNative.SocketStream);
        if (fd < 0) return null;

        LinuxNative.SetOption(fd, LinuxNative.SolSocket, LinuxNative.SoReuseAddress, 1);
        return TryBind(fd, local) && LinuxNative.Listen(fd, ListenBacklog) == 0
            ? new LinuxTcpListenSocket(fd, LocalName(fd))
            : Abandon<TcpListenSocket>(fd);
    }

    public TcpSocket? ConnectTcp(in TransportAddress remote)
    {
        var fd = Open(remote, LinuxNative.SocketStream);
        if (fd < 0) return null;

        var bytes = stackalloc byte[SocketAddress.MaxBytes];
        var length = SocketAddress.Write(remote, !remote.IsIpV4, new Span<byte>(bytes, SocketAddress.MaxBytes));
        var isUnderWay = LinuxNative.Connect(fd, bytes, (uint)length) == 0
            || LinuxNative.LastStatus() == IoStatus.WouldBlock;
        return isUnderWay ? new LinuxTcpSocket(fd, LocalName(fd), remote) : Abandon<TcpSocket>(fd);
    }

    internal static TransportAddress LocalName(int fd)
    {
        var bytes = stackalloc byte[SocketAddress.MaxBytes];
        uint length = SocketAddress.MaxBytes;
        return LinuxNative.GetSocketName(fd, bytes, &length) == 0
            ? SocketAddress.Read(new ReadOnlySpan<byte>(bytes, SocketAddress.MaxBytes))
            : default;
    }

    private static int Open(in TransportAddress address, int type)
    {
        var family = address.IsIpV4 ? LinuxNative.AddressFamilyInet : LinuxNative.AddressFamilyInet6;
        var fd = LinuxNative.Socket(family, type | LinuxNative.NonBlockingCloseOnExec, 0);
        if (fd >= 0 && type == LinuxNative.SocketStream)
        {
            // Streams carry SIP alone; those that are accepted inherit the mark.
            LinuxNative.SetOption(fd, LinuxNative.ProtocolTcp, LinuxNative.TcpNoDelay, 1);
            SetDscp(fd, address.IsIpV4, SocketOptions.Signalling.Dscp);
        }

        return fd;
    }

    private static void SetDscp(int fd, bool isIpV4, int dscp)
    {
        // RFC 2474 §3: the code point is the upper six bits of the field.
        if (isIpV4) LinuxNative.SetOption(fd, LinuxNative.ProtocolIp, LinuxNative.IpTos, dscp << 2);
        else LinuxNative.SetOption(fd, LinuxNative.ProtocolIpV6, LinuxNative.IpV6TrafficClass, dscp << 2);
    }

    private static bool TryBind(int fd, in TransportAddress local)
    {
        var bytes = stackalloc byte[SocketAddress.MaxBytes];
        var length = SocketAddress.Write(local, !local.IsIpV4, new Span<byte>(bytes, SocketAddress.MaxBytes));
        return LinuxNative.Bind(fd, bytes, (uint)length) == 0;
    }

    private static T? Abandon<T>(int fd)
        where T : class
    {
        _ = LinuxNative.Close(fd);
        return null;
    }
}
