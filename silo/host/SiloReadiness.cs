using Microsoft.Extensions.Hosting;
using OrleansAcd.Contracts.Views;

namespace OrleansAcd.Silo;

/// <summary>The engine serves from the end of the start to the beginning of the stop: the last to start, the first to
/// stop.</summary>
internal sealed class SiloReadiness : IReadiness, IHostedService
{
    private volatile string? _notReady = "starting";

    public string Name => "engine";

    public string? NotReady => _notReady;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _notReady = null;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _notReady = "stopping";
        return Task.CompletedTask;
    }
}
