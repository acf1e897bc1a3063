using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using OrleansAcd.Audio;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.MediaNode.Media;
using OrleansAcd.Rtp;

namespace OrleansAcd.Bench;

/// <summary>A worker with so many conversations of two parties who hear each other, as a node runs them.</summary>
internal sealed partial class OurRelay : IMeasuredRelay, IConversationObserver, IDisposable
{
    private const int ThreadCpuClock = 3;
    private readonly EventLoop _loop;
    private readonly List<AudioConversation> _conversations = [];
    private readonly int _calls;
    private long _readingAllocated;

    public OurRelay(int calls, int cpu)
    {
        _calls = calls;
        _loop = new EventLoop(Network.Default, new EventLoopOptions { Cpu = cpu, OnError = Console.Error.WriteLine });
        _loop.Start();
        OnLoop(() =>
        {
            AddCalls();
            return 0;
        });
        Ports = string.Concat(_conversations.Select(PortsOf));
    }

    public string Ports { get; }

    /// <summary>Managed bytes that stay alive for one call.</summary>
    public long MemoryPerCall { get; private set; }

    public (long Packets, long CpuNanoseconds, long AllocatedBytes) Read() => OnLoop(() =>
    {
        // Before anything here allocates.
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var cpu = ThreadCpu();
        var packets = _conversations.Sum(c => c.Parties.Sum(p => p.Quality.PacketsSent));
        var own = _readingAllocated;
        _readingAllocated += GC.GetAllocatedBytesForCurrentThread() - allocated;
        return (packets, cpu, allocated - own);
    });

    public void OnPlayEnded(MediaParty party, AudioClip clip, bool isComplete)
    {
    }

    public void OnDigit(MediaParty party, PressedKey key)
    {
    }

    public void OnSignal(MediaParty party, OrleansAcd.Audio.Detection.SignalKind signal)
    {
    }

    public void OnLatched(MediaParty party, TransportAddress peer)
    {
    }

    public void OnRtpTimeout(MediaParty party, TimeSpan silence)
    {
    }

    public void OnFault(AudioConversation conversation, Exception error) => Console.Error.WriteLine(error);

    public void Dispose()
    {
        OnLoop(() =>
        {
            _conversations.ForEach(c => c.End());
            return 0;
        });
        _loop.Dispose();
    }

    private static string PortsOf(AudioConversation conversation) => string.Create(
        CultureInfo.InvariantCulture, $"{conversation.Parties[0].LocalPort} {conversation.Parties[1].LocalPort}\n");

    private void AddCalls()
    {
        var ports = new RtpPortPool(20_000, 29_999, TimeSpan.FromSeconds(5));
        var worker = new MediaWorker(_loop, ports, TransportAddress.From(IPAddress.Loopback, 0), new SeededIdSource(1));
        AddCall(worker);
        var before = GC.GetTotalMemory(true);
        for (var i = 1; i < _calls; i++) AddCall(worker);
        MemoryPerCall = (GC.GetTotalMemory(true) - before) / (_calls - 1);
    }

    private void AddCall(MediaWorker worker)
    {
        var conversation = new AudioConversation(worker, this);
        foreach (var name in (string[])["caller", "agent"])
        {
            if (conversation.TryAddParty(name, out var party) != MediaRefusal.None) throw new IOException("no port left");

            // The load's own ports are not known before it speaks: any port of this host will do.
            var remote = TransportAddress.From(IPAddress.Loopback, 9);
            conversation.Configure(
                party!, new LegMedia(AudioCodecId.Pcmu, 0, 101, remote, default, MediaDirection.SendReceive));
        }

        conversation.SetHearing(conversation.Parties[0], conversation.Parties[1]);
        conversation.SetHearing(conversation.Parties[1], conversation.Parties[0]);
        _conversations.Add(conversation);
    }

    private T OnLoop<T>(Func<T> ask)
    {
        using var done = new ManualResetEventSlim();
        T? answer = default;
        _loop.Post(() =>
        {
            answer = ask();
            done.Set();
        });
        done.Wait();
        return answer!;
    }

    private static unsafe long ThreadCpu()
    {
        var time = stackalloc long[2];
        return ClockGetTime(ThreadCpuClock, time) == 0 ? (time[0] * 1_000_000_000) + time[1] : 0;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static unsafe partial int ClockGetTime(int clock, long* time);
}
