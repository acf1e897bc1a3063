using System.Text.Json.Nodes;
using OrleansAcd.Tests.System.Peers;
using Xunit;

namespace OrleansAcd.Tests.System;

/// <summary>A caller, an agent, a colleague and a supervisor, each a Debian baresip with a tone of its own: who hears
/// whom while the call is watched, transferred and recorded.</summary>
public sealed class TeamTests
{
    private static readonly TimeSpan s_talk = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task ASupervisorListensUnheardThenCoachesTheAgentThenTalksToBoth()
    {
        await using var floor = await Floor.Open(Centres.Team());
        var alice = await floor.Agent("alice", Voice.AgentHz);
        var sue = await floor.Agent("sue", Voice.SupervisorHz);
        var caller = await floor.Caller();
        await floor.Answered();

        await floor.Watch("sue", "alice");
        var sent = await floor.Acd.RequestsSent();
        await TalkTime.Of(s_talk);
        var coached = Now;
        await floor.Acd.Ask(HttpMethod.Patch, "/v1/supervisors/sue/watch", new { mode = "whisper" });
        await TalkTime.Of(s_talk);
        var barged = Now;
        await floor.Acd.Ask(HttpMethod.Patch, "/v1/supervisors/sue/watch", new { mode = "barge" });
        await TalkTime.Of(s_talk);

        // No phone is told anything of it; the INVITEs are those to the agent and the supervisor.
        Assert.Equal(sent, await floor.Acd.RequestsSent());
        Assert.Equal(2, sent["sipSentINVITE"]);
        await floor.End(caller);

        // A voice that goes from relayed to mixed waits once for the depth of its jitter buffer.
        Assert.InRange(Voice.SecondsInAll(sue.HeardFile, Voice.CallerHz), 5, 30);
        Assert.InRange(Voice.SecondsInAll(sue.HeardFile, Voice.AgentHz), 5, 30);
        Assert.InRange(Voice.SecondsInAll(alice.HeardFile, Voice.CallerHz), 5, 30);
        Assert.InRange(Voice.SecondsInAll(alice.HeardFile, Voice.SupervisorHz), 3.3, Since(coached));
        Assert.InRange(Voice.SecondsInAll(caller.HeardFile, Voice.AgentHz), 5, 30);
        Assert.InRange(Voice.SecondsInAll(caller.HeardFile, Voice.SupervisorHz), 1.3, Since(barged));
    }

    [Fact]
    public async Task AConsultationEndsInATransferAndTheRecordingFollows()
    {
        await using var floor = await Floor.Open(Centres.Team(recording: "always"));
        var alice = await floor.Agent("alice", Voice.AgentHz);
        var bob = await floor.Agent("bob", Voice.ExpertHz);

        // Bounds are clocked from before a sound can begin: events come behind it.
        var dialled = Now;
        var caller = await floor.Caller();
        var call = await floor.Answered();
        await TalkTime.Of(s_talk);

        var asked = Now;
        await floor.Acd.Ask(HttpMethod.Post, call + "/consult", new { target = "agent/bob" });
        await bob.Established();
        var talk = Since(dialled);
        await TalkTime.Of(s_talk);
        var completed = Now;
        await floor.Acd.Ask(HttpMethod.Post, call + "/complete", new { });
        await floor.Events.Next("acd.call.transferred.v1");
        var consultation = Since(asked);

        // A piece is as long as its parties are there: alice is, until her phone has answered the BYE.
        await floor.Acd.Recorded(floor.Events, call, piece => Legs(piece).SequenceEqual([1, 2, 3]));
        await TalkTime.Of(s_talk);
        await floor.End(caller);
        var afterwards = Since(completed);

        Assert.InRange(Voice.SecondsHeard(bob.HeardFile, Voice.AgentHz), 1.3, consultation);
        Assert.InRange(Voice.SecondsHeard(bob.HeardFile, Voice.CallerHz), 1.3, afterwards);
        Assert.InRange(Voice.SecondsHeard(alice.HeardFile, Voice.CallerHz), 1.3, talk);
        Assert.InRange(Voice.SecondsHeard(caller.HeardFile, Voice.ExpertHz), 1.3, afterwards);
        await floor.Acd.Recorded(floor.Events, call, piece => Legs(piece).SequenceEqual([1, 3]));
        await RecordTellsBothConversations(floor, call);
    }

    [Fact]
    public async Task AnAgentsPhoneTransfersTheCallerBlindly()
    {
        await using var floor = await Floor.Open(Centres.Team());
        var alice = await floor.Agent("alice", Voice.AgentHz);
        var bob = await floor.Agent("bob", Voice.ExpertHz);
        var caller = await floor.Caller();
        await floor.Answered();

        var asked = Now;
        await alice.Transfer($"sip:bob@{floor.Acd.Sip}");
        await floor.Events.Next("acd.call.transferred.v1");
        await TalkTime.Of(s_talk);
        await floor.End(caller);

        Assert.InRange(Voice.SecondsHeard(bob.HeardFile, Voice.CallerHz), 1.3, Since(asked));
        Assert.InRange(Voice.SecondsHeard(caller.HeardFile, Voice.ExpertHz), 1.3, Since(asked));
    }

    private static long Now => TimeProvider.System.GetTimestamp();

    private static double Since(long then) => TimeProvider.System.GetElapsedTime(then).TotalSeconds;

    /// <summary>Legs are numbered as they joined: caller 1, alice 2, bob 3.</summary>
    private static async Task RecordTellsBothConversations(Floor floor, string call)
    {
        var record = await floor.Acd.Get(call);
        var agents = record["segments"]!.AsArray().Select(s => s!["agent"]!.GetValue<string>());
        Assert.Equal(["alice", "bob"], agents);

        var recorded = record["recordings"]!.AsArray();
        Assert.Equal(["1 2", "1 2 3", "1 3"], recorded.Select(piece => string.Join(' ', Legs(piece!))));
        foreach (var piece in recorded)
        {
            var file = await RecordedFile.Download(floor, piece!);
            Assert.True(file.Seconds > 1.3, $"{file.Seconds} s of {piece}");
            foreach (var leg in Legs(piece!)) HoldsItsToneAlone(file, leg, Legs(piece!));
        }
    }

    private static void HoldsItsToneAlone(RecordedFile file, int leg, int[] legs)
    {
        var channel = file.Of(leg);
        foreach (var speaker in legs)
        {
            var level = Voice.LevelInTheMiddle(channel, HzOf(speaker));
            var isRight = speaker == leg ? level is > -20 and < -10 : level < -50;
            Assert.True(isRight, $"legs {string.Join(' ', legs)}, channel of {leg}: tone of {speaker} at {level} dBFS");
        }
    }

    private static int[] Legs(JsonNode piece) => [.. piece["channels"]!.AsArray().Select(leg => leg!.GetValue<int>())];

    private static double HzOf(int leg) => leg switch
    {
        1 => Voice.CallerHz,
        2 => Voice.AgentHz,
        _ => Voice.ExpertHz,
    };
}
