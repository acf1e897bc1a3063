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
        await using var floor = await Floor.Open(Centres.Team());
        var alice = await floor.Agent("alice", Voice.AgentHz);
        var caller = await floor.Caller();
        var (call, answered) = (await floor.Answered(), Now);
        await TalkTime.Of(s_talk);

        await floor.Acd.Ask(HttpMethod.Post, call + "/hold", new { });
        await floor.Events.Next("acd.call.held.v1");
        var held = Now;
        await TalkTime.Of(s_talk);
        var heldFor = Since(held);
        await floor.Acd.Ask(HttpMethod.Post, call + "/unhold", new { });
        await floor.Events.Next("acd.call.resumed.v1");
        await TalkTime.Of(s_talk);
        var record = await floor.End(caller);
        var talked = Since(answered);

        var voice = Voice.Stretches(caller.HeardFile, Voice.AgentHz);
        Assert.Equal(2, voice.Count);
        Assert.All(voice, stretch => Assert.InRange(stretch.Until - stretch.From, 1.3, 30));
        Assert.InRange(voice[1].From - voice[0].Until, 1.3, 30);
        var music = Voice.LevelBetween(caller.HeardFile, voice[0].Until + 0.3, voice[1].From - 0.3);
        Assert.True(music > -50, $"music at {music} dBFS");
        Assert.InRange(Voice.SecondsInAll(alice.HeardFile, Voice.CallerHz), 2.6, talked - heldFor + 1);
        Assert.InRange(record["segments"]![0]!["holdSeconds"]!.GetValue<double>(), heldFor - 0.5, heldFor + 5);
    }

    [Fact]
    public async Task AMutedAgentIsNotHeardAndHearsTheCallerAllTheTime()
    {
        await using var floor = await Floor.Open(Centres.Team());
        var alice = await floor.Agent("alice", Voice.AgentHz);
        var caller = await floor.Caller();
        var (call, answered) = (await floor.Answered(), Now);
        await TalkTime.Of(s_talk);

        await floor.Acd.Ask(HttpMethod.Post, call + "/mute", new { leg = AgentLeg });
        await floor.Events.Next("acd.call.muted.v1");
        var muted = Now;
        await TalkTime.Of(s_talk);
        var mutedFor = Since(muted);
        await floor.Acd.Ask(HttpMethod.Post, call + "/unmute", new { leg = AgentLeg });
        await floor.Events.Next("acd.call.unmuted.v1");
        await TalkTime.Of(s_talk);
        await floor.End(caller);
        var talked = Since(answered);

        Assert.InRange(Voice.SecondsInAll(caller.HeardFile, Voice.AgentHz), 2.6, talked - mutedFor + 1);
        Assert.InRange(Voice.SecondsInAll(alice.HeardFile, Voice.CallerHz), 5, 30);
    }

    /// <summary>Three hear each other; when the colleague is taken out, the agent and the caller talk on.</summary>
    [Fact]
    public async Task AConsultationBecomesAConferenceThatOneLeaves()
    {
        await using var floor = await Floor.Open(Centres.Team());
        var alice = await floor.Agent("alice", Voice.AgentHz);
        var bob = await floor.Agent("bob", Voice.ExpertHz);
        var caller = await floor.Caller();
        var call = await floor.Answered();

        await floor.Acd.Ask(HttpMethod.Post, call + "/consult", new { target = "agent/bob" });
        await floor.Events.Next("acd.call.consulting.v1");
        await TalkTime.Of(s_talk);
        await floor.Acd.Ask(HttpMethod.Post, call + "/conference", new { });
        await floor.Events.Next("acd.call.conference.v1");
        await TalkTime.Of(s_talk);
        await floor.Acd.Ask(HttpMethod.Delete, $"{call}/parties/{LegOf(await floor.Acd.Get(call), "bob")}", new { });
        await bob.Closed();
        await TalkTime.Of(s_talk);
        var record = await floor.End(caller);

        Assert.InRange(Voice.SecondsInAll(caller.HeardFile, Voice.ExpertHz), 1.3, 30);
        Assert.InRange(Voice.SecondsInAll(caller.HeardFile, Voice.AgentHz), 3, 30);
        Assert.InRange(Voice.SecondsInAll(bob.HeardFile, Voice.CallerHz), 1.3, 30);
        Assert.InRange(Voice.SecondsInAll(bob.HeardFile, Voice.AgentHz), 3, 30);
        Assert.InRange(Voice.SecondsInAll(alice.HeardFile, Voice.CallerHz), 3, 30);
        Assert.InRange(Voice.SecondsInAll(alice.HeardFile, Voice.ExpertHz), 3, 30);
        Assert.Equal("alice", record["agent"]!.GetValue<string>());
    }

    [Fact]
    public async Task ASupervisorTakesTheCallOverFromTheAgent()
    {
        await using var floor = await Floor.Open(Centres.Team());
        var alice = await floor.Agent("alice", Voice.AgentHz);
        var sue = await floor.Agent("sue", Voice.SupervisorHz);
        var caller = await floor.Caller();
        await floor.Answered();
        await floor.Watch("sue", "alice");
        await TalkTime.Of(s_talk);

        await floor.Acd.Ask(HttpMethod.Post, "/v1/supervisors/sue/take-over", new { });
        await floor.Events.Next("acd.call.taken-over.v1");
        await TalkTime.Of(s_talk);
        var record = await floor.End(caller);

        Assert.InRange(Voice.SecondsInAll(caller.HeardFile, Voice.SupervisorHz), 1.3, 30);
        Assert.InRange(Voice.SecondsInAll(sue.HeardFile, Voice.CallerHz), 1.3, 30);
        Assert.Equal(0, Voice.SecondsInAll(alice.HeardFile, Voice.SupervisorHz));
        var segments = record["segments"]!.AsArray();
        Assert.Equal(["alice", "sue"], segments.Select(segment => segment!["agent"]!.GetValue<string>()));
    }

    /// <summary>RFC 4733: each key once, in order.</summary>
    [Fact]
    public async Task KeysPressedThroughTheApiReachThePhoneOfTheLeg()
    {
        await using var floor = await Floor.Open(Centres.Team());
        var alice = await floor.Agent("alice", Voice.AgentHz);
        var caller = await floor.Caller();
        var call = await floor.Answered();

        await floor.Acd.Ask(HttpMethod.Post, call + "/dtmf", new { leg = AgentLeg, digits = "42#" });
        await alice.KeysReceived("#");
        await floor.End(caller);

        Assert.Equal("42#", alice.Keys);
        Assert.Equal("", caller.Keys);
    }

    private static long Now => TimeProvider.System.GetTimestamp();

    private static double Since(long then) => TimeProvider.System.GetElapsedTime(then).TotalSeconds;

    private static int LegOf(JsonNode call, string agent) => call["legs"]!.AsArray()
        .Single(leg => leg!["agent"]?.GetValue<string>() == agent)!["leg"]!.GetValue<int>();
}
