using System.Net;
using System.Text.Json.Nodes;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Tests.System.Peers;
using Xunit;

namespace OrleansAcd.Tests.System;

/// <summary>What is kept of a conversation between two Debian baresips: pauses, pictures, deletion, and a process that
/// is killed in the middle.</summary>
public sealed class RecordingTests
{
    private const double QuietDbfs = -60;

    private static readonly TimeSpan s_talk = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task APauseIsMarkedAndHoldsSilenceAndTheFileIsDrawnAndDeleted()
    {
        await using var floor = await Floor.Open(Centres.Team(recording: "always"));
        await floor.Agent("alice", Voice.AgentHz);
        var caller = await floor.Caller();
        var call = await floor.Answered();
        await TalkTime.Of(s_talk);

        await floor.Acd.Ask(HttpMethod.Post, call + "/recording/pause", new { });
        await floor.Events.Next("acd.call.recording-paused.v1");
        await TalkTime.Of(s_talk);
        await floor.Acd.Ask(HttpMethod.Post, call + "/recording/resume", new { });
        await floor.Events.Next("acd.call.recording-resumed.v1");
        await TalkTime.Of(s_talk);
        await floor.End(caller);

        var piece = await floor.Acd.Recorded(floor.Events, call, r => r["gaps"]!.AsArray().Count > 0);
        var gap = Assert.Single(piece["gaps"]!.AsArray())!;
        Assert.Equal("pause", gap["reason"]!.GetValue<string>());
        var (from, seconds) = (gap["at"]!.GetValue<double>(), gap["duration"]!.GetValue<double>());
        Assert.InRange(seconds, 1.8, 20);
        HoldsTalkButInTheGap(await RecordedFile.Download(floor, piece), from, from + seconds);
        await IsDrawnAndDeleted(floor.Acd, RecordedFile.PathOf(piece));
    }

    /// <summary>Kept as Opus: Xiph's own decoder hears each party on a channel of its own.</summary>
    [Fact]
    public async Task AnOpusRecordingIsHeardByOpusTools()
    {
        await using var floor = await Floor.Open(Centres.Team(recording: "{ mode: always, format: opus }"));
        await floor.Agent("alice", Voice.AgentHz);
        var caller = await floor.Caller();
        var call = await floor.Answered();
        await TalkTime.Of(2 * s_talk);
        await floor.End(caller);

        var piece = await floor.Acd.Recorded(floor.Events, call, r => r["duration"]!.GetValue<double>() > 2);
        Assert.EndsWith(".opus", RecordedFile.PathOf(piece), StringComparison.Ordinal);
        var file = await RecordedFile.Download(floor, piece);
        Assert.Equal(piece["duration"]!.GetValue<double>(), file.Seconds, 0.01);
        Assert.InRange(Voice.SecondsInAll(file.Of(1), Voice.CallerHz), 3, 20);
        Assert.InRange(Voice.SecondsInAll(file.Of(1), Voice.AgentHz), 0, 0.1);
        Assert.InRange(Voice.SecondsInAll(file.Of(2), Voice.AgentHz), 3, 20);
        Assert.InRange(Voice.SecondsInAll(file.Of(2), Voice.CallerHz), 0, 0.1);
        Assert.Equal(0, await floor.Acd.Counter("recordingsNotInOpus"));
        await IsDrawnAndDeleted(floor.Acd, RecordedFile.PathOf(piece));
    }

    [Theory]
    [InlineData("always", ".wav")]
    [InlineData("{ mode: always, format: opus }", ".opus")]
    public async Task AKilledProcessLosesAtMostOneSecondOfARecording(string rule, string kind)
    {
        await using var floor = await Floor.Open(Centres.Team(recording: rule));
        await floor.Agent("alice", Voice.AgentHz);
        await floor.Caller();
        var call = await floor.Answered();
        var answered = TimeProvider.System.GetTimestamp();
        await TalkTime.Of(TimeSpan.FromSeconds(4));
        var talked = TimeProvider.System.GetElapsedTime(answered).TotalSeconds;
        await floor.Acd.Kill();

        await floor.Restart();

        var shown = await floor.Acd.Shown(
            call + "/recordings", r => r["items"]!.AsArray().Any(one => one!["recovered"]!.GetValue<bool>()));
        var recordings = shown["items"]!.AsArray();
        Assert.All(recordings, r => Assert.EndsWith(kind, r!["name"]!.GetValue<string>(), StringComparison.Ordinal));
        await RecordHoldsThem(floor.Acd, call, recordings);
        var (caller700, agent1300, length) = (0.0, 0.0, 0.0);
        foreach (var recording in recordings)
        {
            var file = await RecordedFile.Download(floor, recording!);
            caller700 += Voice.SecondsInAll(file.Of(1), Voice.CallerHz);
            agent1300 += Voice.SecondsInAll(file.Of(2), Voice.AgentHz);
            length += file.Seconds;
        }

        Assert.InRange(length, talked - 1, talked + 10);
        Assert.InRange(caller700, talked - 1.5, length);
        Assert.InRange(agent1300, talked - 1.5, length);
    }

    /// <summary>The record of the lost call names every file that is in the store, and its chain of hashes goes on over
    /// the one that was rescued.</summary>
    private static async Task RecordHoldsThem(AcdProcess acd, string call, JsonArray stored)
    {
        var record = await acd.Shown(call, r => r["recordings"]!.AsArray().Count >= stored.Count);
        var pieces = record["recordings"]!.AsArray();

        string[] Of(JsonArray items, string field) => [.. items.Select(item => item![field]!.GetValue<string>())];
        Assert.Equal(Of(stored, "name"), Of(pieces, "name"));
        Assert.Equal(Of(stored, "sha256"), Of(pieces, "sha256"));
        Assert.True(RecordingChain.Verify(Of(pieces, "sha256"), pieces[^1]!["chain"]!.GetValue<string>()));
        Assert.True(pieces[^1]!["recovered"]!.GetValue<bool>());
        Assert.Equal("system-lost", record["outcome"]!.GetValue<string>());
    }

    private static void HoldsTalkButInTheGap(RecordedFile file, double from, double until)
    {
        foreach (var (leg, hz) in ((int, double)[])[(1, Voice.CallerHz), (2, Voice.AgentHz)])
        {
            var own = file.Of(leg);
            var level = Voice.LevelBetween(own, from + 0.1, until - 0.1);
            Assert.True(level < QuietDbfs, $"leg {leg}: {level} dBFS in the gap");
            var talk = Voice.Stretches(own, hz);
            Assert.Equal(2, talk.Count);
            Assert.InRange(talk[0].Until - talk[0].From, 1.3, 20);
            Assert.InRange(talk[1].Until - talk[1].From, 1.3, 20);
            Assert.InRange(talk[0].Until, from - 0.5, from + 0.2);
            Assert.InRange(talk[1].From, until - 0.2, until + 0.5);
        }
    }

    private static async Task IsDrawnAndDeleted(AcdProcess acd, string file)
    {
        using var picture = await acd.Http.GetAsync(new Uri(file + "/waveform?width=400", UriKind.Relative));
        Assert.Equal("image/svg+xml", picture.Content.Headers.ContentType!.MediaType);
        Assert.StartsWith("<svg", await picture.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var deleted = await acd.Http.DeleteAsync(new Uri(file, UriKind.Relative));
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        using var gone = await acd.Http.GetAsync(new Uri(file, UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }
}
