using Microsoft.Extensions.DependencyInjection;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Storage;

namespace OrleansAcd.Actors;

/// <summary>The grains' part in a host's services. The host adds an engine, an <c>IStreamBus</c>, an
/// <c>ICallJournal</c>, an
/// <c>ICallStore</c>, storage named Default and a <see cref="TimeProvider"/>.</summary>
public static class ActorServices
{
    /// <summary>Adds the centre source and what feeds the grains. Add it after the engine, so that it stops before
    /// it.</summary>
    public static IServiceCollection AddAcdActors(this IServiceCollection services)
    {
        services.AddSingleton<LocalCentreSource>();
        services.AddSingleton<ICentreSource>(provider => provider.GetRequiredService<LocalCentreSource>());
        services.AddSingleton<ICallFold, CallFold>();
        services.AddHostedService<CentreFollower>();
        services.AddHostedService<MediaEventPump>();
        return services;
    }
}
