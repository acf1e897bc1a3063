using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans;
using Orleans.Runtime;
using OrleansAcd.Actors;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Storage;
using OrleansAcd.Contracts.Views;
using OrleansAcd.Engine;
using OrleansAcd.Streams;

namespace OrleansAcd.Tests.Simulation.Grains;

/// <summary>A whole centre in virtual time: real grains on the embedded engine, a simulated media node with
/// phones.</summary>
internal sealed partial class SimulatedCentre
{
    private readonly Random _random;
    private readonly Traffic _traffic;
    private readonly EmbeddedEngine _engine;
    private readonly ServiceProvider _services;

    public SimulatedCentre(int seed, Traffic traffic)
    {
        (_traffic, _random) = (traffic, new Random(seed));
        Time = new VirtualTime(seed);
        Bus = new LocalStreamBus(new StreamBusOptions { TimeProvider = Time.TimeProvider, Scheduler = Time.Scheduler });
        Journal = new MemoryJournal(Time.TimeProvider, traffic.Commit);
        Node = new SimulatedNode(Bus, Time.TimeProvider, _random, traffic);
        _services = new ServiceCollection()
            .AddSingleton<TimeProvider>(Time.TimeProvider)
            .AddSingleton<IStreamBus>(Bus)
            .AddSingleton<ICallJournal>(Journal).AddSingleton<ICallStore>(Journal)
            .AddSingleton(typeof(ILogger<>), typeof(NullLogger<>))
            .AddEmbeddedEngine(options =>
            {
                options.VirtualTime = Time;
                options.ChecksMessages = true;
                options.Assemblies.Add(typeof(CallGrain).Assembly);
                options.Storages["Default"] = new MemoryGrainStorage();
                options.OneWayFailed = (grain, method, error) => Failures.Add($"{grain} {method}: {error.Message}");
            })
            .AddAcdActors()
            .BuildServiceProvider();
        _engine = _services.GetRequiredService<EmbeddedEngine>();
        Feed = [];
        Bus.Subscribe<FeedEvent>(FeedEvent.Stream, (e, _) =>
        {
            Feed.Add((e.Subject, e.Sequence));
            return ValueTask.CompletedTask;
        });
        if (traffic.LostMessages > 0) _engine.Faults.OneWay = _ => Fate();
    }

    public VirtualTime Time { get; }

    public LocalStreamBus Bus { get; }

    public MemoryJournal Journal { get; }

    public SimulatedNode Node { get; }

    public List<string> Failures { get; } = [];

    /// <summary>What a failure says that only passes on that a grain was killed under a message.</summary>
    public HashSet<string> Losses { get; } = [];

    public List<(string Subject, long Sequence)> Feed { get; }

    public IReadOnlyList<string> AgentIds => [.. Enumerable.Range(0, _traffic.Agents).Select(i => $"agent{i:D3}")];

    public IReadOnlyList<string> QueueIds => [.. Enumerable.Range(0, _traffic.Queues).Select(i => $"queue{i}")];

    public void Run()
    {
        Time.Run(Start, TimeSpan.FromMinutes(1));
        foreach (var agent in AgentIds.Concat(Supervisors)) Node.Register(agent);
        Time.RunFor(TimeSpan.FromSeconds(1));
        var gap = _traffic.Length / _traffic.Calls;
        var nextKill = _traffic.KillEvery;
        var nextCare = TimeSpan.FromSeconds(20);
        for (var i = 0; i < _traffic.Calls; i++)
        {
            Node.Offer($"call-{i:D6}", _random.Next(100) == 0 ? "nobody" : $"10{_random.Next(_traffic.Queues)}");
            Time.RunFor(gap * (_random.NextDouble() * 2));
            for (var n = 0; n < _traffic.ControlsPerCall; n++) AskForSomething();
            if (nextKill is { } kill && Time.TimeProvider.Elapsed >= kill)
            {
                nextKill = Time.TimeProvider.Elapsed + _traffic.KillEvery;
                KillSomething(i);
            }

            if (Time.TimeProvider.Elapsed < nextCare) continue;
            nextCare = Time.TimeProvider.Elapsed + TimeSpan.FromSeconds(20);
            Time.Run(MakeAllReady, TimeSpan.FromMinutes(1));
        }

        _engine.Faults.OneWay = null;
        if (_traffic.ControlsPerCall > 0) StopSupervising();
        for (var i = 0; i < 10; i++)
        {
            Time.RunFor(TimeSpan.FromMinutes(3));
            Time.Run(MakeAllReady, TimeSpan.FromMinutes(1));
        }

        Time.RunFor(TimeSpan.FromMinutes(2));
    }

    public AgentView Agent(string id) =>
        Time.Run(() => _engine.GetGrain<IAgentGrain>(id).Get(), TimeSpan.FromMinutes(1));

    public QueueView Queue(string id) =>
        Time.Run(() => _engine.GetGrain<IQueueGrain>(id).Get(), TimeSpan.FromMinutes(1));

    public T Ask<T>(Func<IGrainFactory, Task<T>> question) =>
        Time.Run(() => question(_engine), TimeSpan.FromMinutes(1));

    public async Task Start()
    {
        Node.Start();
        foreach (var hosted in _services.GetServices<Microsoft.Extensions.Hosting.IHostedService>())
        {
            await hosted.StartAsync(CancellationToken.None);
        }

        var applied = await _engine.GetGrain<ICentreGrain>(ICentreGrain.Key).Apply(Yaml(), dryRun: false);
        if (!applied.Accepted) throw new InvalidOperationException(string.Join('\n', applied.Problems));
    }

    public CentreApplied Apply(string yaml) =>
        Ask(grains => grains.GetGrain<ICentreGrain>(ICentreGrain.Key).Apply(yaml, dryRun: false));

    private string Yaml()
    {
        var yaml = new StringBuilder("numbers:\n");
        for (var q = 0; q < _traffic.Queues; q++) yaml.Append($"  - {{ number: \"10{q}\", to: queue/queue{q} }}\n");
        yaml.Append("queues:\n");
        for (var q = 0; q < _traffic.Queues; q++)
        {
            yaml.Append($"  - {{ id: queue{q}, ring-timeout: 15s, wrap-up: {_traffic.WrapUp}, music: default, greeting: welcome{More(q)} }}\n");
        }

        yaml.Append("agents:\n");
        for (var a = 0; a < _traffic.Agents; a++)
        {
            // A third serves all queues, the others one.
            var queues = a % 3 == 0 ? string.Join(", ", QueueIds) : $"queue{a % _traffic.Queues}";
            yaml.Append($"  - {{ id: agent{a:D3}, sip-password: \"secret-{a}\", queues: [{queues}] }}\n");
        }

        foreach (var id in Supervisors)
            yaml.Append($"  - {{ id: {id}, sip-password: s, supervises: [{string.Join(", ", QueueIds)}] }}\n");
        if (_traffic.ControlsPerCall > 0)
            yaml.Append("trunks: [ { id: out, uri: \"sip:out.example\", numbers: [ \"+*\" ] } ]\n");
        return yaml.ToString();
    }

    /// <summary>A supervisor who looks around every now and then: whoever did not answer is made ready again.</summary>
    private async Task MakeAllReady()
    {
        foreach (var id in AgentIds)
        {
            var agent = _engine.GetGrain<IAgentGrain>(id);
            var view = await agent.Get();
            if (view.Presence == Presence.NotReady) await agent.Change(new AgentChange(AgentWish.Ready, ""));
        }
    }

    /// <summary>A conversation, and the agent in it.</summary>
    private void KillPair()
    {
        var talking = Node.Calls.Values.Where(c => c.Bridged is not null && c.Caller.State == LegState.Up).ToList();
        if (talking.Count == 0) return;

        var call = talking[_random.Next(talking.Count)];
        Kill(_engine.GetGrain<IAgentGrain>(call.Bridged!.Party));
        Kill(_engine.GetGrain<ICallGrain>(call.Id.Value));
    }

    private void KillSomething(int calls)
    {
        if (_traffic.KillsPairs)
        {
            KillPair();
            return;
        }

        IAddressable victim = (_traffic.KillsCalls ? 2 : _random.Next(2)) switch
        {
            0 => _engine.GetGrain<IQueueGrain>(QueueIds[_random.Next(_traffic.Queues)]),
            1 => _engine.GetGrain<IAgentGrain>(AgentIds[_random.Next(_traffic.Agents)]),
            _ => _engine.GetGrain<ICallGrain>($"call-{Math.Max(0, calls - _random.Next(10)):D6}"),
        };
        Kill(victim);
    }

    private void Kill(IAddressable victim)
    {
        if (_engine.Faults.Kill(victim)) Losses.Add($": {victim.GetGrainId()} was lost.");
    }

    private MessageFate Fate() =>
        _random.NextDouble() < _traffic.LostMessages ? MessageFate.Lost : MessageFate.Arrives;
}
