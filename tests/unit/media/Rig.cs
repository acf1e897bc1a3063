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
    private static int s_nextRange = 30_000 + (Environment.ProcessId % 50 * 400);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    public Rig(string network = "default", MediaOptions? options = null, int ports = 100)
    {
        INetwork net = network == "portable" ? new PortableNetwork() : Network.Default;
        Loop = new EventLoop(net, new EventLoopOptions { OnError = Errors.Add });

        // Any range will do: what is taken is passed over.
        var first = Interlocked.Add(ref s_nextRange, ports) % 20_000;
        Ports = new RtpPortPool(30_000 + first, 30_000 + first + ports - 1, TimeSpan.Zero);
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
