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
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Team(recording: "always"));
        using var events = await acd.Events();
        await using var alice = await TeamPhones.Registered(folder, acd, "alice", Voice.AgentHz);
        await using var caller = await TeamPhones.Caller(folder, acd);
        await events.Next("acd.call.answered.v1");
        var call = await acd.OnlyCallPath();
        await TalkTime.Of(s_talk);

        await acd.Ask(HttpMethod.Post, call + "/recording/pause", new { });
        await events.Next("acd.call.recording-paused.v1");
        await TalkTime.Of(s_talk);
        await acd.Ask(HttpMethod.Post, call + "/recording/resume", new { });
        await events.Next("acd.call.recording-resumed.v1");
        await TalkTime.Of(s_talk);
        await caller.Hangup();
        var piece = await acd.Recorded(events, call, r => r["gaps"]!.AsArray().Count > 0);
        await TeamPhones.Quit(alice, caller);

        var gap = Assert.Single(piece["gaps"]!.AsArray())!;
        Assert.Equal("pause", gap["reason"]!.GetValue<string>());
        var (from, seconds) = (gap["at"]!.GetValue<double>(), gap["duration"]!.GetValue<double>());
        Assert.InRange(seconds, 1.8, 20);
        var file = PathOf(piece["name"]!.GetValue<string>());
        HoldsTalkButInTheGap(await Download(acd, folder, file), from, from + seconds);
        await IsDrawnAndDeleted(acd, file);
    }

    /// <summary>Kept as Opus: Xiph's own decoder hears each party on a channel of its own.</summary>
    [Fact]
    public async Task AnOpusRecordingIsHeardByOpusTools()
    {
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(
            folder, Centres.Team(recording: "{ mode: always, format: opus }"));
        using var events = await acd.Events();
        await using var alice = await TeamPhones.Registered(folder, acd, "alice", Voice.AgentHz);
        await using var caller = await TeamPhones.Caller(folder, acd);
        await events.Next("acd.call.answered.v1");
        var call = await acd.OnlyCallPath();
        await TalkTime.Of(2 * s_talk);
        await caller.Hangup();
        var piece = await acd.Recorded(events, call, r => r["duration"]!.GetValue<double>() > 2);
        await TeamPhones.Quit(alice, caller);

        var name = piece["name"]!.GetValue<string>();
        Assert.EndsWith(".opus", name, StringComparison.Ordinal);
        var file = await Download(acd, folder, PathOf(name));
        Assert.Equal(piece["duration"]!.GetValue<double>(), file.Seconds, 0.01);
        Assert.InRange(Voice.SecondsInAll(file.Of(1), Voice.CallerHz), 3, 20);
        Assert.InRange(Voice.SecondsInAll(file.Of(1), Voice.AgentHz), 0, 0.1);
        Assert.InRange(Voice.SecondsInAll(file.Of(2), Voice.AgentHz), 3, 20);
        Assert.InRange(Voice.SecondsInAll(file.Of(2), Voice.CallerHz), 0, 0.1);
        Assert.Equal(0, await acd.Counter("recordingsNotInOpus"));
        await IsDrawnAndDeleted(acd, PathOf(name));
    }

    [Theory]
    [InlineData("always", ".wav")]
    [InlineData("{ mode: always, format: opus }", ".opus")]
    public async Task AKilledProcessLosesAtMostOneSecondOfARecording(string rule, string kind)
    {
        using var folder = new TestFolder();
        string key;
        double talked;
        await using (var acd = await AcdProcess.Start(folder, Centres.Team(recording: rule)))
        {
            key = acd.Key;
            using var events = await acd.Events();
            await using var alice = await TeamPhones.Registered(folder, acd, "alice", Voice.AgentHz);
            await using var caller = await TeamPhones.Caller(folder, acd);
            await events.Next("acd.call.answered.v1");
            var answered = TimeProvider.System.GetTimestamp();
            await TalkTime.Of(TimeSpan.FromSeconds(4));
            talked = TimeProvider.System.GetElapsedTime(answered).TotalSeconds;
            await acd.Kill();
        }

        await using var again = await AcdProcess.Start(folder, Centres.Team(recording: rule), key);

        var call = await again.OnlyCallPath();
        var recordings = await RecordHoldsThem(again, call);
        Assert.All(recordings, r => Assert.EndsWith(kind, r!["name"]!.GetValue<string>(), StringComparison.Ordinal));
        var (caller700, agent1300, length) = (0.0, 0.0, 0.0);
        foreach (var recording in recordings)
        {
            var file = await Download(again, folder, PathOf(recording!["name"]!.GetValue<string>()));
            caller700 += Voice.SecondsInAll(file.Of(1), Voice.CallerHz);
            agent1300 += Voice.SecondsInAll(file.Of(2), Voice.AgentHz);
            length += file.Seconds;
        }

        Assert.InRange(length, talked - 1, talked + 10);
        Assert.InRange(caller700, talked - 1.5, length);
        Assert.InRange(agent1300, talked - 1.5, length);
    }

    /// <summary>The record of the lost call names every file that is in the store, and its chain of hashes goes on over
    /// the one that was rescued, in the end.</summary>
    private static async Task<JsonArray> RecordHoldsThem(AcdProcess acd, string call)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        JsonArray stored, pieces;
        do
        {
            await timer.WaitForNextTickAsync(limit.Token);
            stored = (await acd.Get(call + "/recordings"))["items"]!.AsArray();
            pieces = (await acd.Get(call))["recordings"]!.AsArray();
        }
        while (pieces.Count < stored.Count || !stored.Any(r => r!["recovered"]!.GetValue<bool>()));

        string[] Of(JsonArray items, string field) => [.. items.Select(item => item![field]!.GetValue<string>())];
        Assert.Equal(Of(stored, "name"), Of(pieces, "name"));
        Assert.Equal(Of(stored, "sha256"), Of(pieces, "sha256"));
        Assert.True(RecordingChain.Verify(Of(pieces, "sha256"), pieces[^1]!["chain"]!.GetValue<string>()));
        Assert.True(pieces[^1]!["recovered"]!.GetValue<bool>());
        Assert.Equal("system-lost", (await acd.Get(call))["outcome"]!.GetValue<string>());
        return stored;
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

    private static async Task<RecordedFile> Download(AcdProcess acd, TestFolder folder, string file)
    {
        var facts = await acd.Get(file + "/facts");
        var bytes = await acd.Http.GetByteArrayAsync(new Uri(file, UriKind.Relative));
        int[] legs = [.. facts["channels"]!.AsArray().Select(leg => leg!.GetValue<int>())];
        return file.EndsWith(".opus", StringComparison.Ordinal)
            ? await Decoded(folder, bytes, legs)
            : new RecordedFile(folder, bytes, legs);
    }

    private static async Task<RecordedFile> Decoded(TestFolder folder, byte[] opus, int[] legs)
    {
        await File.WriteAllBytesAsync(folder.File("recorded.opus"), opus);
        await using var decoder = PeerProcess.Start(
            "opusdec", ["--quiet", "--rate", "8000", folder.File("recorded.opus"), folder.File("recorded.wav")],
            folder.Path);
        Assert.Equal(0, await decoder.WaitForExit(TimeSpan.FromSeconds(20)));
        return new RecordedFile(folder, await File.ReadAllBytesAsync(folder.File("recorded.wav")), legs);
    }

    private static string PathOf(string name) => "/v1/recordings/" + name;
}
