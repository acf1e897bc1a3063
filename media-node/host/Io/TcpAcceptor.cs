using OrleansAcd.MediaCore;
using OrleansAcd.Rtp;

namespace OrleansAcd.MediaNode.Io;

/// <summary>Accepts connections in a loop, up to a number; those beyond it are closed at once and counted.</summary>
/// <remarks>A system that is out of descriptors keeps the listener ready without giving anything: it then rests,
/// instead of turning the loop around it.</remarks>
public sealed class TcpAcceptor : IReadyHandler, ITimeoutHandler, IDisposable
{
    private const int AcceptsPerTurnMax = 64;

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    private readonly EventLoop _loop;
    private readonly TcpListenSocket _socket;
    private readonly ITcpHandler _handler;
    private readonly Func<int> _openCount;
    private readonly int _openMax;
    private readonly int _unsentMax;
    private readonly LoopTimer _rested;

    private TcpAcceptor(
        EventLoop loop, TcpListenSocket socket, ITcpHandler handler, Func<int> openCount, int openMax, int unsentMax)
    {
        (_loop, _socket, _handler) = (loop, socket, handler);
        (_openCount, _openMax, _unsentMax) = (openCount, openMax, unsentMax);
        _rested = new LoopTimer(this);
        loop.Add(socket, this);
    }

    public TransportAddress Local => _socket.Local;

    /// <summary>Connections refused because too many were open.</summary>
    public long Refused { get; private set; }

    /// <summary>Times that the system gave no connection although one was waiting.</summary>
    public long Rests { get; private set; }

    /// <summary>Null when the address is taken. The handler hears OnConnected of each connection.</summary>
    /// <param name="loop">The loop that serves the connections too.</param>
    /// <param name="local">Where to listen.</param>
    /// <param name="handler">Told of connections and their bytes.</param>
    /// <param name="openCount">How many are open now.</param>
    /// <param name="openMax">How many may be.</param>
    /// <param name="unsentMax">Each connection's send buffer.</param>
    public static TcpAcceptor? Listen(
        EventLoop loop, in TransportAddress local, ITcpHandler handler, Func<int> openCount, int openMax, int unsentMax)
    {
        ArgumentNullException.ThrowIfNull(loop);
        var socket = loop.Net.ListenTcp(local);
        return socket is null ? null : new TcpAcceptor(loop, socket, handler, openCount, openMax, unsentMax);
    }

    public void OnReadable()
    {
        for (var i = 0; i < AcceptsPerTurnMax; i++)
        {
            if (_socket.Accept(out var status) is not { } accepted)
            {
                if (status is not (IoStatus.WouldBlock or IoStatus.Closed)) BeginRest();
                return;
            }

            if (_openCount() >= _openMax)
            {
                Refused++;
                accepted.Dispose();
                continue;
            }

            _handler.OnConnected(TcpConnection.Accepted(_loop, accepted, _handler, _unsentMax));
        }
    }

    public void OnWritable()
    {
    }

    public void OnFault(Exception error)
    {
        // The connection that failed has been told; listening goes on.
    }

    /// <summary>The rest is over.</summary>
    public void HandleTimeout(Instant now) => _loop.Add(_socket, this);

    public void Dispose()
    {
        _loop.Cancel(_rested);
        _loop.Remove(_socket);
        _socket.Dispose();
    }

    private void BeginRest()
    {
        Rests++;
        _loop.Remove(_socket);
        _loop.Schedule(_rested, _loop.Now + Rest);
    }
}
