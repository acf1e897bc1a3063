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
        await using var floor = await Floor.Open(Centres.Support());
        var agent = await floor.SippAgent("agent-video", new SippOptions { Echo = true }, "alice");

        await floor.SippCall("caller-video", new SippOptions { Pause = TimeSpan.FromSeconds(1) });

        await agent.Done();
        Assert.Equal("answered", (await floor.Ended())["outcome"]!.GetValue<string>());
        Assert.Equal(0, await floor.Acd.Counter("faults"));
    }

    /// <summary>RFC 3515 section 2.4.5: the outcome comes by NOTIFY, and the call stays as it was until its phone hangs
    /// up.</summary>
    [Fact]
    public async Task AReferToADialogThatIsGoneIsAcceptedAndToldSo()
    {
        await using var floor = await Floor.Open(Centres.Support());
        var agent = await floor.SippAgent("agent-refers-nowhere", null, "alice");
        var caller = floor.SippCaller("caller-waits-for-bye");

        await agent.Done();
        await caller.Done();

        Assert.Equal("agent", (await floor.Ended())["endedBy"]!.GetValue<string>());
        Assert.Equal(1, await floor.Acd.Counter("referralsUnknown"));
    }

    /// <summary>RFC 3515: a blind transfer as desk phones do it; the phone is told when its caller has been
    /// taken.</summary>
    [Fact]
    public async Task AnAgentsPhoneSendsItsCallerOnToAnotherAgent()
    {
        await using var floor = await Floor.Open(Centres.Support());
        var alice = await floor.SippAgent("agent-refers", null, "alice");
        var bob = await floor.SippAgent("agent-answers", null, "bob");

        await floor.SippCall("caller-basic", new SippOptions { Pause = TimeSpan.FromSeconds(4) });

        await alice.Done();
        await bob.Done();
        AssertToldOfSuccessBeforeItsByes(alice);
        var call = await floor.Ended();
        Assert.Equal(("answered", "bob"), (call["outcome"]!.GetValue<string>(), call["agent"]!.GetValue<string>()));
        Assert.Equal(0, await floor.Acd.Counter("faults"));
    }

    /// <summary>RFC 3515, RFC 3891: the agent's phone holds its caller, calls a colleague and joins the two; the
    /// caller and the colleague are Debian baresips.</summary>
    [Fact]
    public async Task AnAgentsPhoneJoinsItsTwoCallsAndIsFree()
    {
        await using var floor = await Floor.Open(Centres.Team());
        var alice = await floor.SippAgent(
            "agent-transfers-attended", new SippOptions { Pause = TimeSpan.FromSeconds(1), Echo = true }, "alice");
        var bob = await floor.Agent("bob", Voice.ExpertHz);
        var caller = await floor.Caller();
        var call = await floor.Answered();

        await floor.Events.Next("acd.call.transferred.v1");
        await alice.Done();
        AssertToldOfSuccessBeforeItsByes(alice);
        await TalkTime.Of(TimeSpan.FromSeconds(2));
        var record = await floor.End(caller, call);

        Assert.InRange(Voice.SecondsInAll(bob.HeardFile, Voice.CallerHz), 1.3, 30);
        Assert.InRange(Voice.SecondsInAll(caller.HeardFile, Voice.ExpertHz), 1.3, 30);
        Assert.Equal(["alice", "bob"], record["segments"]!.AsArray().Select(s => s!["agent"]!.GetValue<string>()));
        Assert.Null((await floor.Agent("alice", "ready"))["call"]);
        Assert.Equal(0, await floor.Acd.Counter("faults"));
    }

    [Fact]
    public async Task APhoneThatIsForwardedElsewhereIsPassedOver()
    {
        await using var floor = await Floor.Open(Centres.Support());
        var alice = await floor.SippAgent("agent-redirects", null, "alice");
        var bob = await floor.SippAgent("agent-answers", null, "bob");

        await floor.SippCall("caller-basic", new SippOptions { Pause = TimeSpan.FromSeconds(2) });

        await alice.Done();
        await bob.Done();
        var call = await floor.Ended();
        Assert.Equal("bob", call["agent"]!.GetValue<string>());
        Assert.Contains("forwarded to elsewhere", call.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("forwarded", (await floor.Agent("alice", "not-ready"))["reason"]!.GetValue<string>());
        Assert.Equal(1, await floor.Acd.Counter("phonesForwarded"));
    }

    /// <summary>RFC 3515 section 5, RFC 3891 section 3 and 5: a stranger moves nobody's call.</summary>
    [Theory]
    [InlineData("REFER", "Refer-To: <sip:bob@127.0.0.1>\r\n", 403)]
    [InlineData("INVITE", "Replaces: gone;to-tag=a;from-tag=b\r\n", 481)]
    [InlineData("INVITE", "Replaces: gone\r\n", 400)]
    [InlineData("NOTIFY", "Event: refer\r\nSubscription-State: active\r\n", 405)]
    public async Task AStrangerMovesNobodysCall(string method, string header, int code)
    {
        await using var floor = await Floor.Open(Centres.Support());
        using var peer = new RawSip(floor.Acd.Sip);

        var (answered, _) = await peer.Ask(peer.Request(method, extra: header));

        Assert.Equal(code, answered);
        Assert.Equal(0, await floor.Acd.Counter("calls"));
    }

    /// <summary>RFC 3515 section 2.4.5: the last NOTIFY says 200; only then the phone's call ends.</summary>
    private static void AssertToldOfSuccessBeforeItsByes(Sipp phone) => Assert.Matches(
        @"\A(?:(?!\nBYE )[\s\S])*Subscription-State: terminated[^\n]*\n(?:[^\r\n]+\r?\n)*\r?\nSIP/2\.0 200[\s\S]*\nBYE ",
        phone.Messages);
}
