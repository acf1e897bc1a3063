using System.Net;
using System.Net.Sockets;
using System.Text;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.MediaNode.Signalling;
using OrleansAcd.Sip.Stack;
using Xunit;

namespace OrleansAcd.Tests.Unit.MediaNode;

/// <summary>Connections of an edge, in a time of its own.</summary>
public sealed class SipEdgeTests : ISipOwner, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly SipEdgeOptions _options = new();
    private readonly EventLoop _loop;
    private readonly SipEdge _edge;
    private TimeSpan _ahead;

    public SipEdgeTests()
    {
        _loop = new EventLoop(
            Network.Default, new EventLoopOptions { Clock = () => MonotonicClock.Now + _ahead });
        _edge = SipEdge.Bind(
            _loop, new IPEndPoint(IPAddress.Loopback, 0),
            bound => new SipStack(
                new SipStackOptions { Host = "127.0.0.1", UdpPort = bound.Port, TcpPort = bound.Port },
                new SeededIdSource(1)),
            this, _options)!;
    }

    void ISipOwner.OnSipEvent(SipEvent happened, Instant now)
    {
    }

    public void Dispose()
    {
        _edge.Dispose();
        _loop.Dispose();
    }

    /// <summary>A ping of RFC 5626 keeps open what a message has begun, and begins nothing.</summary>
    [Fact]
    public void WhoConnectsAndSaysNothingIsSentAwayInTime()
    {
        using var silent = Connect("\r\n\r\n");
        using var speaking = Connect(
            "OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n"
            + "From: <sip:a@x>;tag=a\r\nTo: <sip:x>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n");
        Run(() => silent.Available > 0 && speaking.Available > 4);

        _ahead = _options.FirstMessageMax - TimeSpan.FromSeconds(5);
        _loop.RunOnce(TimeSpan.Zero);
        Assert.Equal(2, _edge.ConnectionCount);

        _ahead = _options.FirstMessageMax + TimeSpan.FromSeconds(5);
        _loop.RunOnce(TimeSpan.Zero);
        Assert.Equal((1, 1L), (_edge.ConnectionCount, _edge.ConnectionsTimedOut));
    }

    private TcpClient Connect(string text)
    {
        var client = new TcpClient();
        client.Connect(_edge.Local);
        client.Client.Send(Encoding.ASCII.GetBytes(text));
        return client;
    }

    private void Run(Func<bool> until)
    {
        var end = _loop.Now + Patience;
        while (!until())
        {
            Assert.True(_loop.Now < end, "it never happened");
            _loop.RunOnce(TimeSpan.FromMilliseconds(10));
        }
    }
}
