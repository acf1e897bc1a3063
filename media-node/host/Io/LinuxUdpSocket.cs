using OrleansAcd.Rtp;

namespace OrleansAcd.MediaNode.Io;

/// <summary>UDP by <c>recv</c> and <c>send</c>; before a peer has latched by <c>recvfrom</c> and
/// <c>sendto</c>.</summary>
internal sealed unsafe class LinuxUdpSocket : UdpSocket
{
    private readonly int _fd;
    private bool _isClosed;

    public LinuxUdpSocket(int fd, TransportAddress local)
    {
        _fd = fd;
        Descriptor = fd;
        Local = local;
    }

    public override IoStatus Receive(Span<byte> buffer, out int length)
    {
        fixed (byte* at = buffer) length = (int)LinuxNative.Receive(_fd, at, buffer.Length, 0);
        return length >= 0 ? IoStatus.Done : LinuxNative.LastStatus();
    }

    public override IoStatus ReceiveFrom(Span<byte> buffer, out int length, out TransportAddress from)
    {
        var address = stackalloc byte[SocketAddress.MaxBytes];
        uint addressLength = SocketAddress.MaxBytes;
        fixed (byte* at = buffer)
        {
            length = (int)LinuxNative.ReceiveFrom(_fd, at, buffer.Length, 0, address, &addressLength);
        }

        from = length >= 0 ? SocketAddress.Read(new ReadOnlySpan<byte>(address, SocketAddress.MaxBytes)) : default;
        return length >= 0 ? IoStatus.Done : LinuxNative.LastStatus();
    }

    public override IoStatus Send(ReadOnlySpan<byte> datagram)
    {
        fixed (byte* at = datagram)
        {
            return LinuxNative.Send(_fd, at, datagram.Length, 0) >= 0 ? IoStatus.Done : LinuxNative.LastStatus();
        }
    }

    public override IoStatus SendTo(ReadOnlySpan<byte> datagram, in TransportAddress to)
    {
        var address = stackalloc byte[SocketAddress.MaxBytes];
        var length = SocketAddress.Write(to, !Local.IsIpV4, new Span<byte>(address, SocketAddress.MaxBytes));
        fixed (byte* at = datagram)
        {
            return LinuxNative.SendTo(_fd, at, datagram.Length, 0, address, (uint)length) >= 0
                ? IoStatus.Done
                : LinuxNative.LastStatus();
        }
    }

    public override IoStatus Connect(in TransportAddress peer)
    {
        var address = stackalloc byte[SocketAddress.MaxBytes];
        var length = SocketAddress.Write(peer, !Local.IsIpV4, new Span<byte>(address, SocketAddress.MaxBytes));
        return LinuxNative.Connect(_fd, address, (uint)length) == 0 ? IoStatus.Done : LinuxNative.LastStatus();
    }

    /// <summary>connect(2): "Connectionless sockets may dissolve the association by ... AF_UNSPEC".</summary>
    /// <remarks>A socket bound to a given address and port keeps both.</remarks>
    public override void Disconnect()
    {
        var address = stackalloc byte[SocketAddress.MaxBytes];
        new Span<byte>(address, SocketAddress.MaxBytes).Clear();
        _ = LinuxNative.Connect(_fd, address, 16);
    }

    protected override void Dispose(bool disposing)
    {
        if (_isClosed) return;

        _isClosed = true;
        _ = LinuxNative.Close(_fd);
    }
}
