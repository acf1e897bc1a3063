using System.Net;
using System.Net.Sockets;
using System.Text;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.Rtp;
using OrleansAcd.Tests.Common;
using Xunit;

namespace OrleansAcd.Tests.Unit.Media;

/// <summary>The loop on both networks: what it promises its handlers, and what they cannot do to it.</summary>
public sealed class LoopTests
{
    public static readonly TheoryData<string> Networks = ["default", "portable"];
    private static readonly TransportAddress s_loopback = TransportAddress.From(IPAddress.Loopback, 0);

    [Theory, MemberData(nameof(Networks))]
    public void AThrowingHandlerIsCountedToldAndTheLoopGoesOn(string network)
    {
        var errors = new List<Exception>();
        using var loop = NewLoop(network, new EventLoopOptions { OnError = errors.Add });
        var (socket, handler) = (Bind(loop), new Handler());
        handler.Readable = () => throw new InvalidOperationException("broken");
        loop.Add(socket, handler);
        socket.SendTo([1], socket.Local);
        Run(loop, () => handler.Fault is not null);
        Assert.Equal(1, loop.Faults);
        Assert.Same(errors[0], handler.Fault);

        var answered = false;
        handler.Readable = () => answered = socket.ReceiveFrom(new byte[9], out _, out _) == IoStatus.Done;
        Run(loop, () => answered);
        loop.Remove(socket);
    }

    [Theory, MemberData(nameof(Networks))]
    public void PostedActionsRunOnTheLoopInOrderAndTooManyAreRefused(string network)
    {
        using var loop = NewLoop(network, new EventLoopOptions { PostedMax = 1_024 });
        var ran = new List<int>();
        for (var i = 0; i < 1_024; i++)
        {
            var number = i;
            Assert.True(loop.Post(() => ran.Add(number)));
        }

        Assert.False(loop.Post(() => ran.Add(-1)));
        Assert.Equal(1, loop.PostsRefused);
        Run(loop, () => ran.Count == 1_024);
        Assert.Equal(Enumerable.Range(0, 1_024), ran);
    }

    /// <summary>Its descriptors may be somebody else's by then.</summary>
    [Theory, MemberData(nameof(Networks))]
    public void ALoopThatIsGoneTakesNoPosts(string network)
    {
        var loop = NewLoop(network);
        loop.Dispose();

        Assert.False(loop.Post(() => Assert.Fail("the loop is gone")));
        loop.Dispose();
    }

    [Theory, MemberData(nameof(Networks))]
    public void PostsFromManyThreadsAllArriveOnARunningLoop(string network)
    {
        using var loop = NewLoop(network, new EventLoopOptions { PostedMax = 65_536 });
        loop.Start();
        using var done = new CountdownEvent(40_000);
        Parallel.For(0, 40_000, _ => Assert.True(loop.Post(() => done.Signal())));
        Assert.True(done.Wait(TimeSpan.FromSeconds(10)));
        loop.Stop();
    }

    [Theory, MemberData(nameof(Networks))]
    public void TimersFireInOrderOfTheirDeadlinesAndMovedOrClearedOnesObey(string network)
    {
        using var loop = NewLoop(network);
        var fired = new List<int>();
        var timers = Enumerable.Range(0, 200).Select(i => new LoopTimer(new Timeout(() => fired.Add(i)))).ToArray();
        var start = loop.Now;
        var random = new SeededIdSource(5);
        foreach (var i in Enumerable.Range(0, 200).OrderBy(_ => random.NextBits()))
        {
            loop.Schedule(timers[i], At(start, i));
        }

        loop.Schedule(timers[7], At(start, 500));
        loop.Schedule(timers[150], At(start, -1));
        loop.Cancel(timers[9]);
        Run(loop, () => fired.Count == 199);

        var expected = Enumerable.Range(0, 200).Except([7, 9, 150]).Prepend(150).Append(7);
        Assert.Equal(expected, fired);
        Assert.True(loop.Now >= At(start, 500));

        static Instant At(Instant start, int place) => start + TimeSpan.FromMilliseconds(0.2 * place);
    }

    /// <summary>The first tick may come at any time within a period, since phases are those of the clock: twenty span
    /// nineteen periods at least.</summary>
    [Theory, MemberData(nameof(Networks))]
    public void TheTickRunsByItselfWhileSomebodyNeedsIt(string network)
    {
        using var loop = NewLoop(network);
        var ticks = new Ticks();
        var start = loop.Now;
        loop.AddTick(ticks);
        Run(loop, () => ticks.Frames >= 20);
        Assert.True(loop.TurnStart - start >= 19 * EventLoop.TickPeriod);
        loop.RemoveTick(ticks);
        var frames = ticks.Frames;
        var until = loop.Now + TimeSpan.FromMilliseconds(60);
        Run(loop, () => loop.Now > until);
        Assert.Equal(frames, ticks.Frames);
    }

    [Theory, InlineData(0, 20), InlineData(7, 13), InlineData(19, 1)]
    public void TicksComeAtTheirTimeOneAPeriodAndALateOneMakesUpForAllThatWereMissed(int begunAtMs, int firstAfterMs)
    {
        var now = Instant.FromMilliseconds(1_000 + begunAtMs);
        using var loop = new EventLoop(Network.Default, new EventLoopOptions { Clock = () => now });
        var (ticks, start) = (new Ticks(), now);
        loop.AddTick(ticks);
        var at = new List<double>();
        while (ticks.Frames < 20) Step(1);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => firstAfterMs + (20.0 * i)), at);

        Step(100);
        Assert.Equal((25, 4L), (ticks.Frames, loop.LateTicks));

        void Step(int ms)
        {
            now += TimeSpan.FromMilliseconds(ms);
            var before = ticks.Frames;
            loop.RunOnce(TimeSpan.Zero);
            if (ticks.Frames > before) at.Add((now - start).TotalMilliseconds);
        }
    }

    [Theory, MemberData(nameof(Networks))]
    public void ASocketRemovedInTheSameTurnHearsNothingMore(string network)
    {
        using var loop = NewLoop(network);
        var (one, other) = (Bind(loop), Bind(loop));
        var heard = 0;
        Handler first = new(), second = new();
        first.Readable = () => Take(one, other);
        second.Readable = () => Take(other, one);
        loop.Add(one, first);
        loop.Add(other, second);
        one.SendTo([1], other.Local);
        one.SendTo([1], one.Local);
        Run(loop, () => heard > 0);
        for (var i = 0; i < 20; i++) loop.RunOnce(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, heard);

        void Take(UdpSocket self, UdpSocket victim)
        {
            heard++;
            self.ReceiveFrom(new byte[9], out _, out _);
            loop.Remove(victim);
            victim.Dispose();
        }
    }

    [Theory, MemberData(nameof(Networks))]
    public void TcpConnectsCarriesMoreThanASocketHoldsAndTellsOfTheEnd(string network)
    {
        using var loop = NewLoop(network);
        var (server, client) = (new Tcp(), new Tcp());
        using var acceptor = TcpAcceptor.Listen(loop, s_loopback, server, () => server.Open, 1, 1 << 20)!;
        var connection = TcpConnection.Connect(loop, acceptor.Local, client, 8 << 20)!;
        var sent = Enumerable.Range(0, 6 << 20).Select(i => (byte)(i * 7 >> 3)).ToArray();
        Assert.True(connection.TrySend(sent));
        Assert.False(connection.TrySend(sent));         // more than may wait
        Run(loop, () => server.Received.Length == sent.Length);
        Assert.Equal(sent, server.Received.ToArray());
        Assert.Equal(0, connection.Unsent);

        Assert.True(server.Last!.TrySend("pong"u8));
        Run(loop, () => Encoding.ASCII.GetString(client.Received.ToArray()) == "pong");

        var second = TcpConnection.Connect(loop, acceptor.Local, new Tcp(), 100)!;
        Run(loop, () => acceptor.Refused == 1);
        Run(loop, () => second.IsClosed);

        connection.Dispose();
        Run(loop, () => server.Closed == IoStatus.Closed);
        Assert.False(server.Last.TrySend("late"u8));
    }

    [Theory, MemberData(nameof(Networks))]
    public void ConnectingToNobodyIsRefused(string network)
    {
        using var loop = NewLoop(network);
        using var block = PortBlock.Take(2);
        var client = new Tcp();
        Assert.NotNull(TcpConnection.Connect(loop, s_loopback.WithPort(block.First), client, 100));
        Run(loop, () => client.Closed is not null);
        Assert.Equal(IoStatus.Refused, client.Closed);
    }

    [Theory, MemberData(nameof(Networks))]
    public void PortsComeEvenAndInTurnRestBeforeReuseAndRunOutWithoutHarm(string network)
    {
        using var loop = NewLoop(network);
        using var block = PortBlock.Take(16);
        using var taken = loop.Net.BindUdp(s_loopback.WithPort(block.First + 7), SocketOptions.Voice)!;
        var pool = new RtpPortPool(block.First, block.Last, TimeSpan.FromSeconds(10));
        var pairs = new List<RtpSocketPair>();
        while (pool.Rent(loop.Net, s_loopback, Instant.Zero) is { } pair) pairs.Add(pair);

        Assert.Equal((8, 1L, 1L), (pool.Capacity, pool.BindFailures, pool.Refused));
        Assert.Equal([0, 2, 4, 8, 10, 12, 14], pairs.Select(p => p.Port - block.First));
        Assert.All(pairs, p => Assert.Equal(p.Port + 1, (int)p.Rtcp.Local.Port));

        var port = pairs[0].Port;
        pool.Return(pairs[0], Instant.Zero);
        Assert.Null(pool.Rent(loop.Net, s_loopback, Instant.FromMilliseconds(9_999)));
        var again = pool.Rent(loop.Net, s_loopback, Instant.FromMilliseconds(10_000));
        Assert.Equal(port, again!.Port);
        foreach (var pair in pairs.Skip(1).Append(again)) pool.Return(pair, Instant.Zero);
    }

    /// <summary>RFC 4594 §2.3: voice is EF, its signalling CS3, over TCP too, whoever connects.</summary>
    [SkippableFact]
    public void WhatIsSentIsMarked()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "marks are Linux's");
        using var loop = NewLoop("default");
        using var voice = loop.Net.BindUdp(s_loopback, SocketOptions.Voice)!;
        using var signalling = loop.Net.BindUdp(s_loopback, SocketOptions.Signalling)!;
        using var listener = loop.Net.ListenTcp(s_loopback)!;
        using var connecting = loop.Net.ConnectTcp(listener.Local)!;
        TcpSocket? accepted = null;
        Run(loop, () => (accepted = listener.Accept(out _)) is not null);

        Assert.Equal([46, 24, 24, 24], new NetSocket[] { voice, signalling, connecting, accepted! }.Select(Dscp));
        accepted!.Dispose();

        static int Dscp(NetSocket socket)
        {
            using var handle = new SafeSocketHandle(socket.Descriptor, ownsHandle: false);
            using var view = new Socket(handle);
            return (int)view.GetSocketOption(SocketOptionLevel.IP, SocketOptionName.TypeOfService)! >> 2;
        }
    }

    /// <summary>A second centre on this machine holds the first hundreds of the range.</summary>
    [Fact]
    public void PairsThatOthersHoldAreSteppedOverUntilTheyHaveRested()
    {
        using var block = PortBlock.Take(200);
        var net = new HeldPorts { Below = block.First + 100 };
        var pool = new RtpPortPool(block.First - 500, block.Last, TimeSpan.Zero);

        var taken = new List<RtpSocketPair> { pool.Rent(net, s_loopback, Instant.Zero)! };
        Assert.Equal((block.First + 100, 300L, 0L), (taken[0].Port, pool.BindFailures, pool.Refused));
        while (pool.Rent(net, s_loopback, Instant.Zero) is { } pair) taken.Add(pair);
        Assert.Equal((50, 300L, 1L), (taken.Count, pool.BindFailures, pool.Refused));

        net.Below = block.First;
        var rested = Instant.Zero + RtpPortPool.HeldRest;
        Assert.Null(pool.Rent(net, s_loopback, rested - TimeSpan.FromMilliseconds(1)));
        taken.Add(pool.Rent(net, s_loopback, rested)!);
        Assert.Equal((block.First, 550L), (taken[^1].Port, pool.BindFailures));
        foreach (var pair in taken) pool.Return(pair, rested);
    }

    [Fact]
    public void WhereOthersHoldAllTheTriesAreLimitedAndThenSaved()
    {
        var net = new HeldPorts { Below = int.MaxValue };
        var pool = new RtpPortPool(10_000, 11_199, TimeSpan.Zero);

        long[] tries = [RtpPortPool.BindTriesMax, 600, 600];
        for (var i = 0; i < tries.Length; i++)
        {
            Assert.Null(pool.Rent(net, s_loopback, Instant.Zero));
            Assert.Equal((tries[i], i + 1L), (pool.BindFailures, pool.Refused));
        }
    }

    private static EventLoop NewLoop(string network, EventLoopOptions? options = null) =>
        new(network == "portable" ? new PortableNetwork() : Network.Default, options);

    private static UdpSocket Bind(EventLoop loop) => loop.Net.BindUdp(s_loopback, SocketOptions.Voice)!;

    private static void Run(EventLoop loop, Func<bool> until)
    {
        var end = loop.Now + TimeSpan.FromSeconds(10);
        while (!until())
        {
            Assert.True(loop.Now < end, "it never happened");
            loop.RunOnce(TimeSpan.FromMilliseconds(10));
        }
    }

    /// <summary>A machine where somebody else holds the ports below one.</summary>
    private sealed class HeldPorts : INetwork
    {
        public int Below { get; set; }

        public Poller CreatePoller() => Network.Default.CreatePoller();

        public UdpSocket? BindUdp(in TransportAddress local, SocketOptions options) =>
            local.Port < Below ? null : Network.Default.BindUdp(local, options);

        public TcpListenSocket? ListenTcp(in TransportAddress local) => Network.Default.ListenTcp(local);

        public TcpSocket? ConnectTcp(in TransportAddress remote) => Network.Default.ConnectTcp(remote);
    }

    private sealed class Handler : IReadyHandler
    {
        public Action Readable { get; set; } = () => { };

        public Exception? Fault { get; private set; }

        public void OnReadable() => Readable();

        public void OnWritable()
        {
        }

        public void OnFault(Exception error) => Fault = error;
    }

    private sealed class Timeout(Action fired) : ITimeoutHandler
    {
        public void HandleTimeout(Instant now) => fired();

        public void OnFault(Exception error) => Assert.Fail(error.ToString());
    }

    private sealed class Ticks : ITickHandler
    {
        public int Frames { get; private set; }

        public void OnTick(int frames, Instant now) => Frames += frames;

        public void OnFault(Exception error) => Assert.Fail(error.ToString());
    }

    private sealed class Tcp : ITcpHandler
    {
        public MemoryStream Received { get; } = new();

        public TcpConnection? Last { get; private set; }

        public int Open { get; private set; }

        public IoStatus? Closed { get; private set; }

        public void OnConnected(TcpConnection connection)
        {
            Last = connection;
            Open++;
        }

        public void OnReceived(TcpConnection connection, ReadOnlySpan<byte> bytes) => Received.Write(bytes);

        public void OnClosed(TcpConnection connection, IoStatus reason) => Closed = reason;
    }
}
