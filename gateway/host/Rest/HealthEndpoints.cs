using OrleansAcd.Contracts.Views;
using OrleansAcd.Gateway.Access;

namespace OrleansAcd.Gateway.Rest;

/// <summary>Whether the process lives, and whether it can serve. Both answer without a key.</summary>
internal static class HealthEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", () => Results.Text("ok")).WithMetadata(new OpenToAll()).WithTags("health")
            .WithName("live").WithSummary("The process lives").Produces<string>(200, "text/plain");
        routes.MapGet("/readyz", Ready).WithMetadata(new OpenToAll()).WithTags("health")
            .WithName("ready").WithSummary("All parts can serve; names those that cannot")
            .Produces<Readiness>().Produces<Readiness>(503);
    }

    private static IResult Ready(IEnumerable<IReadiness> parts)
    {
        var states = parts.ToDictionary(p => p.Name, p => p.NotReady ?? "ready");
        var ready = states.Values.All(s => s == "ready");
        return Results.Json(new Readiness(ready, states), statusCode: ready ? 200 : 503);
    }

    /// <param name="Parts">Each part: "ready", or why it is not.</param>
    internal sealed record Readiness(bool Ready, IReadOnlyDictionary<string, string> Parts);
}
