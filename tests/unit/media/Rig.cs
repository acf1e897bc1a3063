using System.Diagnostics;
using System.Net;
using OrleansAcd.Audio;
using OrleansAcd.Audio.Detection;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.MediaNode.Media;
using OrleansAcd.Rtp;
using Xunit;

namespace OrleansAcd.Tests.Unit.Media;

/// <summary>A loop run by the test's own thread on real loopback sockets, a conversation, and what it
/// reported.</summary>
internal sealed class Rig : IConversationObserver, IDisposable
{
    private static int s_nextRange = Environment.ProcessId % 50 * 400;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private Instant _time = Instant.FromMilliseconds(1_000);

    /// <param name="isTimed">Time stands still until <see cref="Advance"/> moves it.</param>
    public Rig(string network = "default", MediaOptions? options = null, int ports = 600, bool isTimed = false)
    {
        INetwork net = network == "portable" ? new PortableNetwork() : Network.Default;
        Loop = new EventLoop(net, new EventLoopOptions { OnError = Errors.Add, Clock = isTimed ? () => _time : null });

        // Any range below the system's own will do: what is taken is passed over.
        var first = 10_000 + (Interlocked.Add(ref s_nextRange, 100) % 20_000);
        Ports = new RtpPortPool(first, first + ports - 1, TimeSpan.Zero);
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

    public List<(MediaParty Party, TransportAddress Peer)> Latches { get; } = [];

    public List<MediaParty> Timeouts { get; } = [];

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

    /// <summary>Turns the loop until it is so; fails after ten seconds.</summary>
    public void Until(Func<bool> isSo, string what)
    {
        var start = Stopwatch.GetTimestamp();
        while (!isSo())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < s_patience, "never happened: " + what);
            Loop.RunOnce(TimeSpan.FromMilliseconds(10));
        }

        Assert.Empty(Errors);
    }

    /// <summary>Turns the loop until nothing is left to read: loopback delivers at once.</summary>
    public void Settle()
    {
        long ready;
        do
        {
            ready = Loop.Ready;
            Loop.RunOnce(TimeSpan.Zero);
        }
        while (Loop.Ready > ready);
    }

    /// <summary>Lets time pass, a phase of the tick at a time.</summary>
    public void Advance(TimeSpan span)
    {
        for (var until = _time + span; _time < until;)
        {
            _time = Instant.Min(until, _time + TimeSpan.FromMilliseconds(2.5));
            Settle();
        }

        Assert.Empty(Errors);
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
        Loop.Dispose();
    }
}
