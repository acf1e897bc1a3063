using OrleansAcd.Tests.System.Peers;
using Xunit;

namespace OrleansAcd.Tests.System;

/// <summary>Debian's sipp as caller and as agent: what it sends and expects is written in scenarios/*.xml.</summary>
public sealed class SippCallTests
{
    [Theory]
    [InlineData("caller-basic", false)]
    [InlineData("caller-basic", true)]
    [InlineData("caller-late-offer", false)]
    [InlineData("caller-reinvite", false)]
    [InlineData("caller-hold", false)]
    [InlineData("caller-update", false)]
    public async Task ACallerReachesAnAgentAndBothGoTheirWay(string scenario, bool tcp)
    {
        await using var floor = await Floor.Open(Centres.Support());
        var agent = await floor.SippAgent("agent-answers", new SippOptions { Echo = true, Tcp = tcp }, "alice");

        await floor.SippCall(scenario, new SippOptions { Pause = TimeSpan.FromSeconds(1), Tcp = tcp });

        await agent.Done();
        var call = await floor.Ended();
        Assert.Equal("answered", call["outcome"]!.GetValue<string>());
        Assert.Equal("alice", call["agent"]!.GetValue<string>());
        Assert.Equal("caller", call["endedBy"]!.GetValue<string>());
    }

    /// <summary>The caller's sipp answers all SIP but sends no RTP: its call is ended for both, and the agent's Debian
    /// baresip, which talked all the time, is free.</summary>
    [Fact]
    public async Task ACallerWhoSendsNothingIsHungUp()
    {
        await using var floor = await Floor.Open(Centres.Team(), ["--rtp-timeout", "5s"]);
        var alice = await floor.Agent("alice", Voice.AgentHz);
        var caller = floor.SippCaller("caller-waits-for-bye");
        await floor.Answered();

        var call = await floor.Ended();

        await caller.Done();
        await alice.Closed();
        await floor.Agent("alice", "ready");
        Assert.Equal(1, await floor.Acd.Counter("mediaTimeouts"));
        Assert.Equal("answered", call["outcome"]!.GetValue<string>());
    }

    /// <summary>RFC 3261 §18.1.1 and §12.2.1.1: an INVITE too large for UDP goes by TCP, and ACK and BYE follow the
    /// Contact of the answer there.</summary>
    [Fact]
    public async Task ACallWhoseInviteIsTooLargeForUdpIsATcpCallToItsEnd()
    {
        await using var floor = await Floor.Open(Centres.Support());
        var port = FreePorts.Udp();
        await floor.Register("alice", port);
        var agent = await floor.SippAgentAt(port, "agent-answers", new SippOptions { Tcp = true });

        await floor.SippCall("caller-context", new SippOptions { Pause = TimeSpan.FromSeconds(1) });

        await agent.Done();
        Assert.Equal("answered", (await floor.Ended())["outcome"]!.GetValue<string>());
        Assert.Equal(0, await floor.Acd.Counter("sipTimedOut"));
    }

    /// <summary>Both phones drop a tenth of what they send and receive; retransmissions on either side make it good:
    /// four in a row that are lost take 7.5 s (RFC 3261 section 17.1.1.2), and the callers stay longer.</summary>
    [Fact]
    public async Task CallsSurviveALineThatLosesATenthOfItsSipMessages()
    {
        const int Calls = 5;
        await using var floor = await Floor.Open(Centres.Many(Calls));
        var lossy = new SippOptions { Calls = Calls, LostPercent = 10, Pause = TimeSpan.FromSeconds(12) };
        await floor.SippAgent("agent-answers", lossy, "a1", "a2", "a3", "a4", "a5");

        await floor.SippCall("caller-basic", lossy);

        for (var i = 0; i < Calls; i++) Assert.Equal("answered", (await floor.Ended())["outcome"]!.GetValue<string>());
        Assert.Equal(Calls, (await floor.Acd.Get("/v1/calls"))["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task ACallerWhoLeavesWhileWaitingIsAbandoned()
    {
        await using var floor = await Floor.Open(Centres.Support());

        await floor.SippCall("caller-basic", new SippOptions { Pause = TimeSpan.FromSeconds(1) });

        Assert.Equal("short-abandoned", (await floor.Ended())["outcome"]!.GetValue<string>());
        var queue = await floor.Queue(q => q["shortAbandoned"]!.GetValue<int>() == 1);
        Assert.Equal(0, queue["waiting"]!.GetValue<int>());
    }

    [Fact]
    public async Task ACallerWhoLeavesWhileTheAgentsPhoneRingsEndsTheRinging()
    {
        await using var floor = await Floor.Open(Centres.Support());
        var agent = await floor.SippAgent("agent-rings", null, "alice");

        await floor.SippCall("caller-basic", new SippOptions { Pause = TimeSpan.FromSeconds(2) });

        await agent.Done();
        await floor.Ended();
        await floor.Agent("alice", "ready");
    }

    [Theory]
    [InlineData("agent-busy", "busy")]
    [InlineData("agent-rejects", "rejected")]
    [InlineData("agent-rings", "ring-no-answer")]
    public async Task AnAgentWhoDoesNotTakeTheCallIsNotReadyAndTheNextAgentGetsIt(string scenario, string reason)
    {
        await using var floor = await Floor.Open(Centres.Support(ringTimeout: "2s"));
        var alice = await floor.SippAgent(scenario, null, "alice");
        var bob = await floor.SippAgent("agent-answers", new SippOptions { Echo = true }, "bob");

        await floor.SippCall("caller-basic", new SippOptions { Pause = TimeSpan.FromSeconds(4) });

        await alice.Done();
        await bob.Done();
        var call = await floor.Ended();
        Assert.Equal("bob", call["agent"]!.GetValue<string>());
        Assert.Equal(2, call["offers"]!.GetValue<int>());
        Assert.Equal(reason, (await floor.Agent("alice", "not-ready"))["reason"]!.GetValue<string>());
    }

    /// <summary>The phone registered and went away without a word.</summary>
    [Theory]
    [InlineData(true, "unreachable")]
    [InlineData(false, "ring-no-answer")]
    public async Task APhoneThatIsGoneCostsTheCallerNoMoreThanTheRingTime(bool tcp, string reason)
    {
        await using var floor = await Floor.Open(Centres.Support(ringTimeout: "2s"));
        await floor.Register("alice", FreePorts.Udp(), tcp);
        var bob = await floor.SippAgent("agent-answers", null, "bob");

        await floor.SippCall("caller-basic", new SippOptions { Pause = TimeSpan.FromSeconds(3) });

        await bob.Done();
        Assert.Equal("bob", (await floor.Ended())["agent"]!.GetValue<string>());
        Assert.Equal(reason, (await floor.Agent("alice", "not-ready"))["reason"]!.GetValue<string>());
    }

    [Fact]
    public async Task AnAgentWhoHangsUpEndsTheCallersCall()
    {
        await using var floor = await Floor.Open(Centres.Support());
        var agent = await floor.SippAgent("agent-hangs-up", null, "alice");
        var caller = floor.SippCaller("caller-waits-for-bye");

        await agent.Done();
        await caller.Done();

        var call = await floor.Ended();
        Assert.Equal(("answered", "agent"), (call["outcome"]!.GetValue<string>(), call["endedBy"]!.GetValue<string>()));
    }

    [Fact]
    public async Task ACallerWhoCancelsAtOnceLeavesNothingBehind()
    {
        await using var floor = await Floor.Open(Centres.Support());

        await floor.SippCall("caller-cancels");

        Assert.Equal("short-abandoned", (await floor.Ended())["outcome"]!.GetValue<string>());
        await floor.Acd.Reaches("calls", 0);
        await floor.Queue(q => q["waiting"]!.GetValue<int>() == 0);
    }

    [Fact]
    public async Task ANumberNobodyConfiguredIsAnswered404()
    {
        await using var floor = await Floor.Open(Centres.Support());

        await floor.SippCall("caller-unknown-number", number: "nobody");
    }
}
