using System.Text.Json.Nodes;
using OrleansAcd.Tests.System.Peers;
using Xunit;

namespace OrleansAcd.Tests.System;

/// <summary>A call that is up is held, muted, made a conference, taken over and given keys through the API: what each
/// Debian baresip hears of it.</summary>
public sealed class ControlTests
{
    private const int AgentLeg = 2;

    private static readonly TimeSpan s_talk = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task AHeldCallerHearsMusicAndIsNotHeardUntilTheAgentIsBack()
    {
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Team());
        using var events = await acd.Events();
        await using var alice = await TeamPhones.Registered(folder, acd, "alice", Voice.AgentHz);
        await using var caller = await TeamPhones.Caller(folder, acd);
        await events.Next("acd.call.answered.v1");
        var (call, answered) = (await acd.OnlyCallPath(), Now);
        await TalkTime.Of(s_talk);

        await acd.Ask(HttpMethod.Post, call + "/hold", new { });
        await events.Next("acd.call.held.v1");
        var held = Now;
        await TalkTime.Of(s_talk);
        var heldFor = Since(held);
        await acd.Ask(HttpMethod.Post, call + "/unhold", new { });
        await events.Next("acd.call.resumed.v1");
        await TalkTime.Of(s_talk);
        await caller.Hangup();
        await events.Next("acd.call.ended.v1");
        var talked = Since(answered);
        await TeamPhones.Quit(alice, caller);

        var voice = Voice.Stretches(caller.HeardFile, Voice.AgentHz);
        Assert.Equal(2, voice.Count);
        Assert.All(voice, stretch => Assert.InRange(stretch.Until - stretch.From, 1.3, 30));
        Assert.InRange(voice[1].From - voice[0].Until, 1.3, 30);
        var music = Voice.LevelBetween(caller.HeardFile, voice[0].Until + 0.3, voice[1].From - 0.3);
        Assert.True(music > -50, $"music at {music} dBFS");
        Assert.InRange(Voice.SecondsInAll(alice.HeardFile, Voice.CallerHz), 2.6, talked - heldFor + 1);
        var holdSeconds = (await acd.Get(call))["segments"]![0]!["holdSeconds"]!.GetValue<double>();
        Assert.InRange(holdSeconds, heldFor - 0.5, heldFor + 5);
    }

    [Fact]
    public async Task AMutedAgentIsNotHeardAndHearsTheCallerAllTheTime()
    {
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Team());
        using var events = await acd.Events();
        await using var alice = await TeamPhones.Registered(folder, acd, "alice", Voice.AgentHz);
        await using var caller = await TeamPhones.Caller(folder, acd);
        await events.Next("acd.call.answered.v1");
        var (call, answered) = (await acd.OnlyCallPath(), Now);
        await TalkTime.Of(s_talk);

        await acd.Ask(HttpMethod.Post, call + "/mute", new { leg = AgentLeg });
        await events.Next("acd.call.muted.v1");
        var muted = Now;
        await TalkTime.Of(s_talk);
        var mutedFor = Since(muted);
        await acd.Ask(HttpMethod.Post, call + "/unmute", new { leg = AgentLeg });
        await events.Next("acd.call.unmuted.v1");
        await TalkTime.Of(s_talk);
        await caller.Hangup();
        await events.Next("acd.call.ended.v1");
        var talked = Since(answered);
        await TeamPhones.Quit(alice, caller);

        Assert.InRange(Voice.SecondsInAll(caller.HeardFile, Voice.AgentHz), 2.6, talked - mutedFor + 1);
        Assert.InRange(Voice.SecondsInAll(alice.HeardFile, Voice.CallerHz), 5, 30);
    }

    /// <summary>Three hear each other; when the colleague is taken out, the agent and the caller talk on.</summary>
    [Fact]
    public async Task AConsultationBecomesAConferenceThatOneLeaves()
    {
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Team());
        using var events = await acd.Events();
        await using var alice = await TeamPhones.Registered(folder, acd, "alice", Voice.AgentHz);
        await using var bob = await TeamPhones.Registered(folder, acd, "bob", Voice.ExpertHz);
        await using var caller = await TeamPhones.Caller(folder, acd);
        await events.Next("acd.call.answered.v1");
        var call = await acd.OnlyCallPath();

        await acd.Ask(HttpMethod.Post, call + "/consult", new { target = "agent/bob" });
        await events.Next("acd.call.consulting.v1");
        await TalkTime.Of(s_talk);
        await acd.Ask(HttpMethod.Post, call + "/conference", new { });
        await events.Next("acd.call.conference.v1");
        await TalkTime.Of(s_talk);
        await acd.Ask(HttpMethod.Delete, $"{call}/parties/{LegOf(await acd.Get(call), "bob")}", new { });
        await bob.Closed();
        await TalkTime.Of(s_talk);
        await caller.Hangup();
        await events.Next("acd.call.ended.v1");
        await TeamPhones.Quit(alice, bob, caller);

        Assert.InRange(Voice.SecondsInAll(caller.HeardFile, Voice.ExpertHz), 1.3, 30);
        Assert.InRange(Voice.SecondsInAll(caller.HeardFile, Voice.AgentHz), 3, 30);
        Assert.InRange(Voice.SecondsInAll(bob.HeardFile, Voice.CallerHz), 1.3, 30);
        Assert.InRange(Voice.SecondsInAll(bob.HeardFile, Voice.AgentHz), 3, 30);
        Assert.InRange(Voice.SecondsInAll(alice.HeardFile, Voice.CallerHz), 3, 30);
        Assert.InRange(Voice.SecondsInAll(alice.HeardFile, Voice.ExpertHz), 3, 30);
        Assert.Equal("alice", (await acd.Get(call))["agent"]!.GetValue<string>());
    }

    [Fact]
    public async Task ASupervisorTakesTheCallOverFromTheAgent()
    {
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Team());
        using var events = await acd.Events();
        await using var alice = await TeamPhones.Registered(folder, acd, "alice", Voice.AgentHz);
        await using var sue = await TeamPhones.Registered(folder, acd, "sue", Voice.SupervisorHz);
        await using var caller = await TeamPhones.Caller(folder, acd);
        await events.Next("acd.call.answered.v1");
        await acd.Ask(HttpMethod.Put, "/v1/supervisors/sue/watch", new { agent = "alice", mode = "monitor" });
        await events.Next("acd.supervisor.changed.v1", e => e["data"]!["state"]!.GetValue<string>() == "listening");
        await TalkTime.Of(s_talk);

        await acd.Ask(HttpMethod.Post, "/v1/supervisors/sue/take-over", new { });
        await events.Next("acd.call.taken-over.v1");
        await TalkTime.Of(s_talk);
        await caller.Hangup();
        await events.Next("acd.call.ended.v1");
        await TeamPhones.Quit(alice, sue, caller);

        Assert.InRange(Voice.SecondsInAll(caller.HeardFile, Voice.SupervisorHz), 1.3, 30);
        Assert.InRange(Voice.SecondsInAll(sue.HeardFile, Voice.CallerHz), 1.3, 30);
        Assert.Equal(0, Voice.SecondsInAll(alice.HeardFile, Voice.SupervisorHz));
        var segments = (await acd.OnlyCall())["segments"]!.AsArray();
        Assert.Equal(["alice", "sue"], segments.Select(segment => segment!["agent"]!.GetValue<string>()));
    }

    /// <summary>RFC 4733: each key once, in order.</summary>
    [Fact]
    public async Task KeysPressedThroughTheApiReachThePhoneOfTheLeg()
    {
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Team());
        using var events = await acd.Events();
        await using var alice = await TeamPhones.Registered(folder, acd, "alice", Voice.AgentHz);
        await using var caller = await TeamPhones.Caller(folder, acd);
        await events.Next("acd.call.answered.v1");
        var call = await acd.OnlyCallPath();

        await acd.Ask(HttpMethod.Post, call + "/dtmf", new { leg = AgentLeg, digits = "42#" });
        await alice.KeysReceived("#");
        await caller.Hangup();
        await events.Next("acd.call.ended.v1");
        await TeamPhones.Quit(alice, caller);

        Assert.Equal("42#", alice.Keys);
        Assert.Equal("", caller.Keys);
    }

    private static long Now => TimeProvider.System.GetTimestamp();

    private static double Since(long then) => TimeProvider.System.GetElapsedTime(then).TotalSeconds;

    private static int LegOf(JsonNode call, string agent) => call["legs"]!.AsArray()
        .Single(leg => leg!["agent"]?.GetValue<string>() == agent)!["leg"]!.GetValue<int>();
}
