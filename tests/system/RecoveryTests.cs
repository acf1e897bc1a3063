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
        using var folder = new TestFolder();
        string key;
        var phone = FreePorts.Udp();
        await using (var acd = await AcdProcess.Start(folder, Centres.Support()))
        {
            key = acd.Key;
            using var events = await acd.Events();
            await Sipp.Register(folder, "alice", "alice-pw", acd.Sip, phone);
            await using var agent = Sipp.Start(folder, "agent-answers", "alice", acd.Sip, phone, new SippOptions { Calls = 2, Echo = true });
            await Sipp.Run(folder, "caller-basic", "support", acd.Sip, FreePorts.Udp());
            await events.Next("acd.call.ended.v1");
            await using var longCall = Sipp.Start(
                folder, "caller-basic", "support", acd.Sip, FreePorts.Udp(), new SippOptions { Pause = TimeSpan.FromMinutes(1) });
            await events.Next("acd.call.answered.v1");
            await events.Next("acd.call.answered.v1");

            await acd.Kill();
        }

        await using var again = await AcdProcess.Start(folder, Centres.Support(), key);

        var calls = (await again.Get("/v1/calls"))["items"]!.AsArray();
        var outcomes = calls.Select(call => call!["outcome"]!.GetValue<string>()).Order(StringComparer.Ordinal);
        Assert.Equal(["answered", "system-lost"], outcomes);
        var queue = await again.Get("/v1/queues/support");
        Assert.Equal(0, queue["waiting"]!.GetValue<int>());
        using var database = new SqliteConnection($"Data Source={Directory.GetFiles(folder.File("data"), "*.db").Single()};Pooling=False");
        await database.OpenAsync();
        await using var check = database.CreateCommand();
        check.CommandText = "PRAGMA integrity_check";
        Assert.Equal("ok", await check.ExecuteScalarAsync());
    }

    [Fact]
    public async Task ALockedDatabaseStopsNoCall()
    {
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Support());
        using var events = await acd.Events();
        var phone = FreePorts.Udp();
        await Sipp.Register(folder, "alice", "alice-pw", acd.Sip, phone);
        await using var agent = Sipp.Start(folder, "agent-answers", "alice", acd.Sip, phone, new SippOptions { Calls = 2, Echo = true });
        await Sipp.Run(folder, "caller-basic", "support", acd.Sip, FreePorts.Udp());
        await events.Next("acd.call.ended.v1");
        var file = Directory.GetFiles(folder.File("data"), "*.db").Single();
        await using (var locker = new SqliteConnection($"Data Source={file};Pooling=False"))
        {
            await locker.OpenAsync();
            await using var begin = locker.CreateCommand();
            begin.CommandText = "BEGIN EXCLUSIVE";
            await begin.ExecuteNonQueryAsync();

            await Sipp.Run(folder, "caller-basic", "support", acd.Sip, FreePorts.Udp());
            await events.Next("acd.call.ended.v1");

            await using var end = locker.CreateCommand();
            end.CommandText = "ROLLBACK";
            await end.ExecuteNonQueryAsync();
        }

        Assert.Equal(0, await acd.Stop());
        await using var again = await AcdProcess.Start(folder, Centres.Support(), acd.Key);
        var calls = (await again.Get("/v1/calls"))["items"]!.AsArray();
        Assert.Equal(2, calls.Count);
        Assert.All(calls, call => Assert.Equal("answered", call!["outcome"]!.GetValue<string>()));
    }

    [SkippableFact]
    public async Task AFullDiskStopsNoCallAndTheRecordsFollowWhenThereIsSpace()
    {
        using var folder = new TestFolder();
        using var disk = SmallDisk.TryMount(folder);
        Skip.If(disk is null, "mounting is not allowed here");
        var data = Path.Combine(disk!.Path, "data");
        await using var acd = await AcdProcess.Start(folder, Centres.Support(), data: data);
        using var events = await acd.Events();
        await using (var talk = await Talk.Start(acd))
        {
            disk.Fill();
            var phone = FreePorts.Udp();
            await Sipp.Register(folder, "bob", "bob-pw", acd.Sip, phone);
            await using var bob = Sipp.Start(folder, "agent-answers", "bob", acd.Sip, phone);
            await Sipp.Run(
                folder, "caller-basic", "support", acd.Sip, FreePorts.Udp(), new SippOptions { Pause = TimeSpan.FromSeconds(3) });
            await events.Next("acd.call.ended.v1");
            Assert.Contains("disk is full", await Trouble(acd), StringComparison.Ordinal);
            await talk.EndUnharmed();
            await events.Next("acd.call.ended.v1");
        }

        disk.Free();
        Assert.Equal(0, await acd.Stop());
        await using var again = await AcdProcess.Start(folder, Centres.Support(), acd.Key, data: data);
        var calls = (await again.Get("/v1/calls"))["items"]!.AsArray();
        Assert.Equal(2, calls.Count);
        Assert.All(calls, call => Assert.Equal("answered", call!["outcome"]!.GetValue<string>()));
    }

    private static async Task<string> Trouble(AcdProcess acd) =>
        (await acd.Get("/v1/system"))["parts"]!["storage"]!["trouble"]?.GetValue<string>() ?? "none";

    [Fact]
    public async Task CtrlCTellsTheCallsThatAreUpAndFlushesTheirRecords()
    {
        using var folder = new TestFolder();
        var key = "";
        await using (var acd = await AcdProcess.Start(folder, Centres.Support()))
        {
            key = acd.Key;
            using var events = await acd.Events();
            await using var waiting = Sipp.Start(folder, "caller-waits-for-bye", "support", acd.Sip, FreePorts.Udp());
            await events.Next("acd.call.queued.v1");

            Assert.Equal(0, await acd.Stop());

            Assert.Equal(0, await waiting.WaitForExit(TimeSpan.FromSeconds(10)));
        }

        await using var again = await AcdProcess.Start(folder, Centres.Support(), key);
        var call = await again.OnlyCall();
        Assert.Equal(("system-lost", "system"), (call["outcome"]!.GetValue<string>(), call["endedBy"]!.GetValue<string>()));
        Assert.Contains("media node stopped", call["timeline"]!.ToJsonString(), StringComparison.Ordinal);
    }
}
