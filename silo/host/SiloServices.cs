using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Storage;
using OrleansAcd.Actors;
using OrleansAcd.Contracts.Storage;
using OrleansAcd.Contracts.Views;
using OrleansAcd.Storage;
using OrleansAcd.Streams;

namespace OrleansAcd.Silo;

/// <summary>Puts the silo into a host: engine, grains, storage, streams within the process, recovery at
/// start.</summary>
public static class SiloServices
{
    /// <remarks>Hosted services start in this order and stop in reverse: storage is recovered before any grain runs,
    /// the pumps stop before the engine, and the journal is flushed last.</remarks>
    /// <exception cref="SiloException">An option is not valid.</exception>
    public static IServiceCollection AddAcdSilo(this IServiceCollection services, SiloOptions options)
    {
        var problems = options.Problems();
        if (problems.Count > 0) throw new SiloException(string.Join('\n', problems));

        services.AddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        AddStorage(services, options);
        services.TryAddSingleton(p => new LocalStreamBus(
            new StreamBusOptions { TimeProvider = p.GetRequiredService<TimeProvider>() },
            p.GetService<ILogger<LocalStreamBus>>()));
        services.TryAddSingleton<IStreamBus>(p => p.GetRequiredService<LocalStreamBus>());
        services.AddSingleton<ISystemPart, StreamsPart>();
        services.AddSingleton<ISystemPart, StoragePart>();
        services.AddHostedService<Recovery>();
        services.AddEngine();
        services.AddSingleton<SiloReadiness>();
        services.AddSingleton<IReadiness>(p => p.GetRequiredService<SiloReadiness>());
        services.AddSingleton<NodeReadiness>();
        services.AddSingleton<IReadiness>(p => p.GetRequiredService<NodeReadiness>());
        services.AddHostedService(p => p.GetRequiredService<NodeReadiness>());
        services.AddAcdActors();
        services.AddHostedService<CentreAtStart>();
        services.AddHostedService(p => p.GetRequiredService<SiloReadiness>());
        return services;
    }

    private static void AddStorage(IServiceCollection services, SiloOptions options)
    {
        services.AddSingleton(p => AcdStorage.Open(
            new StorageOptions
            {
                Directory = options.DataDirectory,
                Retention = options.RetentionDays is { } days ? TimeSpan.FromDays(days) : null,
            },
            p.GetRequiredService<TimeProvider>(),
            p.GetRequiredService<ILogger<AcdStorage>>(),
            p.GetRequiredService<ICallFold>()));
        services.AddSingleton(p => p.GetRequiredService<AcdStorage>().Journal);
        services.AddSingleton(p => p.GetRequiredService<AcdStorage>().Calls);
        services.AddKeyedSingleton("Default", (p, _) => p.GetRequiredService<AcdStorage>().Grains);
        services.AddSingleton<IReadiness>(p => p.GetRequiredService<AcdStorage>());
    }
}
