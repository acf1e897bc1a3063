using OrleansAcd.Contracts.Views;

namespace OrleansAcd.Gateway.Rest;

/// <summary>What the parts of this process have counted: media node, streams, storage.</summary>
internal static class SystemEndpoints
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/v1/system", Get).WithTags("system").WithName("getSystem")
            .WithSummary("Counters of the media node (SIP, registrations, media), the streams and storage, since the start")
            .Produces<SystemView>();

    private static async Task<IResult> Get(IEnumerable<ISystemPart> parts, CancellationToken cancellation)
    {
        var views = new Dictionary<string, SystemPartView>(StringComparer.Ordinal);
        foreach (var part in parts) views[part.Name] = await part.Read(cancellation);
        return Results.Ok(new SystemView(views));
    }

    internal sealed record SystemView(IReadOnlyDictionary<string, SystemPartView> Parts);
}
