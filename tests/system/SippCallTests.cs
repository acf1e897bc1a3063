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
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Support());
        using var events = await acd.Events();
        var phone = FreePorts.Udp();
        await Sipp.Register(folder, "alice", "alice-pw", acd.Sip, phone, tcp);
        await using var agent = Sipp.Start(folder, "agent-answers", "alice", acd.Sip, phone, new SippOptions { Echo = true, Tcp = tcp });

        var port = FreePorts.Udp();
        await Sipp.Run(folder, scenario, "support", acd.Sip, port, new SippOptions { Pause = TimeSpan.FromSeconds(1), Tcp = tcp });

        await Sipp.Expect(agent, folder, "agent-answers", phone);
        await events.Next("acd.call.ended.v1");
        var call = await acd.OnlyCall();
        Assert.Equal("answered", call["outcome"]!.GetValue<string>());
        Assert.Equal("alice", call["agent"]!.GetValue<string>());
        Assert.Equal("caller", call["endedBy"]!.GetValue<string>());
    }

    /// <summary>The caller's sipp answers all SIP but sends no RTP: its call is ended for both, and the agent's Debian
    /// baresip, which talked all the time, is free.</summary>
    [Fact]
    public async Task ACallerWhoSendsNothingIsHungUp()
    {
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Team(), arguments: ["--rtp-timeout", "5s"]);
        using var events = await acd.Events();
        await using var alice = await TeamPhones.Registered(folder, acd, "alice", Voice.AgentHz);
        var port = FreePorts.Udp();
        await using var caller = Sipp.Start(folder, "caller-waits-for-bye", "support", acd.Sip, port);
        await events.Next("acd.call.answered.v1");

        await events.Next("acd.call.ended.v1");

        await Sipp.Expect(caller, folder, "caller-waits-for-bye", port);
        await alice.Closed();
        await alice.Quit();
        Assert.Equal(1, await acd.Counter("mediaTimeouts"));
        Assert.Equal("answered", (await acd.OnlyCall())["outcome"]!.GetValue<string>());
    }

    /// <summary>RFC 3261 §18.1.1 and §12.2.1.1: an INVITE too large for UDP goes by TCP, and ACK and BYE follow the
    /// Contact of the answer there.</summary>
    [Fact]
    public async Task ACallWhoseInviteIsTooLargeForUdpIsATcpCallToItsEnd()
    {
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Support());
        using var events = await acd.Events();
        var phone = FreePorts.Udp();
        await Sipp.Register(folder, "alice", "alice-pw", acd.Sip, phone);
        await using var agent = Sipp.Start(folder, "agent-answers", "alice", acd.Sip, phone, new SippOptions { Tcp = true });

        await Sipp.Run(
            folder, "caller-context", "support", acd.Sip, FreePorts.Udp(), new SippOptions { Pause = TimeSpan.FromSeconds(1) });

        await Sipp.Expect(agent, folder, "agent-answers", phone);
        await events.Next("acd.call.ended.v1");
        Assert.Equal("answered", (await acd.OnlyCall())["outcome"]!.GetValue<string>());
        Assert.Equal(0, await acd.Counter("sipTimedOut"));
    }

    /// <summary>Both phones drop a tenth of what they send and receive; retransmissions on either side make it good:
    /// four in a row that are lost take 7.5 s (RFC 3261 section 17.1.1.2), and the callers stay longer.</summary>
    [Fact]
    public async Task CallsSurviveALineThatLosesATenthOfItsSipMessages()
    {
        const int Calls = 5;
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Many(Calls));
        using var events = await acd.Events();
        var phone = FreePorts.Udp();
        for (var i = 1; i <= Calls; i++) await Sipp.Register(folder, $"a{i}", $"a{i}", acd.Sip, phone);
        var lossy = new SippOptions { Calls = Calls, LostPercent = 10, Pause = TimeSpan.FromSeconds(12) };
        await using var agents = Sipp.Start(folder, "agent-answers", "agents", acd.Sip, phone, lossy);

        await Sipp.Run(folder, "caller-basic", "support", acd.Sip, FreePorts.Udp(), lossy);

        for (var i = 0; i < Calls; i++) await events.Next("acd.call.ended.v1");
        var calls = (await acd.Get("/v1/calls"))["items"]!.AsArray();
        Assert.Equal(Calls, calls.Count);
        Assert.All(calls, call => Assert.Equal("answered", call!["outcome"]!.GetValue<string>()));
    }

    [Fact]
    public async Task ACallerWhoLeavesWhileWaitingIsAbandoned()
    {
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Support());
        using var events = await acd.Events();

        await Sipp.Run(folder, "caller-basic", "support", acd.Sip, FreePorts.Udp(), new SippOptions { Pause = TimeSpan.FromSeconds(1) });

        await events.Next("acd.call.ended.v1");
        var call = await acd.OnlyCall();
        Assert.Equal("short-abandoned", call["outcome"]!.GetValue<string>());
        var queue = await acd.Get("/v1/queues/support");
        Assert.Equal(0, queue["waiting"]!.GetValue<int>());
        Assert.Equal(1, queue["shortAbandoned"]!.GetValue<int>());
    }

    [Fact]
    public async Task ACallerWhoLeavesWhileTheAgentsPhoneRingsEndsTheRinging()
    {
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Support());
        using var events = await acd.Events();
        var phone = FreePorts.Udp();
        await Sipp.Register(folder, "alice", "alice-pw", acd.Sip, phone);
        await using var agent = Sipp.Start(folder, "agent-rings", "alice", acd.Sip, phone);

        await Sipp.Run(folder, "caller-basic", "support", acd.Sip, FreePorts.Udp(), new SippOptions { Pause = TimeSpan.FromSeconds(2) });

        await Sipp.Expect(agent, folder, "agent-rings", phone);
        await events.Next("acd.call.ended.v1");
        var alice = await acd.Get("/v1/agents/alice");
        Assert.Equal("ready", alice["presence"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("agent-busy", "busy")]
    [InlineData("agent-rejects", "rejected")]
    [InlineData("agent-rings", "ring-no-answer")]
    public async Task AnAgentWhoDoesNotTakeTheCallIsNotReadyAndTheNextAgentGetsIt(string scenario, string reason)
    {
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Support(ringTimeout: "2s"));
        using var events = await acd.Events();
        var (first, second) = (FreePorts.Udp(), FreePorts.Udp());
        await Sipp.Register(folder, "alice", "alice-pw", acd.Sip, first);
        await events.Next("acd.agent.changed.v1", e => e["subject"]!.GetValue<string>() == "agent/alice");
        await Sipp.Register(folder, "bob", "bob-pw", acd.Sip, second);
        await using var alice = Sipp.Start(folder, scenario, "alice", acd.Sip, first);
        await using var bob = Sipp.Start(folder, "agent-answers", "bob", acd.Sip, second, new SippOptions { Echo = true });

        var pause = new SippOptions { Pause = TimeSpan.FromSeconds(4) };
        await Sipp.Run(folder, "caller-basic", "support", acd.Sip, FreePorts.Udp(), pause);

        await Sipp.Expect(alice, folder, scenario, first);
        await Sipp.Expect(bob, folder, "agent-answers", second);
        await events.Next("acd.call.ended.v1");
        var call = await acd.OnlyCall();
        Assert.Equal("bob", call["agent"]!.GetValue<string>());
        Assert.Equal(2, call["offers"]!.GetValue<int>());
        var state = await acd.Get("/v1/agents/alice");
        Assert.Equal("not-ready", state["presence"]!.GetValue<string>());
        Assert.Equal(reason, state["reason"]!.GetValue<string>());
    }

    /// <summary>The phone registered and went away without a word.</summary>
    [Theory]
    [InlineData(true, "unreachable")]
    [InlineData(false, "ring-no-answer")]
    public async Task APhoneThatIsGoneCostsTheCallerNoMoreThanTheRingTime(bool tcp, string reason)
    {
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Support(ringTimeout: "2s"));
        using var events = await acd.Events();
        var phone = FreePorts.Udp();
        await Sipp.Register(folder, "alice", "alice-pw", acd.Sip, FreePorts.Udp(), tcp);
        await events.Next("acd.agent.changed.v1", e => e["subject"]!.GetValue<string>() == "agent/alice");
        await Sipp.Register(folder, "bob", "bob-pw", acd.Sip, phone);
        await using var bob = Sipp.Start(folder, "agent-answers", "bob", acd.Sip, phone);

        var pause = new SippOptions { Pause = TimeSpan.FromSeconds(3) };
        await Sipp.Run(folder, "caller-basic", "support", acd.Sip, FreePorts.Udp(), pause);

        await Sipp.Expect(bob, folder, "agent-answers", phone);
        await events.Next("acd.call.ended.v1");
        Assert.Equal("bob", (await acd.OnlyCall())["agent"]!.GetValue<string>());
        Assert.Equal(reason, (await acd.Get("/v1/agents/alice"))["reason"]!.GetValue<string>());
    }

    [Fact]
    public async Task AnAgentWhoHangsUpEndsTheCallersCall()
    {
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Support());
        using var events = await acd.Events();
        var (phone, port) = (FreePorts.Udp(), FreePorts.Udp());
        await Sipp.Register(folder, "alice", "alice-pw", acd.Sip, phone);
        await using var agent = Sipp.Start(folder, "agent-hangs-up", "alice", acd.Sip, phone);
        await using var caller = Sipp.Start(folder, "caller-waits-for-bye", "support", acd.Sip, port);

        await Sipp.Expect(agent, folder, "agent-hangs-up", phone);
        await Sipp.Expect(caller, folder, "caller-waits-for-bye", port);

        await events.Next("acd.call.ended.v1");
        var call = await acd.OnlyCall();
        Assert.Equal(("answered", "agent"), (call["outcome"]!.GetValue<string>(), call["endedBy"]!.GetValue<string>()));
    }

    [Fact]
    public async Task ACallerWhoCancelsAtOnceLeavesNothingBehind()
    {
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Support());
        using var events = await acd.Events();

        await Sipp.Run(folder, "caller-cancels", "support", acd.Sip, FreePorts.Udp());

        await events.Next("acd.call.ended.v1");
        Assert.Equal("short-abandoned", (await acd.OnlyCall())["outcome"]!.GetValue<string>());
        Assert.Equal(0, await acd.Counter("calls"));
        Assert.Equal(0, (await acd.Get("/v1/queues/support"))["waiting"]!.GetValue<int>());
    }

    [Fact]
    public async Task ANumberNobodyConfiguredIsAnswered404()
    {
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Support());

        await Sipp.Run(folder, "caller-unknown-number", "nobody", acd.Sip, FreePorts.Udp());
    }
}
