using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Contracts.Views;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.Sip.Stack;
using OrleansAcd.Streams;

namespace OrleansAcd.MediaNode.Node;

/// <summary>A media node: a worker on its loop, fed with commands and settings from streams.</summary>
public sealed partial class MediaNodeHost : IAsyncDisposable
{
    private static readonly TimeSpan FiguresMax = TimeSpan.FromSeconds(5);

    private readonly EventLoop _loop;
    private readonly NodeWorker _worker;
    private readonly List<IAsyncDisposable> _subscriptions = [];
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _settingsVersion = -1;

    private MediaNodeHost(EventLoop loop, NodeWorker worker) => (_loop, _worker) = (loop, worker);

    /// <summary>Completes once the node knows the centre's accounts: from then on it takes calls.</summary>
    public Task Ready => _ready.Task;

    /// <summary>The version of the centre that is in force here; -1 before any.</summary>
    public long SettingsVersion => Volatile.Read(ref _settingsVersion);

    public NodeId Node => _worker.Node;

    /// <summary>Where SIP is bound.</summary>
    public IPEndPoint Sip => _worker.Edge.Local;

    /// <summary>Where SIP over TLS is bound; null: nowhere.</summary>
    public IPEndPoint? Tls => _worker.Edge.TlsLocal;

    /// <summary>Takes certificates whose files have changed, now instead of within a minute; connections go
    /// on.</summary>
    public void ReloadCertificates() => _loop.Post(() => _worker.Edge.Tls?.ReloadIfChanged());

    public NodeCounters Counters => _worker.Counters;

    public SipCounters SipCounters => _worker.Sip.Counters;

    /// <summary>Conversations that are up.</summary>
    public int Calls => _worker.ConversationCount;

    /// <summary>Starts a node; null when its SIP address is taken or not this machine's.</summary>
    public static MediaNodeHost? Start(
        MediaNodeOptions options, IStreamBus bus, PromptLibrary prompts, TimeProvider time,
        ILogger<MediaNodeHost> log) =>
        Start(options, bus, prompts, time, log, out _);

    /// <summary>Starts a node; null when an address is taken or not this machine's, or a certificate cannot be used,
    /// and what it was.</summary>
    public static MediaNodeHost? Start(
        MediaNodeOptions options, IStreamBus bus, PromptLibrary prompts, TimeProvider time, ILogger<MediaNodeHost> log,
        out string problem)
    {
        ArgumentNullException.ThrowIfNull(options);
        var node = new NodeId("node-" + Guid.NewGuid().ToString("n", CultureInfo.InvariantCulture)[..12]);
        var loop = new EventLoop(Network.Default, new EventLoopOptions { OnError = error => LoopFault(log, error) });
        var worker = new NodeWorker(
            node, options, loop, bus, prompts, time, (call, error) => CallFault(log, call.Value, error));
        var isOpen = worker.TryOpen();
        problem = worker.Problem;
        if (!isOpen)
        {
            loop.Dispose();
            return null;
        }

        var host = new MediaNodeHost(loop, worker);
        host.Subscribe(bus);
        loop.Start();
        bus.TryPublish<NodeEvent>(MediaStreams.NodeEvents, new NodeUp(node, options.CallsMax));
        return host;
    }

    /// <summary>All counters of the node, taken on its loop.</summary>
    public async Task<SystemPartView> ReadFigures(CancellationToken cancellation)
    {
        var taken = new TaskCompletionSource<SystemPartView>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_loop.Post(() => taken.TrySetResult(NodeFigures.Take(_worker))))
        {
            return new SystemPartView(new Dictionary<string, long>(), "the media worker's queue is full");
        }

        return await taken.Task.WaitAsync(FiguresMax, cancellation);
    }

    /// <summary>Takes no more calls, ends those that are up, and waits until phones and grains have been
    /// told.</summary>
    public async Task Stop(TimeSpan within)
    {
        _loop.Post(() =>
        {
            _worker.Drain();
            _worker.PublishNode(new NodeDraining(Node));
            _worker.EndAll();
        });
        using var limit = new CancellationTokenSource(within);
        await IsQuiet(limit.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var subscription in _subscriptions) await subscription.DisposeAsync();
        _loop.Stop();
        _worker.Close();
        _loop.Dispose();
    }

    /// <summary>Done when no SIP transaction of ours waits for an answer any more and all recordings are stored. Seen
    /// twice: what the recorder posted just before is told by then.</summary>
    private async Task IsQuiet(CancellationToken end)
    {
        var seen = 0;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (await timer.WaitForNextTickAsync(end))
        {
            var asked = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            var isAsked = _loop.Post(() => asked.SetResult(
                _worker is { ConversationCount: 0, Sip.CallCount: 0, IsRecorderIdle: true }));
            seen = isAsked && await asked.Task.WaitAsync(end) ? seen + 1 : 0;
            if (seen == 2) return;
        }
    }

    private void Subscribe(IStreamBus bus)
    {
        _subscriptions.Add(bus.Subscribe<MediaCommand>(
            MediaStreams.Commands(Node), (command, _) => OnLoop(() => _worker.Execute(command))));
        _subscriptions.Add(bus.Subscribe<NodeSettings>(
            MediaStreams.Settings, (settings, _) => OnLoop(() => Apply(settings))));
    }

    private void Apply(NodeSettings settings)
    {
        _worker.Apply(settings);
        Volatile.Write(ref _settingsVersion, Math.Max(_settingsVersion, settings.Version));
        _ready.TrySetResult();
    }

    /// <summary>Hands over to the loop; a loop that is flooded makes the stream try again.</summary>
    private ValueTask OnLoop(Action act) => _loop.Post(act)
        ? ValueTask.CompletedTask
        : ValueTask.FromException(new InvalidOperationException("the media worker's queue is full"));

    [LoggerMessage(LogLevel.Error, "a handler of the media loop failed")]
    private static partial void LoopFault(ILogger log, Exception error);

    [LoggerMessage(LogLevel.Error, "call {Call} broke and was ended")]
    private static partial void CallFault(ILogger log, string call, Exception error);
}
