using System.Diagnostics;
using System.Net;
using OrleansAcd.Audio;
using OrleansAcd.Audio.Detection;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.MediaNode.Media;
using OrleansAcd.Rtp;
using OrleansAcd.Tests.Common;
using Xunit;

namespace OrleansAcd.Tests.Unit.Media;

/// <summary>A loop run by the test's own thread on real loopback sockets, a conversation, and what it
/// reported. Time stands still until the test moves it.</summary>
internal sealed class Rig : IConversationObserver, IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_phase = TimeSpan.FromMilliseconds(2.5);

    private static readonly TimeSpan s_deliveryMax = TimeSpan.FromSeconds(20);
    private static readonly byte[] s_mark = [0];

    private readonly OneCpu _cpu = new();
    private readonly PortBlock _block;
    private readonly UdpSocket _marks;
    private readonly byte[] _mark = new byte[1];
    private Instant _time = Instant.FromMilliseconds(1_000);

    /// <param name="ports">How many ports its parties share.</param>
    public Rig(string network = "default", MediaOptions? options = null, int ports = PortBlock.UnitPorts)
    {
        _block = PortBlock.Take(ports);
        INetwork net = network == "portable" ? new PortableNetwork() : Network.Default;
        Loop = new EventLoop(net, new EventLoopOptions { OnError = Errors.Add, Clock = () => _time });
        _marks = net.BindUdp(TransportAddress.From(IPAddress.Loopback, 0), SocketOptions.Voice)!;
        Ports = new RtpPortPool(_block.First, _block.Last, TimeSpan.Zero);
        Worker = new MediaWorker(Loop, Ports, TransportAddress.From(IPAddress.Loopback, 0), new SeededIdSource(7))
        {
            Options = options ?? MediaOptions.Default,
        };
        Conversation = new AudioConversation(Worker, this);
    }

    public EventLoop Loop { get; }

    public RtpPortPool Ports { get; }

    public MediaWorker Worker { get; }

    public AudioConversation Conversation { get; }

    public List<Exception> Errors { get; } = [];

    public List<(MediaParty Party, AudioClip Clip, bool IsComplete)> PlaysEnded { get; } = [];

    public List<(MediaParty Party, PressedKey Key)> Digits { get; } = [];

    public List<(MediaParty Party, SignalKind Signal)> Signals { get; } = [];

    // Both with room: to note something here is no allocation of the packet or the time that brought it.
    public List<(MediaParty Party, TransportAddress Peer)> Latches { get; } = new(4);

    public List<MediaParty> Timeouts { get; } = new(4);

    public Phone AddPhone(
        string name,
        AudioCodecId codec = AudioCodecId.Pcmu,
        byte? keys = 101,
        MediaDirection direction = MediaDirection.SendReceive)
    {
        Assert.Equal(MediaRefusal.None, Conversation.TryAddParty(name, out var party));
        var phone = new Phone(this, party!, codec, keys);
        phone.Agree(direction);
        return phone;
    }

    public void Talk(Phone one, Phone other)
    {
        Conversation.SetHearing(one.Party, other.Party);
        Conversation.SetHearing(other.Party, one.Party);
    }

    /// <summary>Lets time pass until it is so; fails after a minute of it.</summary>
    public void Until(Func<bool> isSo, string what)
    {
        for (var end = _time + s_patience; !isSo();)
        {
            Assert.True(_time < end, "never happened: " + what);
            Advance(s_phase);
        }
    }

    /// <summary>Turns the loop until nothing is left to read, and what it sent has come.</summary>
    public void Settle()
    {
        long ready;
        do
        {
            Deliver();
            ready = Loop.Ready;
            Loop.RunOnce(TimeSpan.Zero);
        }
        while (Loop.Ready > ready);

        Deliver();
    }

    /// <summary>Waits for all that was sent so far: loopback delivers at once and, from one CPU, in order, but on a
    /// busy machine the kernel leaves that to a thread of its own.</summary>
    private void Deliver()
    {
        Assert.True(_cpu.IsThisThread, "a rig belongs to one thread");
        var begun = Stopwatch.GetTimestamp();
        _marks.SendTo(s_mark, _marks.Local);
        while (_marks.ReceiveFrom(_mark, out _, out _) != IoStatus.Done)
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < s_deliveryMax, "loopback delivers nothing");
            Thread.Yield();
        }
    }

    /// <summary>Lets time pass, a phase of the tick at a time.</summary>
    public void Advance(TimeSpan span)
    {
        for (var until = _time + span; _time < until;)
        {
            _time = Instant.Min(until, _time + s_phase);
            Settle();
        }

        Assert.Empty(Errors);
    }

    /// <summary>Lets time pass and turns the loop once.</summary>
    /// <param name="meter">What that allocates is measured by it.</param>
    public void Turn(TimeSpan span, AllocationMeter? meter = null)
    {
        _time += span;
        Deliver();
        meter?.Begin();
        Loop.RunOnce(TimeSpan.Zero);
        meter?.End();
    }

    public void OnPlayEnded(MediaParty party, AudioClip clip, bool isComplete) =>
        PlaysEnded.Add((party, clip, isComplete));

    public void OnDigit(MediaParty party, PressedKey key) => Digits.Add((party, key));

    public void OnSignal(MediaParty party, SignalKind signal) => Signals.Add((party, signal));

    public void OnLatched(MediaParty party, TransportAddress peer) => Latches.Add((party, peer));

    public void OnRtpTimeout(MediaParty party, TimeSpan silence) => Timeouts.Add(party);

    public void OnFault(AudioConversation conversation, Exception error) => Errors.Add(error);

    public void Dispose()
    {
        Conversation.End();
        _marks.Dispose();
        Loop.Dispose();
        _block.Dispose();
        _cpu.Dispose();
    }
}
