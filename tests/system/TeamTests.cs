using System.Text.Json.Nodes;
using OrleansAcd.Audio;
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
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Team());
        using var events = await acd.Events();
        await using var alice = await TeamPhones.Registered(folder, acd, "alice", Voice.AgentHz);
        await using var sue = await TeamPhones.Registered(folder, acd, "sue", Voice.SupervisorHz);
        await using var caller = Baresip.Start(folder, "carl", null, acd.Sip, Voice.Wav(folder, Voice.CallerHz));
        await caller.Dial($"sip:support@{acd.Sip}");
        await events.Next("acd.call.answered.v1");

        await acd.Ask(HttpMethod.Put, "/v1/supervisors/sue/watch", new { agent = "alice", mode = "monitor" });
        await events.Next("acd.supervisor.changed.v1", IsListening);
        var sent = await acd.RequestsSent();
        await TalkTime.Of(s_talk);
        await acd.Ask(HttpMethod.Patch, "/v1/supervisors/sue/watch", new { mode = "whisper" });
        await TalkTime.Of(s_talk);
        await acd.Ask(HttpMethod.Patch, "/v1/supervisors/sue/watch", new { mode = "barge" });
        await TalkTime.Of(s_talk);

        // No phone is told anything of it; the INVITEs are those to the agent and the supervisor.
        Assert.Equal(sent, await acd.RequestsSent());
        Assert.Equal(2, sent["sipSentINVITE"]);
        await caller.Hangup();
        await events.Next("acd.call.ended.v1");
        await TeamPhones.Quit(alice, sue, caller);

        // A voice that goes from relayed to mixed waits once for the depth of its jitter buffer.
        Assert.InRange(Voice.SecondsInAll(sue.HeardFile, Voice.CallerHz), 5, 30);
        Assert.InRange(Voice.SecondsInAll(sue.HeardFile, Voice.AgentHz), 5, 30);
        Assert.InRange(Voice.SecondsInAll(alice.HeardFile, Voice.CallerHz), 5, 30);
        Assert.InRange(Voice.SecondsInAll(alice.HeardFile, Voice.SupervisorHz), 3.3, 5.5);
        Assert.InRange(Voice.SecondsInAll(caller.HeardFile, Voice.AgentHz), 5, 30);
        Assert.InRange(Voice.SecondsInAll(caller.HeardFile, Voice.SupervisorHz), 1.3, 3.5);
    }

    [Fact]
    public async Task AConsultationEndsInATransferAndTheRecordingFollows()
    {
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Team(recording: "always"));
        using var events = await acd.Events();
        await using var alice = await TeamPhones.Registered(folder, acd, "alice", Voice.AgentHz);
        await using var bob = await TeamPhones.Registered(folder, acd, "bob", Voice.ExpertHz);
        await using var caller = Baresip.Start(folder, "carl", null, acd.Sip, Voice.Wav(folder, Voice.CallerHz));
        await caller.Dial($"sip:support@{acd.Sip}");
        await events.Next("acd.call.answered.v1");
        var call = $"/v1/calls/{(await acd.OnlyCall())["id"]!.GetValue<string>()}";
        await TalkTime.Of(s_talk);

        await acd.Ask(HttpMethod.Post, call + "/consult", new { target = "agent/bob" });
        await bob.Established();
        await TalkTime.Of(s_talk);
        await acd.Ask(HttpMethod.Post, call + "/complete", new { });
        await events.Next("acd.call.transferred.v1");
        await TalkTime.Of(s_talk);
        await caller.Hangup();
        await acd.Recorded(events, call, r => r["channels"]!.AsArray().Select(leg => leg!.GetValue<int>()).SequenceEqual([1, 3]));
        await TeamPhones.Quit(alice, bob, caller);

        Assert.InRange(Voice.SecondsHeard(bob.HeardFile, Voice.AgentHz), 1.3, 4);
        Assert.InRange(Voice.SecondsHeard(bob.HeardFile, Voice.CallerHz), 1.3, 4);
        Assert.InRange(Voice.SecondsHeard(alice.HeardFile, Voice.CallerHz), 1.3, 4);
        Assert.InRange(Voice.SecondsHeard(caller.HeardFile, Voice.ExpertHz), 1.3, 4);
        await RecordTellsBothConversations(acd, folder, call);
    }

    [Fact]
    public async Task AnAgentsPhoneTransfersTheCallerBlindly()
    {
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Team());
        using var events = await acd.Events();
        await using var alice = await TeamPhones.Registered(folder, acd, "alice", Voice.AgentHz);
        await using var bob = await TeamPhones.Registered(folder, acd, "bob", Voice.ExpertHz);
        await using var caller = Baresip.Start(folder, "carl", null, acd.Sip, Voice.Wav(folder, Voice.CallerHz));
        await caller.Dial($"sip:support@{acd.Sip}");
        await events.Next("acd.call.answered.v1");

        await alice.Transfer($"sip:bob@{acd.Sip}");
        await events.Next("acd.call.transferred.v1");
        await TalkTime.Of(s_talk);
        await caller.Hangup();
        await events.Next("acd.call.ended.v1");
        await TeamPhones.Quit(alice, bob, caller);

        Assert.InRange(Voice.SecondsHeard(bob.HeardFile, Voice.CallerHz), 1.3, 4);
        Assert.InRange(Voice.SecondsHeard(caller.HeardFile, Voice.ExpertHz), 1.3, 4);
    }

    private static bool IsListening(JsonNode e) => e["data"]!["state"]!.GetValue<string>() == "listening";

    private static async Task RecordTellsBothConversations(AcdProcess acd, TestFolder folder, string call)
    {
        var record = await acd.Get(call);
        var agents = record["segments"]!.AsArray().Select(s => s!["agent"]!.GetValue<string>());
        Assert.Equal(["alice", "bob"], agents);

        var recorded = record["recordings"]!.AsArray();
        Assert.InRange(recorded.Count, 2, 8);
        foreach (var piece in recorded) await HoldsItsPartiesTones(acd, folder, piece!);
    }

    /// <summary>Legs are numbered as they joined: caller 1, alice 2, bob 3. Each has its own channel and nobody else
    /// is on it.</summary>
    private static async Task HoldsItsPartiesTones(AcdProcess acd, TestFolder folder, JsonNode piece)
    {
        var name = piece["name"]!.GetValue<string>();
        var bytes = await acd.Http.GetByteArrayAsync(new Uri("/v1/recordings/" + name, UriKind.Relative));
        Assert.Equal(WavReadResult.None, WavReader.TryRead(bytes, out var audio));
        await File.WriteAllBytesAsync(folder.File("recorded.wav"), bytes);
        var legs = piece["channels"]!.AsArray().Select(leg => leg!.GetValue<int>()).ToArray();
        Assert.Equal(legs.Length, BitConverter.ToInt16(bytes, 22));
        if (audio!.Mono.Length < 8_000) return;

        for (var channel = 0; channel < legs.Length; channel++)
        {
            var samples = Channel(bytes, channel, legs.Length);
            var own = ToneMeter.LevelAt(samples, HzOf(legs[channel])).Dbfs;
            Assert.True(own is > -20 and < -10, $"{name}, channel {channel}: own tone at {own} dBFS");
            foreach (var other in legs.Where(leg => leg != legs[channel]))
            {
                var level = ToneMeter.LevelAt(samples, HzOf(other)).Dbfs;
                Assert.True(level < -50, $"{name}, channel {channel}: the tone of leg {other} at {level} dBFS");
            }
        }
    }

    private static double HzOf(int leg) => leg switch
    {
        1 => Voice.CallerHz,
        2 => Voice.AgentHz,
        _ => Voice.ExpertHz,
    };

    /// <summary>One channel of the middle second of a 16-bit WAV file with a 44-byte header or a longer one.</summary>
    private static short[] Channel(byte[] wav, int channel, int channels)
    {
        var at = wav.AsSpan().IndexOf("data"u8) + 8;
        var frames = (wav.Length - at) / (2 * channels);
        var samples = new short[8_000];
        var first = (frames - samples.Length) / 2;
        for (var i = 0; i < samples.Length; i++)
        {
            samples[i] = BitConverter.ToInt16(wav, at + (2 * (((first + i) * channels) + channel)));
        }

        return samples;
    }
}
