using System.Net;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.Rtp;
using Xunit;

namespace OrleansAcd.Tests.Unit.Tls;

/// <summary>A listener whose system is out of descriptors: ready all the time, and gives nothing.</summary>
public sealed class AcceptorTests
{
    [Fact]
    public void AnAcceptorThatGetsNothingRestsInsteadOfTurningTheLoop()
    {
        var network = new OutOfDescriptors();
        using var loop = new EventLoop(network);
        using var acceptor = TcpAcceptor.Listen(
            loop, TransportAddress.From(IPAddress.Loopback, 0), new Nobody(), () => 0, 10, 1_000)!;
        using var client = Network.Default.ConnectTcp(acceptor.Local)!;

        for (var i = 0; i < 200; i++) loop.RunOnce(TimeSpan.FromMilliseconds(1));

        Assert.InRange(network.Asked, 1, 3);
        Assert.Equal(network.Asked, acceptor.Rests);
    }

    private sealed class Nobody : ITcpHandler
    {
        public void OnConnected(TcpConnection connection)
        {
        }

        public void OnReceived(TcpConnection connection, ReadOnlySpan<byte> bytes)
        {
        }

        public void OnClosed(TcpConnection connection, IoStatus reason)
        {
        }
    }

    /// <summary>The machine's network, but for one error of accept.</summary>
    private sealed class OutOfDescriptors : INetwork
    {
        public int Asked { get; private set; }

        public UdpSocket? BindUdp(in TransportAddress local, SocketOptions options) =>
            Network.Default.BindUdp(local, options);

        public TcpListenSocket? ListenTcp(in TransportAddress local) =>
            new Listener(this, Network.Default.ListenTcp(local)!);

        public TcpSocket? ConnectTcp(in TransportAddress remote) => Network.Default.ConnectTcp(remote);

        public Poller CreatePoller() => Network.Default.CreatePoller();

        private sealed class Listener : TcpListenSocket
        {
            private readonly OutOfDescriptors _owner;
            private readonly TcpListenSocket _socket;

            public Listener(OutOfDescriptors owner, TcpListenSocket socket)
            {
                (_owner, _socket) = (owner, socket);
                Local = socket.Local;
                SameDescriptorAs(socket);
            }

            public override TcpSocket? Accept(out IoStatus status)
            {
                _owner.Asked++;
                status = IoStatus.Failed;
                return null;
            }

            protected override void Dispose(bool disposing) => _socket.Dispose();
        }
    }
}
