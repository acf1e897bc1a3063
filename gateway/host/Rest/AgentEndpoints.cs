using Orleans;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Views;

namespace OrleansAcd.Gateway.Rest;

/// <summary>Agents: what they do, and changes of it.</summary>
internal static class AgentEndpoints
{
    private const int ReasonCharsMax = 64;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/agents").WithTags("agents");
        group.MapGet("", List).WithName("listAgents").WithSummary("Agents and what they do now, by id")
            .Produces<Page<AgentView>>().ProducesProblem(400);
        group.MapGet("{id}", Get).WithName("getAgent")
            .WithSummary("One agent").Produces<AgentView>().ProducesProblem(404);
        group.MapPost("{id}/state", Change).WithName("changeAgent")
            .WithSummary(
                "Logs in or out, makes ready or not ready, ends wrap-up; during a call it is kept as the next state")
            .Produces<AgentView>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409);
    }

    private static Task<IResult> List(string? cursor, int? limit, ICentreSource centre, IGrainFactory grains) =>
        Paging.ById(
            centre.Current.Centre.Agents.Select(a => a.Id.Value), cursor, limit,
            id => grains.GetGrain<IAgentGrain>(id).Get());

    private static async Task<IResult> Get(string id, ICentreSource centre, IGrainFactory grains) =>
        centre.Current.FindAgent(new AgentId(id)) is null
            ? Unknown(id) : Results.Ok(await grains.GetGrain<IAgentGrain>(id).Get());

    private static async Task<IResult> Change(string id, AgentStateRequest wanted, ICentreSource centre,
        IGrainFactory grains)
    {
        if (centre.Current.FindAgent(new AgentId(id)) is null) return Unknown(id);
        if (wanted.Wish is not { } wish || !Enum.IsDefined(wish))
        {
            return Problems.Bad("wish must be login, logout, ready, not-ready or end-wrap-up.");
        }

        var reason = wanted.Reason ?? "";
        if (reason.Length > ReasonCharsMax || reason.Any(char.IsControl))
        {
            return Problems.Bad($"reason must have at most {ReasonCharsMax} characters and no control characters.");
        }

        var changed = await grains.GetGrain<IAgentGrain>(id).Change(new AgentChange(wish, reason));
        return changed.Refused is { } why
            ? Problems.Of(StatusCodes.Status409Conflict, "impossible-state", why)
            : Results.Ok(changed.Agent);
    }

    private static IResult Unknown(string id) => Problems.NotFound($"There is no agent '{Ids.Shown(id)}'.");

    /// <summary>What somebody wants an agent to be.</summary>
    /// <param name="Reason">For not-ready: lunch, training ...</param>
    internal sealed record AgentStateRequest(AgentWish? Wish, string? Reason);
}
