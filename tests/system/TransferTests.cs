using OrleansAcd.Tests.System.Peers;
using Xunit;

namespace OrleansAcd.Tests.System;

/// <summary>Debian's sipp as a phone that transfers, forwards or shows pictures: what it sends and expects is written
/// in scenarios/*.xml.</summary>
public sealed class TransferTests
{
    /// <summary>RFC 3264 section 6: each line has its answer in its place; the agent is offered the caller's
    /// codec.</summary>
    [Fact]
    public async Task VideoIsAnsweredAndOfferedToTheAgentAndUnknownLinesAreRefused()
    {
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Support());
        using var events = await acd.Events();
        var phone = FreePorts.Udp();
        await Sipp.Register(folder, "alice", "alice-pw", acd.Sip, phone);
        await using var agent = Sipp.Start(folder, "agent-video", "alice", acd.Sip, phone, new SippOptions { Echo = true });

        await Sipp.Run(folder, "caller-video", "support", acd.Sip, FreePorts.Udp(), new SippOptions { Pause = TimeSpan.FromSeconds(1) });

        await Sipp.Expect(agent, folder, "agent-video", phone);
        await events.Next("acd.call.ended.v1");
        Assert.Equal("answered", (await acd.OnlyCall())["outcome"]!.GetValue<string>());
        Assert.Equal(0, await acd.Counter("faults"));
    }

    /// <summary>RFC 3515 section 2.4.5: the outcome comes by NOTIFY, and the call stays as it was until its phone hangs
    /// up.</summary>
    [Fact]
    public async Task AReferToADialogThatIsGoneIsAcceptedAndToldSo()
    {
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Support());
        using var events = await acd.Events();
        var (phone, port) = (FreePorts.Udp(), FreePorts.Udp());
        await Sipp.Register(folder, "alice", "alice-pw", acd.Sip, phone);
        await using var agent = Sipp.Start(folder, "agent-refers-nowhere", "alice", acd.Sip, phone);
        await using var caller = Sipp.Start(folder, "caller-waits-for-bye", "support", acd.Sip, port);

        await Sipp.Expect(agent, folder, "agent-refers-nowhere", phone);
        await Sipp.Expect(caller, folder, "caller-waits-for-bye", port);

        await events.Next("acd.call.ended.v1");
        Assert.Equal("agent", (await acd.OnlyCall())["endedBy"]!.GetValue<string>());
        Assert.Equal(1, await acd.Counter("referralsUnknown"));
    }

    /// <summary>RFC 3515: a blind transfer as desk phones do it; the phone is told when its caller has been
    /// taken.</summary>
    [Fact]
    public async Task AnAgentsPhoneSendsItsCallerOnToAnotherAgent()
    {
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Support());
        using var events = await acd.Events();
        var (first, second) = (FreePorts.Udp(), FreePorts.Udp());
        await Sipp.Register(folder, "alice", "alice-pw", acd.Sip, first);
        await events.Next("acd.agent.changed.v1", e => e["subject"]!.GetValue<string>() == "agent/alice");
        await Sipp.Register(folder, "bob", "bob-pw", acd.Sip, second);
        await using var alice = Sipp.Start(folder, "agent-refers", "alice", acd.Sip, first);
        await using var bob = Sipp.Start(folder, "agent-answers", "bob", acd.Sip, second);

        await Sipp.Run(folder, "caller-basic", "support", acd.Sip, FreePorts.Udp(), new SippOptions { Pause = TimeSpan.FromSeconds(4) });

        await Sipp.Expect(alice, folder, "agent-refers", first);
        await Sipp.Expect(bob, folder, "agent-answers", second);
        await events.Next("acd.call.ended.v1");
        var call = await acd.OnlyCall();
        Assert.Equal(("answered", "bob"), (call["outcome"]!.GetValue<string>(), call["agent"]!.GetValue<string>()));
        Assert.Equal(0, await acd.Counter("faults"));
    }

    /// <summary>RFC 3515, RFC 3891: the agent's phone holds its caller, calls a colleague and joins the two; the
    /// caller and the colleague are Debian baresips.</summary>
    [Fact]
    public async Task AnAgentsPhoneJoinsItsTwoCallsAndIsFree()
    {
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Team());
        using var events = await acd.Events();
        var phone = FreePorts.Udp();
        await Sipp.Register(folder, "alice", "alice-pw", acd.Sip, phone);
        await using var alice = Sipp.Start(
            folder, "agent-transfers-attended", "alice", acd.Sip, phone,
            new SippOptions { Pause = TimeSpan.FromSeconds(1), Echo = true });
        await using var bob = await TeamPhones.Registered(folder, acd, "bob", Voice.ExpertHz);
        await using var caller = await TeamPhones.Caller(folder, acd);
        var call = (await events.Next("acd.call.answered.v1"))["subject"]!.GetValue<string>();

        await events.Next("acd.call.transferred.v1");
        await Sipp.Expect(alice, folder, "agent-transfers-attended", phone);
        await TalkTime.Of(TimeSpan.FromSeconds(2));
        await caller.Hangup();
        await events.Next("acd.call.ended.v1", e => e["subject"]!.GetValue<string>() == call);
        await TeamPhones.Quit(bob, caller);

        Assert.InRange(Voice.SecondsInAll(bob.HeardFile, Voice.CallerHz), 1.3, 30);
        Assert.InRange(Voice.SecondsInAll(caller.HeardFile, Voice.ExpertHz), 1.3, 30);
        var record = await acd.Get(call.Replace("call/", "/v1/calls/", StringComparison.Ordinal));
        Assert.Equal(["alice", "bob"], record["segments"]!.AsArray().Select(s => s!["agent"]!.GetValue<string>()));
        Assert.Null((await acd.Get("/v1/agents/alice"))["call"]);
        Assert.Equal(0, await acd.Counter("faults"));
    }

    [Fact]
    public async Task APhoneThatIsForwardedElsewhereIsPassedOver()
    {
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Support());
        using var events = await acd.Events();
        var (first, second) = (FreePorts.Udp(), FreePorts.Udp());
        await Sipp.Register(folder, "alice", "alice-pw", acd.Sip, first);
        await events.Next("acd.agent.changed.v1", e => e["subject"]!.GetValue<string>() == "agent/alice");
        await Sipp.Register(folder, "bob", "bob-pw", acd.Sip, second);
        await using var alice = Sipp.Start(folder, "agent-redirects", "alice", acd.Sip, first);
        await using var bob = Sipp.Start(folder, "agent-answers", "bob", acd.Sip, second);

        await Sipp.Run(folder, "caller-basic", "support", acd.Sip, FreePorts.Udp(), new SippOptions { Pause = TimeSpan.FromSeconds(2) });

        await Sipp.Expect(alice, folder, "agent-redirects", first);
        await Sipp.Expect(bob, folder, "agent-answers", second);
        await events.Next("acd.call.ended.v1");
        Assert.Equal("bob", (await acd.OnlyCall())["agent"]!.GetValue<string>());
        var state = await acd.Get("/v1/agents/alice");
        Assert.Equal("not-ready", state["presence"]!.GetValue<string>());
        Assert.Equal("forwarded", state["reason"]!.GetValue<string>());
        Assert.Equal(1, await acd.Counter("phonesForwarded"));
        var why = await acd.Get($"/v1/calls/{(await acd.OnlyCall())["id"]!.GetValue<string>()}");
        Assert.Contains("forwarded to elsewhere", why.ToJsonString(), StringComparison.Ordinal);
    }

    /// <summary>RFC 3515 section 5, RFC 3891 section 3 and 5: a stranger moves nobody's call.</summary>
    [Theory]
    [InlineData("REFER", "Refer-To: <sip:bob@127.0.0.1>\r\n", 403)]
    [InlineData("INVITE", "Replaces: gone;to-tag=a;from-tag=b\r\n", 481)]
    [InlineData("INVITE", "Replaces: gone\r\n", 400)]
    [InlineData("NOTIFY", "Event: refer\r\nSubscription-State: active\r\n", 405)]
    public async Task AStrangerMovesNobodysCall(string method, string header, int code)
    {
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Support());
        using var peer = new RawSip(acd.Sip);

        var (answered, _) = await peer.Ask(peer.Request(method, extra: header));

        Assert.Equal(code, answered);
        Assert.Equal(0, await acd.Counter("calls"));
    }
}
