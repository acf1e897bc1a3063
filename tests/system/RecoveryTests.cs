using Microsoft.Data.Sqlite;
using OrleansAcd.Tests.System.Peers;
using Xunit;

namespace OrleansAcd.Tests.System;

/// <summary>Killed processes, full disks and locked databases.</summary>
public sealed class RecoveryTests
{
    [Fact]
    public async Task AKilledProcessKeepsEndedCallsAndMarksThoseThatWereUpAsLost()
    {
        await using var floor = await Floor.Open(Centres.Support());
        await floor.SippAgent("agent-answers", new SippOptions { Calls = 2, Echo = true }, "alice");
        await floor.SippCall("caller-basic", new SippOptions { Pause = TimeSpan.FromSeconds(3) });
        var first = await floor.Answered();
        await floor.Ended(first);
        floor.SippCaller("caller-basic", new SippOptions { Pause = TimeSpan.FromMinutes(1) });
        var second = await floor.Answered();
        await floor.Acd.Kill();

        await floor.Restart();

        Assert.Equal("answered", (await floor.Acd.Get(first))["outcome"]!.GetValue<string>());
        Assert.Equal("system-lost", (await floor.Acd.Get(second))["outcome"]!.GetValue<string>());
        Assert.Equal(2, (await floor.Acd.Get("/v1/calls"))["items"]!.AsArray().Count);
        Assert.Equal(0, (await floor.Acd.Get("/v1/queues/support"))["waiting"]!.GetValue<int>());
        await using var database = await Database(floor);
        Assert.Equal("ok", await Execute(database, "PRAGMA integrity_check"));
    }

    [Fact]
    public async Task ALockedDatabaseStopsNoCall()
    {
        await using var floor = await Floor.Open(Centres.Support());
        await floor.SippAgent("agent-hangs-up", new SippOptions { Calls = 2 }, "alice");
        await floor.SippCall("caller-waits-for-bye");
        await floor.Events.Next("acd.call.ended.v1");
        await using (var locker = await Database(floor))
        {
            await Execute(locker, "BEGIN EXCLUSIVE");
            await floor.SippCall("caller-waits-for-bye");
            await floor.Events.Next("acd.call.ended.v1");
            await Execute(locker, "ROLLBACK");
        }

        Assert.Equal(0, await floor.Acd.Stop());
        await floor.Restart();
        await TwoCallsWereAnswered(floor);
    }

    [SkippableFact]
    public async Task AFullDiskStopsNoCallAndTheRecordsFollowWhenThereIsSpace()
    {
        using var folder = new TestFolder();
        using var disk = SmallDisk.TryMount(folder);
        Skip.If(disk is null, "mounting is not allowed here");
        await using var floor = await Floor.Open(
            Centres.Support(), folder: folder, data: Path.Combine(disk!.Path, "data"));
        await using (var talk = await Talk.Start(floor.Acd))
        {
            disk.Fill();
            await floor.SippAgent("agent-answers", null, "bob");
            await floor.SippCall("caller-basic", new SippOptions { Pause = TimeSpan.FromSeconds(3) });
            await floor.Events.Next("acd.call.ended.v1");
            Assert.Contains("disk is full", await Trouble(floor.Acd), StringComparison.Ordinal);
            await talk.EndUnharmed();
            await floor.Events.Next("acd.call.ended.v1");
        }

        disk.Free();
        Assert.Equal(0, await floor.Acd.Stop());
        await floor.Restart();
        await TwoCallsWereAnswered(floor);
    }

    [Fact]
    public async Task CtrlCTellsTheCallsThatAreUpAndFlushesTheirRecords()
    {
        await using var floor = await Floor.Open(Centres.Support());
        var waiting = floor.SippCaller("caller-waits-for-bye");
        await floor.Events.Next("acd.call.queued.v1");

        Assert.Equal(0, await floor.Acd.Stop());
        await waiting.Done();

        await floor.Restart();
        var call = await floor.Acd.OnlyCall();
        Assert.Equal(("system-lost", "system"), (call["outcome"]!.GetValue<string>(), call["endedBy"]!.GetValue<string>()));
        Assert.Contains("media node stopped", call["timeline"]!.ToJsonString(), StringComparison.Ordinal);
    }

    private static async Task TwoCallsWereAnswered(Floor floor)
    {
        var calls = (await floor.Acd.Get("/v1/calls"))["items"]!.AsArray();
        Assert.Equal(["answered", "answered"], calls.Select(call => call!["outcome"]!.GetValue<string>()));
    }

    private static async Task<string> Trouble(AcdProcess acd) =>
        (await acd.Get("/v1/system"))["parts"]!["storage"]!["trouble"]?.GetValue<string>() ?? "none";

    private static async Task<SqliteConnection> Database(Floor floor)
    {
        var file = Directory.GetFiles(floor.Folder.File("data"), "*.db").Single();
        var database = new SqliteConnection($"Data Source={file};Pooling=False");
        await database.OpenAsync();
        return database;
    }

    private static async Task<object?> Execute(SqliteConnection database, string statement)
    {
        await using var command = database.CreateCommand();
        command.CommandText = statement;
        return await command.ExecuteScalarAsync();
    }
}
