using Microsoft.Extensions.Hosting;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Contracts.Views;
using OrleansAcd.Streams;

namespace OrleansAcd.Silo;

/// <summary>Ready while at least one media node takes calls.</summary>
internal sealed class NodeReadiness(IStreamBus bus) : IReadiness, IHostedService
{
    private const int NodesMax = 1_000;
    private readonly HashSet<NodeId> _nodes = [];
    private readonly Lock _gate = new();
    private IAsyncDisposable? _subscription;

    public string Name => "node";

    public string? NotReady
    {
        get
        {
            lock (_gate) return _nodes.Count > 0 ? null : "no media node is up";
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _subscription = bus.Subscribe<NodeEvent>(MediaStreams.NodeEvents, Hear);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_subscription is not null) await _subscription.DisposeAsync();
    }

    private ValueTask Hear(NodeEvent e, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (e is NodeDraining) _nodes.Remove(e.Node);
            else if (_nodes.Count < NodesMax) _nodes.Add(e.Node);
        }

        return ValueTask.CompletedTask;
    }
}
