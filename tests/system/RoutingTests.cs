using System.Text.Json.Nodes;
using OrleansAcd.Tests.System.Peers;
using Xunit;

namespace OrleansAcd.Tests.System;

/// <summary>Who gets which call: order of agents and callers, wrap-up, login.</summary>
public sealed class RoutingTests
{
    [Fact]
    public async Task TheAgentWhoHasBeenFreeTheLongestGetsTheCall()
    {
        const int Rounds = 2;
        await using var floor = await Floor.Open(Centres.Many(3));
        var agents = await floor.SippAgent("agent-hangs-up", new SippOptions { Calls = 3 * Rounds }, "a2", "a3", "a1");
        var got = new List<string>();
        for (var i = 0; i < 3 * Rounds; i++)
        {
            await floor.SippCall("caller-waits-for-bye");
            got.Add((await floor.Ended())["agent"]!.GetValue<string>());
            await floor.Agent(got[^1], "ready");
        }

        await agents.Done();
        Assert.Equal(["a2", "a3", "a1", "a2", "a3", "a1"], got);
    }

    [Fact]
    public async Task ACallerWhoseAgentDidNotAnswerStaysBeforeThoseWhoCameLater()
    {
        await using var floor = await Floor.Open(Centres.Support(ringTimeout: "2s"));
        var alice = await floor.SippAgent("agent-rings", null, "alice");
        var talk = new SippOptions { Pause = TimeSpan.FromSeconds(20) };
        floor.SippCaller("caller-basic", talk);
        var first = (await floor.Events.Next("acd.call.queued.v1"))["subject"]!.GetValue<string>();
        floor.SippCaller("caller-basic", talk);
        await floor.Events.Next("acd.call.queued.v1", e => e["subject"]!.GetValue<string>() != first);

        await alice.Done();
        await floor.Agent("alice", "not-ready");
        await floor.SippAgent("agent-answers", null, "bob");

        var answered = await floor.Answered();
        var call = await floor.Acd.Get(answered);
        Assert.Equal(first, "call/" + call["id"]!.GetValue<string>());
        Assert.Equal(("bob", 2), (call["agent"]!.GetValue<string>(), call["offers"]!.GetValue<int>()));
    }

    [Fact]
    public async Task AfterACallTheAgentWrapsUpAndIsReadyAgain()
    {
        await using var floor = await Floor.Open(Centres.Support(wrapUp: "1s"));
        await floor.SippAgent("agent-hangs-up", null, "alice");

        await floor.SippCall("caller-waits-for-bye");

        var wrapUp = await AliceIs(floor, "wrap-up");
        var ready = await AliceIs(floor, "ready", e => Time(e) > Time(wrapUp));
        Assert.InRange((Time(ready) - Time(wrapUp)).TotalSeconds, 0.9, 3);
    }

    [Fact]
    public async Task AnAgentWhoLogsInByTheApiGetsNoCallBefore()
    {
        await using var floor = await Floor.Open(Centres.Support(login: "api"));
        await floor.SippAgent("agent-answers", null, "alice");
        await floor.Agent("alice", "logged-out");
        floor.SippCaller("caller-basic", new SippOptions { Pause = TimeSpan.FromSeconds(20) });
        await floor.Events.Next("acd.call.queued.v1");
        await floor.Queue(q => q["waiting"]!.GetValue<int>() == 1);

        await floor.Acd.Ask(HttpMethod.Post, "/v1/agents/alice/state", new { wish = "login" });
        await floor.Acd.Ask(HttpMethod.Post, "/v1/agents/alice/state", new { wish = "ready" });

        await floor.Answered();
        await floor.Agent("alice", "talking");
    }

    private static Task<JsonNode> AliceIs(Floor floor, string presence, Func<JsonNode, bool>? where = null) =>
        floor.Events.Next(
            "acd.agent.changed.v1",
            e => e["subject"]!.GetValue<string>() == "agent/alice"
                && e["data"]!["presence"]!.GetValue<string>() == presence && where?.Invoke(e) != false);

    private static DateTimeOffset Time(JsonNode happened) => happened["time"]!.GetValue<DateTimeOffset>();
}
