using System.Net.Sockets;
using OrleansAcd.Rtp;

namespace OrleansAcd.MediaNode.Io;

/// <summary>A non-blocking socket of either kind of network; used on its loop's thread only.</summary>
public abstract class NetSocket : IDisposable
{
    /// <summary>Where it is bound.</summary>
    public TransportAddress Local { get; protected init; }

    /// <summary>The descriptor on Linux, -1 elsewhere.</summary>
    internal int Descriptor { get; private protected set; } = -1;

    /// <summary>The system's socket in the portable network, null on Linux.</summary>
    internal Socket? System { get; private protected set; }

    /// <summary>Its place in the loop's table, -1 while it is in none.</summary>
    internal int Slot { get; set; } = -1;

    /// <summary>For a socket that stands in front of another one.</summary>
    private protected void SameDescriptorAs(NetSocket other) => (Descriptor, System) = (other.Descriptor, other.System);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}

/// <summary>A UDP socket. Once connected it hears and reaches its peer alone.</summary>
public abstract class UdpSocket : NetSocket
{
    /// <summary>One datagram; longer ones than the buffer are cut by the system.</summary>
    public abstract IoStatus Receive(Span<byte> buffer, out int length);

    public abstract IoStatus ReceiveFrom(Span<byte> buffer, out int length, out TransportAddress from);

    /// <summary>To the connected peer.</summary>
    public abstract IoStatus Send(ReadOnlySpan<byte> datagram);

    public abstract IoStatus SendTo(ReadOnlySpan<byte> datagram, in TransportAddress to);

    public abstract IoStatus Connect(in TransportAddress peer);

    /// <summary>Hears everybody again.</summary>
    public abstract void Disconnect();
}

/// <summary>A TCP connection, established or still on its way.</summary>
public abstract class TcpSocket : NetSocket
{
    public TransportAddress Remote { get; protected init; }

    /// <summary>Zero bytes never come back as Done: the end of the stream is <see cref="IoStatus.Closed"/>.</summary>
    public abstract IoStatus Receive(Span<byte> buffer, out int length);

    /// <summary>Sends as much as there is room for.</summary>
    public abstract IoStatus Send(ReadOnlySpan<byte> bytes, out int length);

    /// <summary>After the first write-readiness: Done, or why there is no connection.</summary>
    public abstract IoStatus FinishConnect();
}

/// <summary>A TCP socket that listens.</summary>
public abstract class TcpListenSocket : NetSocket
{
    /// <summary>The next waiting connection, or null and why: WouldBlock when none waits, Closed when it is gone
    /// already.</summary>
    public abstract TcpSocket? Accept(out IoStatus status);
}
