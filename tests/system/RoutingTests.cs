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
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Many(3));
        using var events = await acd.Events();
        var phone = FreePorts.Udp();
        foreach (var agent in (string[])["a2", "a3", "a1"])
        {
            await Sipp.Register(folder, agent, agent, acd.Sip, phone);
            await Agent(events, agent, "ready");
        }

        await using var agents = Sipp.Start(folder, "agent-hangs-up", "agents", acd.Sip, phone, new SippOptions { Calls = 3 * Rounds });
        var got = new List<string>();
        for (var i = 0; i < 3 * Rounds; i++)
        {
            await Sipp.Run(folder, "caller-waits-for-bye", "support", acd.Sip, FreePorts.Udp());
            var ended = await events.Next("acd.call.ended.v1");
            got.Add((await acd.Get("/v1/calls/" + CallOf(ended)))["agent"]!.GetValue<string>());
            await Agent(events, got[^1], "ready");
        }

        await Sipp.Expect(agents, folder, "agent-hangs-up", phone);
        Assert.Equal(["a2", "a3", "a1", "a2", "a3", "a1"], got);
    }

    [Fact]
    public async Task ACallerWhoseAgentDidNotAnswerStaysBeforeThoseWhoCameLater()
    {
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Support(ringTimeout: "2s"));
        using var events = await acd.Events();
        var (alicePhone, bobPhone) = (FreePorts.Udp(), FreePorts.Udp());
        await Sipp.Register(folder, "alice", "alice-pw", acd.Sip, alicePhone);
        await using var alice = Sipp.Start(folder, "agent-rings", "alice", acd.Sip, alicePhone);
        var talk = new SippOptions { Pause = TimeSpan.FromSeconds(20) };
        await using var first = Sipp.Start(folder, "caller-basic", "support", acd.Sip, FreePorts.Udp(), talk);
        var firstCall = CallOf(await events.Next("acd.call.queued.v1"));
        await using var second = Sipp.Start(folder, "caller-basic", "support", acd.Sip, FreePorts.Udp(), talk);
        await events.Next("acd.call.queued.v1");

        await Sipp.Expect(alice, folder, "agent-rings", alicePhone);
        await Agent(events, "alice", "not-ready");
        await Sipp.Register(folder, "bob", "bob-pw", acd.Sip, bobPhone);
        await using var bob = Sipp.Start(folder, "agent-answers", "bob", acd.Sip, bobPhone);

        Assert.Equal(firstCall, CallOf(await events.Next("acd.call.answered.v1")));
        var view = await acd.Get("/v1/calls/" + firstCall);
        Assert.Equal(("bob", 2), (view["agent"]!.GetValue<string>(), view["offers"]!.GetValue<int>()));
    }

    [Fact]
    public async Task AfterACallTheAgentWrapsUpAndIsReadyAgain()
    {
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Support(wrapUp: "1s"));
        using var events = await acd.Events();
        var phone = FreePorts.Udp();
        await Sipp.Register(folder, "alice", "alice-pw", acd.Sip, phone);
        await Agent(events, "alice", "ready");
        await using var agent = Sipp.Start(folder, "agent-answers", "alice", acd.Sip, phone);

        await Sipp.Run(folder, "caller-basic", "support", acd.Sip, FreePorts.Udp());

        var wrapUp = await Agent(events, "alice", "wrap-up");
        var ready = await Agent(events, "alice", "ready");
        var lasted = ready["time"]!.GetValue<DateTimeOffset>() - wrapUp["time"]!.GetValue<DateTimeOffset>();
        Assert.InRange(lasted.TotalSeconds, 0.9, 3);
    }

    [Fact]
    public async Task AnAgentWhoLogsInByTheApiGetsNoCallBefore()
    {
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Support(login: "api"));
        using var events = await acd.Events();
        var phone = FreePorts.Udp();
        await Sipp.Register(folder, "alice", "alice-pw", acd.Sip, phone);
        await Agent(events, "alice", "logged-out");
        await using var agent = Sipp.Start(folder, "agent-answers", "alice", acd.Sip, phone);
        await using var caller = Sipp.Start(
            folder, "caller-basic", "support", acd.Sip, FreePorts.Udp(), new SippOptions { Pause = TimeSpan.FromSeconds(20) });
        await events.Next("acd.call.queued.v1");
        Assert.Equal(1, (await acd.Get("/v1/queues/support"))["waiting"]!.GetValue<int>());

        using (var login = await acd.Post("/v1/agents/alice/state", new { wish = "login" })) login.EnsureSuccessStatusCode();
        using (var ready = await acd.Post("/v1/agents/alice/state", new { wish = "ready" })) ready.EnsureSuccessStatusCode();

        await events.Next("acd.call.answered.v1");
        Assert.Equal("talking", (await acd.Get("/v1/agents/alice"))["presence"]!.GetValue<string>());
    }

    private static Task<JsonNode> Agent(EventFeed events, string agent, string presence) => events.Next(
        "acd.agent.changed.v1",
        e => e["subject"]!.GetValue<string>() == "agent/" + agent && e["data"]!["presence"]!.GetValue<string>() == presence);

    private static string CallOf(JsonNode happened) => happened["subject"]!.GetValue<string>()["call/".Length..];
}
