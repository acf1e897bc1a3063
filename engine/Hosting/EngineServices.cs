using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;

namespace OrleansAcd.Engine;

/// <summary>The engine in a host's services.</summary>
public static class EngineServices
{
    /// <summary>Adds an engine as <see cref="EmbeddedEngine"/> and <see cref="IGrainFactory"/>; it starts and stops
    /// with the host. What is added before it stops after it.</summary>
    public static IServiceCollection AddEmbeddedEngine(
        this IServiceCollection services, Action<EngineOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddSingleton(provider =>
        {
            var options = new EngineOptions();
            configure(options);
            return new EmbeddedEngine(options, provider);
        });
        services.AddSingleton<IGrainFactory>(provider => provider.GetRequiredService<EmbeddedEngine>());
        services.AddSingleton<IHostedService, EngineHost>();
        return services;
    }

    private sealed class EngineHost(EmbeddedEngine engine) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => engine.StartAsync(cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => engine.StopAsync(cancellationToken);
    }
}
