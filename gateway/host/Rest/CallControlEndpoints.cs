using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Orleans;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Storage;
using OrleansAcd.Gateway.Calls;

namespace OrleansAcd.Gateway.Rest;

/// <summary>What is done with a call that is up: hold, transfers, consultation, conference, recording, keys.</summary>
/// <remarks>202: begun. How it goes on is in the call's timeline and in the feed. With an <c>Idempotency-Key</c> a
/// request that is sent again is not done again.</remarks>
internal static class CallControlEndpoints
{
    private static readonly TimeSpan KeyTime = TimeSpan.FromMilliseconds(100);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = RepeatedRequests.On(routes.MapGroup("/v1/calls/{id}").WithTags("call control"));
        MapHolding(group);
        MapTransfers(group);
        MapRecording(group);
        Described(
            group.MapPost("dtmf", (string id, KeysRequest keys, Asked asked) => Keys(keys) is { } control
                ? asked.Of(id, control)
                : Task.FromResult(Problems.Bad("leg and digits must be given; keySeconds must be a number."))),
            "pressKeys", "Presses keys towards a leg: RFC 4733 where agreed, else tones");
    }

    private static CallControl.PressKeys? Keys(KeysRequest keys)
    {
        var seconds = keys.KeySeconds ?? KeyTime.TotalSeconds;
        return keys is { Leg: { } leg, Digits: { } digits } && double.IsFinite(seconds)
            ? new CallControl.PressKeys(new LegId(leg), digits, TimeSpan.FromSeconds(Math.Clamp(seconds, 0, 60)))
            : null;
    }

    private static void MapHolding(RouteGroupBuilder group)
    {
        Leg(group, "hold", "holdCall", "Holds a party, the caller unless another leg is named: it hears music",
            leg => new CallControl.Hold(leg));
        Leg(group, "unhold", "unholdCall", "Resumes a held party", leg => new CallControl.Unhold(leg));
        OneLeg(group, "mute", "muteLeg", "Nobody hears the leg", leg => new CallControl.Mute(leg));
        OneLeg(group, "unmute", "unmuteLeg", "The leg is heard again", leg => new CallControl.Unmute(leg));
        Plain(group, "answer", "answerCall", "Asks the agent's ringing phone to answer by itself",
            new CallControl.AnswerPhone());
    }

    private static void MapTransfers(RouteGroupBuilder group)
    {
        Target(group, "transfer", "transferCall",
            "Transfers to an agent, a queue or a number; if nobody answers, caller and agent talk on",
            target => new CallControl.BlindTransfer(target));
        Target(group, "consult", "consult", "The agent talks to somebody else, the caller hears music",
            target => new CallControl.Consult(target));
        Plain(group, "swap", "swapConsult", "The agent talks to the other of caller and consulted",
            new CallControl.Swap());
        Plain(group, "complete", "completeTransfer", "The caller goes to the consulted, the agent goes",
            new CallControl.CompleteTransfer());
        Plain(group, "cancel-consult", "cancelConsult", "The consulted goes, the agent talks to the caller",
            new CallControl.CancelConsult());
        Plain(group, "conference", "conference", "Caller, agent and consulted talk together",
            new CallControl.Conference());
        Target(group, "parties", "addParty", "Calls somebody into the conversation",
            target => new CallControl.AddParty(target));
        Described(
            group.MapDelete("parties/{leg:int}", (string id, int leg, Asked asked) =>
                asked.Of(id, new CallControl.RemoveParty(new LegId(leg)))),
            "removeParty", "Takes a party out of the call");
        Target(group, "redirect", "redirectCaller", "Sends a caller whom nobody has answered elsewhere (302)",
            target => new CallControl.RedirectCaller(target));
    }

    private static void MapRecording(RouteGroupBuilder group)
    {
        Plain(group, "recording/start", "startRecording", "Records from now on", new CallControl.RecordOn());
        Plain(group, "recording/stop", "stopRecording", "Ends the recording", new CallControl.RecordOff());
        Plain(group, "recording/pause", "pauseRecording", "Stores nothing until resumed; the gap is marked",
            new CallControl.PauseRecording());
        Plain(group, "recording/resume", "resumeRecording", "Stores again", new CallControl.ResumeRecording());
    }

    private static void Plain(RouteGroupBuilder group, string path, string name, string summary, CallControl control) =>
        Described(group.MapPost(path, (string id, Asked asked) => asked.Of(id, control)), name, summary);

    private static void Leg(
        RouteGroupBuilder group, string path, string name, string summary, Func<LegId?, CallControl> control) =>
        Described(
            group.MapPost(path,
                (string id, [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] LegRequest? leg, Asked asked) =>
                    asked.Of(id, control(leg?.Leg is { } number ? new LegId(number) : null))),
            name, summary);

    private static void OneLeg(
        RouteGroupBuilder group, string path, string name, string summary, Func<LegId, CallControl> control) =>
        Described(
            group.MapPost(path, (string id, LegRequest leg, Asked asked) => leg.Leg is { } number
                ? asked.Of(id, control(new LegId(number)))
                : Task.FromResult(Problems.Bad("leg must be given."))),
            name, summary);

    private static void Target(
        RouteGroupBuilder group, string path, string name, string summary, Func<string, CallControl> control) =>
        Described(
            group.MapPost(path, (string id, TargetRequest target, Asked asked) =>
                target.Target is { Length: > 0 and <= CallControl.TargetCharsMax } text
                    ? asked.Of(id, control(text))
                    : Task.FromResult(Problems.Bad(
                        $"target must be agent/ID, queue/ID or a number, at most {CallControl.TargetCharsMax} "
                        + "characters."))),
            name, summary);

    private static void Described(RouteHandlerBuilder endpoint, string name, string summary) =>
        endpoint.WithName(name).WithSummary(summary).Produces(202).ProducesProblem(400).ProducesProblem(403)
            .ProducesProblem(404).ProducesProblem(409).ProducesProblem(422);

    /// <summary>A call that is asked for something.</summary>
    internal sealed class Asked(IGrainFactory grains, LiveCalls live, ICallStore store)
    {
        public static ValueTask<Asked> BindAsync(HttpContext context)
        {
            var services = context.RequestServices;
            return ValueTask.FromResult(new Asked(
                services.GetRequiredService<IGrainFactory>(), services.GetRequiredService<LiveCalls>(),
                services.GetRequiredService<ICallStore>()));
        }

        public async Task<IResult> Of(string id, CallControl control)
        {
            if (!Ids.CanBe(id)) return Problems.NotFound($"There is no call '{Ids.Shown(id)}'.");
            if (!live.Has(new CallId(id)))
            {
                return await store.Find(new CallId(id), CancellationToken.None) is null
                    ? Problems.NotFound($"There is no call '{id}'.")
                    : Problems.Of(StatusCodes.Status409Conflict, "call-ended", "The call has ended.");
            }

            var answer = await grains.GetGrain<ICallGrain>(id).Control(control);
            return ControlAnswers.Problem(answer.Refusal, answer.Reason) ?? Results.Accepted();
        }
    }

    /// <summary>A leg, as the call's view numbers it.</summary>
    internal sealed record LegRequest(int? Leg) : IWanted;

    /// <summary><c>agent/ID</c>, <c>queue/ID</c>, a number of the centre or one that a trunk serves.</summary>
    internal sealed record TargetRequest(string? Target) : IWanted;

    /// <param name="Digits">0-9, *, #, A-D; at most 64.</param>
    /// <param name="KeySeconds">How long each key is pressed; 0.1 where it is left out.</param>
    internal sealed record KeysRequest(int? Leg, string? Digits, double? KeySeconds) : IWanted;
}
