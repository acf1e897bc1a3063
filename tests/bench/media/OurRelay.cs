using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using OrleansAcd.Audio;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.MediaNode.Media;
using OrleansAcd.Rtp;

namespace OrleansAcd.Bench;

/// <summary>A worker with so many conversations of one kind, as a node runs them.</summary>
internal sealed partial class OurRelay : IMeasuredRelay, IConversationObserver, IDisposable
{
    private const int ThreadCpuClock = 3;
    private readonly EventLoop _loop;
    private readonly List<AudioConversation> _conversations = [];
    private readonly int _calls;
    private readonly MediaMode _mode;
    private readonly int _firstPort;
    private readonly RecordedCalls? _recorded;
    private long _readingAllocated;

    public OurRelay(MediaMode mode, int calls, int cpu, int firstPort = 20_000)
    {
        (_mode, _calls, _firstPort) = (mode, calls, firstPort);
        _recorded = mode.RecordedAs is { } format ? new RecordedCalls(format) : null;
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

    /// <summary>Where each leg is reached, and what it is encrypted with.</summary>
    public IEnumerable<(int Port, LegCrypto? Crypto)> Legs =>
        _conversations.SelectMany(c => c.Parties.Select(party => (party.LocalPort, party.Media?.Crypto)));

    /// <summary>Managed bytes that stay alive for one call.</summary>
    public long MemoryPerCall { get; private set; }

    public (long Packets, long CpuNanoseconds, long AllocatedBytes) Read()
    {
        var figures = ReadLoop();
        if (_recorded is not null) figures.CpuNanoseconds += RecordedCalls.CpuNanoseconds;
        return figures;
    }

    /// <summary>Ends what was measured: files are hashed and stored.</summary>
    /// <returns>What that costs of one CPU, spread over the time that was recorded; and what is missing in
    /// files.</returns>
    public (double CpuShare, long Lost) Finish()
    {
        if (_recorded is null) return default;

        var share = _recorded.Finish(() => OnLoop(() =>
        {
            _recorded.Stop();
            return 0;
        }));
        return (share, _recorded.Lost);
    }

    private (long Packets, long CpuNanoseconds, long AllocatedBytes) ReadLoop() => OnLoop(() =>
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
        _recorded?.Dispose();
    }

    private static string PortsOf(AudioConversation conversation) =>
        string.Concat(conversation.Parties.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.LocalPort}\n")));

    private void AddCalls()
    {
        var ports = new RtpPortPool(_firstPort, _firstPort + 4_999, TimeSpan.FromSeconds(5));
        var worker = new MediaWorker(_loop, ports, TransportAddress.From(IPAddress.Loopback, 0), new SeededIdSource(1));
        AddCall(worker);
        var before = MemoryNow();
        for (var i = 1; i < _calls; i++) AddCall(worker);
        MemoryPerCall = (MemoryNow() - before) / (_calls - 1);
    }

    private void AddCall(MediaWorker worker)
    {
        var conversation = _mode.Build(worker, this);
        _conversations.Add(conversation);
        _recorded?.Begin(_loop, conversation);
    }

    private long MemoryNow()
    {
        _recorded?.Settle();
        return GC.GetTotalMemory(true);
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
