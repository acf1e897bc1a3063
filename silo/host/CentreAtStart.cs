using Microsoft.Extensions.Hosting;
using Orleans;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;

namespace OrleansAcd.Silo;

/// <summary>Applies the centre document that was given; without one, the first one where none was ever
/// applied.</summary>
/// <remarks>Ends when this process knows the centre: a call that comes right after the start finds its
/// number.</remarks>
internal sealed class CentreAtStart(SiloOptions options, IGrainFactory grains, ICentreSource source, TimeProvider time)
    : IHostedService
{
    private static readonly TimeSpan KnownTimeout = TimeSpan.FromSeconds(30);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var centre = grains.GetGrain<ICentreGrain>(ICentreGrain.Key);
        var version = (await centre.Get()).Version;
        var yaml = options.CentreYaml ?? (version == 0 ? options.FirstCentreYaml : null);
        if (yaml is not null) version = await Apply(centre, yaml);
        await Known(version, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static async Task<long> Apply(ICentreGrain centre, string yaml)
    {
        var applied = await centre.Apply(yaml, dryRun: false);
        return applied.Accepted
            ? applied.Version
            : throw new SiloException("the centre document is not valid:\n" + string.Join('\n', applied.Problems));
    }

    private async Task Known(long version, CancellationToken cancellation)
    {
        using var tooLong = new CancellationTokenSource(KnownTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(tooLong.Token, cancellation);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5), time);
        while (source.Current.Centre.Version < version) await timer.WaitForNextTickAsync(either.Token);
    }
}
