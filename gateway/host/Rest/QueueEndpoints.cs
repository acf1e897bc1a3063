using Orleans;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Views;

namespace OrleansAcd.Gateway.Rest;

/// <summary>Queues and their live figures.</summary>
internal static class QueueEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/queues").WithTags("queues");
        group.MapGet("", List).WithName("listQueues").WithSummary("Queues with their live figures, by id")
            .Produces<Page<QueueView>>().ProducesProblem(400);
        group.MapGet("{id}", Get).WithName("getQueue")
            .WithSummary("One queue").Produces<QueueView>().ProducesProblem(404);
    }

    private static Task<IResult> List(string? cursor, int? limit, ICentreSource centre, IGrainFactory grains) =>
        Paging.ById(
            centre.Current.Centre.Queues.Select(q => q.Id.Value), cursor, limit,
            id => grains.GetGrain<IQueueGrain>(id).Get());

    private static async Task<IResult> Get(string id, ICentreSource centre, IGrainFactory grains) =>
        centre.Current.FindQueue(new QueueId(id)) is null
            ? Problems.NotFound($"There is no queue '{Ids.Shown(id)}'.")
            : Results.Ok(await grains.GetGrain<IQueueGrain>(id).Get());
}
