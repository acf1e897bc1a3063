using System.Text.Json.Nodes;
using OrleansAcd.Tests.System.Peers;
using Xunit;

namespace OrleansAcd.Tests.System;

/// <summary>A disk that is really full: calls never notice, and what is missing is said.</summary>
public sealed class RecordingDiskTests
{
    private static readonly TimeSpan s_talk = TimeSpan.FromSeconds(2);

    [SkippableFact]
    public async Task AFullDiskCostsAGapAndLaterCallsAreRecordedOnceThereIsSpace()
    {
        using var folder = new TestFolder();
        using var disk = SmallDisk.TryMount(folder);
        Skip.If(disk is null, "mounting is not allowed here");
        Directory.CreateDirectory(folder.File("data"));
        Directory.CreateSymbolicLink(Path.Combine(folder.File("data"), "recordings"), disk!.Path);
        await using var acd = await AcdProcess.Start(folder, Centres.Team(recording: "always"));
        using var events = await acd.Events();

        var first = await Call(acd, events, disk.Fill);
        await Call(acd, events, () => { });
        await events.Next("acd.call.recording-failed.v1");
        Assert.InRange(await acd.Counter("recordingFailures"), 2, 100);
        Assert.Equal(0, await acd.Counter("recordingFaults"));
        disk.Free();

        var piece = await acd.Recorded(events, first, _ => true);
        var gap = Assert.Single(piece["gaps"]!.AsArray())!;
        Assert.Equal("storage", gap["reason"]!.GetValue<string>());
        Assert.InRange(gap["at"]!.GetValue<double>(), s_talk.TotalSeconds - 1, s_talk.TotalSeconds + 5);
        var third = await Call(acd, events, () => { });
        var whole = await acd.Recorded(events, third, _ => true);
        Assert.Empty(whole["gaps"]!.AsArray());
        Assert.InRange(whole["duration"]!.GetValue<double>(), (2 * s_talk).TotalSeconds, 20);
    }

    /// <summary>A call in which something happens, unharmed.</summary>
    private static async Task<string> Call(AcdProcess acd, EventFeed events, Action inTheMiddle)
    {
        await using var talk = await Talk.Start(acd);
        await TalkTime.Of(s_talk);
        inTheMiddle();
        await TalkTime.Of(s_talk);
        await talk.EndUnharmed();
        await events.Next("acd.call.ended.v1");
        JsonNode newest = (await acd.Get("/v1/calls"))["items"]!.AsArray()[0]!;
        Assert.Equal("answered", newest["outcome"]!.GetValue<string>());
        return "/v1/calls/" + newest["id"]!.GetValue<string>();
    }
}
