using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;
using OrleansAcd.Calls;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Streams;

namespace OrleansAcd.Actors;

/// <summary>Keeps this process's <see cref="LocalCentreSource"/> up to date; tells agents whose definition changed,
/// supervisors whose rights did, and media nodes who may register.</summary>
public sealed partial class CentreFollower(
    IGrainFactory grains, IStreamBus bus, LocalCentreSource source, ILogger<CentreFollower> log)
    : IHostedService, IAsyncDisposable
{
    private IAsyncDisposable? _subscription;

    /// <summary>Subscribes, and makes the Centre grain publish what is stored.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _subscription = bus.Subscribe<Centre>(LocalCentreSource.Stream, (centre, _) => new ValueTask(Follow(centre)));
        await grains.GetGrain<ICentreGrain>(ICentreGrain.Key).Get();
    }

    public Task StopAsync(CancellationToken cancellationToken) => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _subscription, null) is { } subscription) await subscription.DisposeAsync();
    }

    /// <summary>What media nodes need to know of a centre.</summary>
    public static NodeSettings SettingsOf(Centre centre) => new(
        centre.Version, centre.Realm, [.. centre.Agents.Where(a => a.Account is not null).Select(a => a.Account!)])
    {
        Digest = centre.Digest,
        Trunks = [.. centre.Trunks.Select(t => t.Settings)],
    };

    private async Task Follow(Centre centre)
    {
        if (source.Update(centre) is not { } before) return;

        LogApplied(log, centre.Version, centre.Queues.Length, centre.Agents.Length);
        await bus.PublishAsync(MediaStreams.Settings, SettingsOf(centre));
        foreach (var agent in centre.Agents)
        {
            if (!AgentMachine.IsSame(before.FindAgent(agent.Id), agent)) await Tell(agent.Id);
        }

        foreach (var agent in before.Centre.Agents)
        {
            var now = source.Current.FindAgent(agent.Id);
            if (now is null) await Tell(agent.Id);
            if (!SupervisorMachine.AreSame(agent.Supervises, now?.Supervises ?? [])) await TellSupervisor(agent.Id);
        }
    }

    /// <summary>An agent that cannot be told follows at its next event; the others are told all the same.</summary>
    private Task Tell(AgentId agent) => Guarded(
        agent, () => grains.GetGrain<IAgentGrain>(agent.Value).DefinitionChanged());

    /// <summary>A supervisor that cannot be told asks its call again soon.</summary>
    private Task TellSupervisor(AgentId supervisor) => Guarded(
        supervisor, () => grains.GetGrain<ISupervisorGrain>(supervisor.Value).RightsChanged());

    private async Task Guarded(AgentId agent, Func<Task> tell)
    {
        try
        {
            await tell();
        }
        catch (Exception error) when (error is OrleansException or TimeoutException)
        {
            LogNotTold(log, agent, error);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Agent {Agent} was not told of the new centre")]
    private static partial void LogNotTold(ILogger log, AgentId agent, Exception error);

    [LoggerMessage(Level = LogLevel.Information,
        Message = "Centre version {Version}: {Queues} queues, {Agents} agents")]
    private static partial void LogApplied(ILogger log, long version, int queues, int agents);
}
