using Microsoft.Extensions.DependencyInjection;
using OrleansAcd.Actors;

namespace OrleansAcd.Silo;

/// <summary>The one place that knows which engine runs the grains: the MSBuild property <c>Engine</c> (design section
/// 6).</summary>
internal static class EngineChoice
{
#if ENGINE_ORLEANS
    /// <summary>Microsoft Orleans, one silo on this machine. Clustering over PostgreSQL belongs to the cluster's
    /// build.</summary>
    public static IServiceCollection AddEngine(this IServiceCollection services)
    {
        services.AddOrleans(silo => Orleans.Hosting.CoreHostingExtensions.UseLocalhostClustering(silo));
        return services;
    }
#else
    /// <summary>The embedded engine, which takes the storage named Default from the services.</summary>
    public static IServiceCollection AddEngine(this IServiceCollection services) =>
        Engine.EngineServices.AddEmbeddedEngine(services, options =>
            options.Assemblies.Add(typeof(ActorServices).Assembly));
#endif
}
