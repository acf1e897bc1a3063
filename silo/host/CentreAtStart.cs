using Microsoft.Extensions.Hosting;
using Orleans;
using OrleansAcd.Contracts.Grains;

namespace OrleansAcd.Silo;

/// <summary>Applies the centre document that was given; without one, the first one where none was ever applied.</summary>
internal sealed class CentreAtStart(SiloOptions options, IGrainFactory grains) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var centre = grains.GetGrain<ICentreGrain>(ICentreGrain.Key);
        var yaml = options.CentreYaml ?? ((await centre.Get()).Version == 0 ? options.FirstCentreYaml : null);
        if (yaml is null) return;

        var applied = await centre.Apply(yaml, dryRun: false);
        if (!applied.Accepted) throw new SiloException("the centre document is not valid:\n" + string.Join('\n', applied.Problems));
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
