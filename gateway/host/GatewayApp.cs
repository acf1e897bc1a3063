using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OrleansAcd.Contracts.Views;
using OrleansAcd.Gateway.Access;
using OrleansAcd.Gateway.Calls;
using OrleansAcd.Gateway.Feed;
using OrleansAcd.Gateway.Pages;
using OrleansAcd.Gateway.Rest;

namespace OrleansAcd.Gateway;

/// <summary>The gateway in a web application: translates HTTP to grains and back, decides nothing.</summary>
public static class GatewayApp
{
    private const long BodyBytesMax = 64 * 1024;

    /// <summary>Adds the gateway's services. Add the silo first: grains, streams and stored calls come from
    /// there.</summary>
    /// <returns>The API key where one was made just now: show it, it is not kept; else null.</returns>
    public static string? AddAcdGateway(this IServiceCollection services, GatewayOptions options)
    {
        var key = ApiKey.OpenOrMake(options.DataDirectory);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton(key);
        services.AddSingleton(p => new WrongKeys(options.WrongKeysPerMinuteMax, p.GetRequiredService<TimeProvider>()));
        services.AddSingleton<RepeatedRequests>();
        services.AddSingleton<LiveCalls>();
        services.AddHostedService(p => p.GetRequiredService<LiveCalls>());
        services.AddSingleton<FeedHub>();
        services.AddHostedService(p => p.GetRequiredService<FeedHub>());
        services.AddProblemDetails(o => o.CustomizeProblemDetails = Problems.Complete);
        services.AddOpenApi("v1", ApiDocument.Configure);
        services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        services.Configure<JsonOptions>(o =>
        {
            foreach (var converter in FeedEvent.Json.Converters) o.SerializerOptions.Converters.Add(converter);
        });
        services.Configure<KestrelServerOptions>(o =>
        {
            o.AddServerHeader = false;
            o.Limits.MaxRequestBodySize = BodyBytesMax;
        });
        return key.Made;
    }

    /// <summary>Maps all endpoints and what stands before them.</summary>
    public static void Map(WebApplication app)
    {
        app.Use(next => context => SecurityHeaders.Apply(context, next));
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            ExceptionHandler = Problems.Handle,
            SuppressDiagnosticsCallback = c =>
                c.Exception is Microsoft.AspNetCore.Http.BadHttpRequestException or OperationCanceledException,
        });
        app.UseStatusCodePages();
        app.UseRouting();
        app.UseMiddleware<KeyGate>();
        app.MapOpenApi("/openapi/{documentName}.json");
        LoginEndpoints.Map(app);
        HealthEndpoints.Map(app);
        QueueEndpoints.Map(app);
        AgentEndpoints.Map(app);
        CallEndpoints.Map(app);
        CallControlEndpoints.Map(app);
        SupervisorEndpoints.Map(app);
        CentreEndpoints.Map(app);
        RecordingEndpoints.Map(app);
        SystemEndpoints.Map(app);
        FeedEndpoint.Map(app);
        PageFiles.Map(app);
        app.Lifetime.ApplicationStopping.Register(app.Services.GetRequiredService<FeedHub>().Close);
    }
}
