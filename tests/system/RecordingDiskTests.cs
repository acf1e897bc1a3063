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
        await using var floor = await Floor.Open(Centres.Team(recording: "always"), folder: folder);

        var first = await Call(floor, disk.Fill);
        await Call(floor, () => { });
        await floor.Events.Next("acd.call.recording-failed.v1");
        Assert.InRange(await floor.Acd.Counter("recordingFailures"), 2, 100);
        Assert.Equal(0, await floor.Acd.Counter("recordingFaults"));
        disk.Free();

        var piece = await floor.Acd.Recorded(floor.Events, first, _ => true);
        var gap = Assert.Single(piece["gaps"]!.AsArray())!;
        Assert.Equal("storage", gap["reason"]!.GetValue<string>());
        Assert.InRange(gap["at"]!.GetValue<double>(), s_talk.TotalSeconds - 1, s_talk.TotalSeconds + 5);
        var third = await Call(floor, () => { });
        var whole = await floor.Acd.Recorded(floor.Events, third, _ => true);
        Assert.Empty(whole["gaps"]!.AsArray());
        Assert.InRange(whole["duration"]!.GetValue<double>(), (2 * s_talk).TotalSeconds, 20);
    }

    /// <summary>A call in which something happens, unharmed.</summary>
    private static async Task<string> Call(Floor floor, Action inTheMiddle)
    {
        await using var talk = await Talk.Start(floor.Acd);
        await TalkTime.Of(s_talk);
        inTheMiddle();
        await TalkTime.Of(s_talk);
        await talk.EndUnharmed();
        var record = await floor.Ended();
        Assert.Equal("answered", record["outcome"]!.GetValue<string>());
        return "/v1/calls/" + record["id"]!.GetValue<string>();
    }
}
