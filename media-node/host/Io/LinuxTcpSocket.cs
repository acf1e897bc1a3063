using OrleansAcd.Rtp;

namespace OrleansAcd.MediaNode.Io;

/// <summary>TCP by system calls.</summary>
internal sealed unsafe class LinuxTcpSocket : TcpSocket
{
    private readonly int _fd;
    private bool _isClosed;

    public LinuxTcpSocket(int fd, TransportAddress local, TransportAddress remote)
    {
        _fd = fd;
        Descriptor = fd;
        Local = local;
        Remote = remote;
    }

    public override IoStatus Receive(Span<byte> buffer, out int length)
    {
        fixed (byte* at = buffer) length = (int)LinuxNative.Receive(_fd, at, buffer.Length, 0);
        return length > 0 ? IoStatus.Done : length == 0 ? IoStatus.Closed : LinuxNative.LastStatus();
    }

    public override IoStatus Send(ReadOnlySpan<byte> bytes, out int length)
    {
        fixed (byte* at = bytes)
        {
            length = (int)LinuxNative.Send(_fd, at, bytes.Length, LinuxNative.MessageNoSignal);
        }

        return length >= 0 ? IoStatus.Done : LinuxNative.LastStatus();
    }

    public override IoStatus FinishConnect()
    {
        int error;
        uint length = sizeof(int);
        var result = LinuxNative.GetSocketOption(_fd, LinuxNative.SolSocket, LinuxNative.SoError, &error, &length);
        if (result == 0 && error == 0) return IoStatus.Done;

        return error == LinuxNative.ErrorConnectionRefused ? IoStatus.Refused : IoStatus.Failed;
    }

    protected override void Dispose(bool disposing)
    {
        if (_isClosed) return;

        _isClosed = true;
        _ = LinuxNative.Close(_fd);
    }
}

/// <summary>A listening TCP socket by system calls.</summary>
internal sealed unsafe class LinuxTcpListenSocket : TcpListenSocket
{
    private readonly int _fd;
    private bool _isClosed;

    public LinuxTcpListenSocket(int fd, TransportAddress local)
    {
        _fd = fd;
        Descriptor = fd;
        Local = local;
    }

    public override TcpSocket? Accept(out IoStatus status)
    {
        var address = stackalloc byte[SocketAddress.MaxBytes];
        uint length = SocketAddress.MaxBytes;
        var fd = LinuxNative.Accept(_fd, address, &length, LinuxNative.NonBlockingCloseOnExec);
        status = fd < 0 ? LinuxNative.LastStatus() : IoStatus.Done;
        if (fd < 0) return null;

        LinuxNative.SetOption(fd, LinuxNative.ProtocolTcp, LinuxNative.TcpNoDelay, 1);
        var remote = SocketAddress.Read(new ReadOnlySpan<byte>(address, SocketAddress.MaxBytes));
        return new LinuxTcpSocket(fd, LinuxNetwork.LocalName(fd), remote);
    }

    protected override void Dispose(bool disposing)
    {
        if (_isClosed) return;

        _isClosed = true;
        _ = LinuxNative.Close(_fd);
    }
}
