using Orleans;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Views;

namespace OrleansAcd.Gateway.Rest;

/// <summary>Supervisors: what they watch, and how.</summary>
internal static class SupervisorEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = RepeatedRequests.On(routes.MapGroup("/v1/supervisors").WithTags("supervisors"));
        group.MapGet("{id}", Get).WithName("getSupervisor").WithSummary("What a supervisor watches")
            .Produces<SupervisorView>().ProducesProblem(404);
        Described(group.MapPut("{id}/watch", Watch), "watch",
            "Listens to one call, or to every call of an agent as it comes: the supervisor's phone is called");
        Described(group.MapPatch("{id}/watch", Change), "changeWatch", "Monitor, whisper, barge or take over");
        Described(group.MapDelete("{id}/watch", Stop), "stopWatch", "Watches nothing any more");
        Described(group.MapPost("{id}/take-over", TakeOver), "takeOver",
            "The supervisor talks in the agent's place");
    }

    private static void Described(RouteHandlerBuilder endpoint, string name, string summary) =>
        endpoint.WithName(name).WithSummary(summary).Produces<SupervisorView>().ProducesProblem(400)
            .ProducesProblem(403).ProducesProblem(404).ProducesProblem(409);

    private static async Task<IResult> Get(string id, ICentreSource centre, IGrainFactory grains) =>
        Known(id, centre) ? Results.Ok(await Supervisor(grains, id).Get()) : Unknown(id);

    private static async Task<IResult> Watch(
        string id, WatchRequest wanted, ICentreSource centre, IGrainFactory grains)
    {
        if (!Known(id, centre)) return Unknown(id);
        if (wanted.Mode is { } mode && !Enum.IsDefined(mode)) return WrongMode();
        if (wanted.Call is null == wanted.Agent is null) return Problems.Bad("call or agent must be given, not both.");
        if (wanted.Agent is { } agent && centre.Current.FindAgent(new AgentId(agent)) is null)
            return Problems.NotFound("There is no such agent.");
        if (wanted.Call is { } call && !Ids.CanBe(call)) return Problems.NotFound("There is no such call.");

        var target = new WatchTarget(
            wanted.Call is null ? null : new CallId(wanted.Call),
            wanted.Agent is null ? null : new AgentId(wanted.Agent));
        return Answer(await Supervisor(grains, id).Watch(target, wanted.Mode ?? SupervisionMode.Monitor));
    }

    private static async Task<IResult> Change(
        string id, ModeRequest wanted, ICentreSource centre, IGrainFactory grains)
    {
        if (!Known(id, centre)) return Unknown(id);
        if (wanted.Mode is not { } mode || !Enum.IsDefined(mode)) return WrongMode();

        return Answer(await Supervisor(grains, id).ChangeMode(mode));
    }

    private static async Task<IResult> Stop(string id, ICentreSource centre, IGrainFactory grains) =>
        Known(id, centre) ? Answer(await Supervisor(grains, id).Stop()) : Unknown(id);

    private static async Task<IResult> TakeOver(string id, ICentreSource centre, IGrainFactory grains) =>
        Known(id, centre)
            ? Answer(await Supervisor(grains, id).ChangeMode(SupervisionMode.TakeOver))
            : Unknown(id);

    private static IResult Answer(SupervisorAnswer answer) =>
        ControlAnswers.Problem(answer.Refusal, answer.Reason) ?? Results.Ok(answer.Supervisor);

    private static bool Known(string id, ICentreSource centre) =>
        centre.Current.FindAgent(new AgentId(id)) is { Supervises.IsEmpty: false };

    private static ISupervisorGrain Supervisor(IGrainFactory grains, string id) =>
        grains.GetGrain<ISupervisorGrain>(id);

    private static IResult Unknown(string id) =>
        Problems.NotFound($"There is no supervisor '{Ids.Shown(id)}'.");

    private static IResult WrongMode() => Problems.Bad("mode must be monitor, whisper, barge or take-over.");

    /// <param name="Call">One call; else <paramref name="Agent"/>.</param>
    /// <param name="Agent">Every call of this agent.</param>
    /// <param name="Mode">Monitor where it is left out.</param>
    internal sealed record WatchRequest(string? Call, string? Agent, SupervisionMode? Mode) : IWanted;

    internal sealed record ModeRequest(SupervisionMode? Mode) : IWanted;
}
