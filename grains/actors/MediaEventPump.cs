using Microsoft.Extensions.Hosting;
using Orleans;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Streams;

namespace OrleansAcd.Actors;

/// <summary>Brings what media nodes tell to the grains: each call's events in order, calls side by side.</summary>
public sealed class MediaEventPump(IGrainFactory grains, IStreamBus bus, ICentreSource centre)
    : IHostedService, IAsyncDisposable
{
    /// <summary>So many calls' events are handled at the same time.</summary>
    public const int ConcurrencyMax = 1024;

    /// <summary>So many events wait; beyond it the media node keeps them.</summary>
    public const int PendingMax = 50_000;

    private readonly List<IAsyncDisposable> _subscriptions = [];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _subscriptions.Add(bus.Subscribe<MediaEvent>(
            MediaStreams.Events, (e, _) => new ValueTask(grains.GetGrain<ICallGrain>(e.Call.Value).OnMedia(e)),
            new SubscriptionOptions<MediaEvent>
            {
                // A node that stops tells how its calls ended: that is recorded before the grains stop.
                Key = e => e.Call.Value, ConcurrencyMax = ConcurrencyMax, PendingMax = PendingMax, DrainsAtEnd = true,
            }));
        _subscriptions.Add(bus.Subscribe<NodeEvent>(
            MediaStreams.NodeEvents, (e, _) => OnNode(e),
            new SubscriptionOptions<NodeEvent> { Key = KeyOf, PendingMax = PendingMax }));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        foreach (var subscription in _subscriptions) await subscription.DisposeAsync();
        _subscriptions.Clear();
    }

    private static string KeyOf(NodeEvent e) =>
        e is PhoneChanged phone ? "agent/" + phone.Agent.Value : "node/" + e.Node.Value;

    private async ValueTask OnNode(NodeEvent e)
    {
        switch (e)
        {
            case NodeUp:
                await bus.PublishAsync(MediaStreams.Settings, CentreFollower.SettingsOf(centre.Current.Centre));
                break;
            case PhoneChanged p:
                await grains.GetGrain<IAgentGrain>(p.Agent.Value).PhoneChanged(p.Node, p.Contacts);
                break;
            default: break;     // NodeDraining: the node itself refuses new calls; calls that are up end by themselves
        }
    }
}
