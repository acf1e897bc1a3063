using OrleansAcd.Rtp;

namespace OrleansAcd.MediaNode.Io;

/// <summary>The seam between the node and an operating system: sockets, and the thing that waits for them.</summary>
public interface INetwork
{
    /// <summary>Binds; null when the address is taken or not ours. Port 0 lets the system choose.</summary>
    UdpSocket? BindUdp(in TransportAddress local, SocketOptions options);

    /// <summary>Listens; null when the address is taken or not ours.</summary>
    TcpListenSocket? ListenTcp(in TransportAddress local);

    /// <summary>Begins to connect; null when that is refused at once.</summary>
    TcpSocket? ConnectTcp(in TransportAddress remote);

    Poller CreatePoller();
}

/// <summary>Which network this machine has.</summary>
public static class Network
{
    /// <summary>System calls on Linux, System.Net.Sockets elsewhere.</summary>
    public static INetwork Default { get; } = OperatingSystem.IsLinux() ? new LinuxNetwork() : new PortableNetwork();
}
