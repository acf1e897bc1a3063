using Orleans;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Storage;
using OrleansAcd.Contracts.Views;
using OrleansAcd.Gateway.Calls;

namespace OrleansAcd.Gateway.Rest;

/// <summary>Calls, up and ended.</summary>
internal static class CallEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/calls").WithTags("calls");
        group.MapGet("", List).WithName("listCalls")
            .WithSummary("Calls, live and ended, newest first, without timelines")
            .WithDescription(
                "Live calls are shown without the caller's number; `live` true or false shows one kind alone.")
            .Produces<Page<CallView>>().ProducesProblem(400).ProducesProblem(503);
        group.MapGet("{id}", Get).WithName("getCall").WithSummary("One call with its full timeline")
            .Produces<CallView>().ProducesProblem(404).ProducesProblem(503);
        group.MapPost("{id}/hangup", Hangup).WithName("hangupCall").WithSummary("Ends a call for everybody")
            .Produces(202).ProducesProblem(404).ProducesProblem(409);
    }

    private static async Task<IResult> List(
        string? queue, string? agent, DateTimeOffset? from, DateTimeOffset? until, bool? live, string? cursor,
        int? limit,
        ICallStore store, LiveCalls liveCalls, CancellationToken cancellation)
    {
        if (Paging.Check(cursor, limit) is { } bad) return bad;

        var take = limit ?? Page<CallView>.LimitDefault;
        var filter = new CallFilter(
            queue is null ? null : new QueueId(queue), agent is null ? null : new AgentId(agent), from, until);
        CallId? before = cursor is null ? null : new CallId(cursor);
        var up = live is false ? [] : liveCalls.List(filter, before, take + 1);
        var ended = live is true ? [] : await store.List(filter, before, take + 1, cancellation);
        // A call that ends just now may be in both: its record stands.
        var known = ended.Select(c => c.Id).ToHashSet();
        var merged = ended.Concat(up.Where(c => !known.Contains(c.Id)))
            .OrderByDescending(c => c.Id.Value, StringComparer.Ordinal).Take(take + 1).ToList();
        return Results.Ok(Paging.Cut(merged, take, c => c.Id.Value));
    }

    private static async Task<IResult> Get(
        string id, ICallStore store, LiveCalls liveCalls, IGrainFactory grains, CancellationToken cancellation)
    {
        var call = new CallId(id);
        if (!Ids.CanBe(id)) return Unknown(id);

        var view = liveCalls.Has(call) ? await grains.GetGrain<ICallGrain>(id).Get() : null;
        view ??= await store.Find(call, cancellation);
        return view is null ? Unknown(id) : Results.Ok(view);
    }

    private static async Task<IResult> Hangup(
        string id, ICallStore store, LiveCalls liveCalls, IGrainFactory grains, CancellationToken cancellation)
    {
        var call = new CallId(id);
        if (!Ids.CanBe(id)) return Unknown(id);
        if (liveCalls.Has(call) && await grains.GetGrain<ICallGrain>(id).Hangup("api")) return Results.Accepted();

        return await store.Find(call, cancellation) is null
            ? Unknown(id)
            : Problems.Of(StatusCodes.Status409Conflict, "call-ended", "The call has ended.");
    }

    private static IResult Unknown(string id) =>
        Problems.NotFound($"There is no call '{Ids.Shown(id)}'.");
}
