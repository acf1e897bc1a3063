using Orleans;
using Orleans.Runtime;
using Orleans.Storage;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Storage;
using OrleansAcd.Contracts.Views;
using Xunit;

namespace OrleansAcd.Tests.Unit.StorageTests;

/// <summary>Journal, call records and grain states as stored: design section 8.</summary>
public sealed class JournalTests : IDisposable
{
    private static readonly CallFilter All = new(null, null, null, null);
    private readonly TestStorage _files = new();

    [Fact]
    public async Task AnEndedCallIsFoundWithItsRecordAndItsTimelineInOrder()
    {
        using var storage = _files.Open();
        Assert.True(await storage.Journal.Append(new("c1"), TestStorage.Entries(2, 1)));
        Assert.True(await storage.Journal.Complete(TestStorage.Record("c1"), TestStorage.Entries(3)));

        var found = await storage.Calls.Find(new("c1"), default);

        Assert.Equal([1L, 2, 3], found!.Timeline.Select(t => t.Sequence));
        var expected = TestStorage.Record("c1");
        Assert.Equal(expected with { Timeline = found.Timeline }, found);
    }

    [Fact]
    public async Task ReplayGivesEveryEntryExactlyAsItWasAppended()
    {
        using var storage = _files.Open();
        var entry = TestStorage.Entry(1, agent: new AgentId("bob"));
        await storage.Journal.Append(new("c1"), [entry, TestStorage.Entry(2) with { Entry = null }]);

        var replayed = await storage.Calls.Replay(new("c1"), default);

        Assert.Equal([entry, TestStorage.Entry(2) with { Entry = null }], replayed);
    }

    [Fact]
    public async Task AnEntryAppendedTwiceIsStoredOnceAndTheFirstStands()
    {
        using var storage = _files.Open();
        await storage.Journal.Append(new("c1"), TestStorage.Entries(1));
        Assert.True(await storage.Journal.Append(new("c1"), [TestStorage.Entry(1, "other"), TestStorage.Entry(2)]));

        var replayed = await storage.Calls.Replay(new("c1"), default);

        Assert.Equal(["queued", "queued"], replayed.Select(e => e.Kind));
    }

    [Fact]
    public async Task AListIsNewestFirstWithoutTimelinesAndGoesOnFromItsCursor()
    {
        using var storage = _files.Open();
        foreach (var id in new[] { "c3", "c1", "c5", "c2",
            "c4" }) await storage.Journal.Complete(TestStorage.Record(id), []);

        var first = await storage.Calls.List(All, null, 2, default);
        var second = await storage.Calls.List(All, first[^1].Id, 2, default);
        var last = await storage.Calls.List(All, second[^1].Id, 2, default);

        Assert.Equal(["c5", "c4"], first.Select(c => c.Id.Value));
        Assert.Equal(["c3", "c2"], second.Select(c => c.Id.Value));
        Assert.Equal(["c1"], last.Select(c => c.Id.Value));
        Assert.All(first, c => Assert.Empty(c.Timeline));
    }

    [Fact]
    public async Task AListIsFilteredByQueueAgentAndStart()
    {
        using var storage = _files.Open();
        await storage.Journal.Complete(TestStorage.Record("c1", "support", "alice"), []);
        await storage.Journal.Complete(TestStorage.Record("c2", "sales", "alice"), []);
        await storage.Journal.Complete(TestStorage.Record("c3", "support", "bob", TestStorage.Noon.AddHours(1)), []);

        Assert.Equal(["c3", "c1"], await Ids(All with { Queue = new QueueId("support") }));
        Assert.Equal(["c2", "c1"], await Ids(All with { Agent = new AgentId("alice") }));
        Assert.Equal(["c3"], await Ids(All with { From = TestStorage.Noon.AddHours(1) }));
        Assert.Equal(["c2", "c1"], await Ids(All with { Until = TestStorage.Noon.AddHours(1) }));

        async Task<IEnumerable<string>> Ids(CallFilter filter) =>
            (await storage.Calls.List(filter, null, 10, default)).Select(c => c.Id.Value);
    }

    [Fact]
    public async Task AfterARestartTheCallsThatWereUpAreLostOnceAndTheEndedOnesAreNot()
    {
        using (var before = _files.Open())
        {
            await before.Journal.Append(new("up"), [TestStorage.Entry(1), TestStorage.Entry(2,
                agent: new AgentId("bob"))]);
            await before.Journal.Append(new("over"), TestStorage.Entries(1));
            await before.Journal.Complete(TestStorage.Record("over"), TestStorage.Entries(2));
        }

        using var after = _files.Open();
        Assert.Equal(1, await after.Calls.MarkLost(TestStorage.Noon.AddHours(1), default));
        Assert.Equal(0, await after.Calls.MarkLost(TestStorage.Noon.AddHours(2), default));

        var lost = await after.Calls.Find(new("up"), default);
        Assert.Equal((QueueOutcome.SystemLost, "system", new AgentId("bob")), (lost!.Outcome, lost.EndedBy,
            lost.Agent!.Value));
        Assert.Equal(TestStorage.Noon.AddHours(1), lost.EndedAt);
        Assert.Equal("system-lost", lost.Timeline[^1].Kind);
        Assert.Equal(QueueOutcome.Answered, (await after.Calls.Find(new("over"), default))!.Outcome);
    }

    [Fact]
    public async Task TheFoldOfTheJournalSaysWhatALostCallWas()
    {
        using (var before = _files.Open()) await before.Journal.Append(new("up"), TestStorage.Entries(1));

        using var after = _files.Open(fold: new FoldToSales());
        await after.Calls.MarkLost(TestStorage.Noon, default);

        var lost = await after.Calls.Find(new("up"), default);
        Assert.Equal((new QueueId("sales"), QueueOutcome.SystemLost), (lost!.Queue!.Value, lost.Outcome));
    }

    [Fact]
    public async Task EntriesThatComeAfterTheRecordDoNotOpenTheCallAgain()
    {
        using var storage = _files.Open();
        await storage.Journal.Complete(TestStorage.Record("c1"), TestStorage.Entries(1));
        await storage.Journal.Append(new("c1"), TestStorage.Entries(2));

        Assert.Equal(0, await storage.Calls.MarkLost(TestStorage.Noon, default));
    }

    [Fact]
    public async Task RetentionDeletesOldCallsWithTheirJournalsAndNoOthers()
    {
        _files.Options = _files.Options with { Retention = TimeSpan.FromDays(30) };
        var time = new FixedTime(TestStorage.Noon.AddDays(31));
        using (var storage = _files.Open(time: new FixedTime(TestStorage.Noon)))
        {
            for (var i = 0; i < 450; i++) await storage.Journal.Complete(TestStorage.Record($"old-{i}"),
                TestStorage.Entries(1));
            await storage.Journal.Complete(TestStorage.Record("new", at: time.GetUtcNow().AddDays(-2)),
                TestStorage.Entries(1));
        }

        using var later = _files.Open(time: time);
        TestStorage.Await(() => Count("call") == 1 && Count("journal") == 1, "the old calls are gone");
        Assert.NotNull(await later.Calls.Find(new("new"), default));

        long Count(string table)
        {
            using var raw = _files.Raw();
            return (long)TestStorage.Scalar(raw, $"SELECT count(*) FROM {table}")!;
        }
    }

    [Fact]
    public async Task AGrainsStateComesBackAfterARestartAndAnOldVersionIsRefused()
    {
        var grain = GrainId.Create("agent", "alice");
        using (var before = _files.Open())
        {
            var state = await Read(before.Grains, grain);
            Assert.False(state.RecordExists);
            state.State.Count = 1;
            await before.Grains.WriteStateAsync("state", grain, state);
            state.State.Count = 2;
            await before.Grains.WriteStateAsync("state", grain, state);
        }

        using var after = _files.Open();
        var again = await Read(after.Grains, grain);
        var other = await Read(after.Grains, grain);
        Assert.Equal((2, true), (again.State.Count, again.RecordExists));

        await after.Grains.WriteStateAsync("state", grain, again);
        await Assert.ThrowsAsync<InconsistentStateException>(() => after.Grains.WriteStateAsync("state", grain, other));
        await after.Grains.ClearStateAsync("state", grain, again);
        Assert.False((await Read(after.Grains, grain)).RecordExists);
    }

    public void Dispose() => _files.Dispose();

    private static async Task<StateOf> Read(IGrainStorage storage, GrainId grain)
    {
        var state = new StateOf();
        await storage.ReadStateAsync("state", grain, state);
        return state;
    }

    private sealed class Counter
    {
        public int Count { get; set; }
    }

    private sealed class StateOf : IGrainState<Counter>
    {
        public Counter State { get; set; } = new();

        public string? ETag { get; set; }

        public bool RecordExists { get; set; }
    }

    private sealed class FoldToSales : ICallFold
    {
        public CallView? Fold(CallId call, IReadOnlyList<JournalEntry> entries) =>
            TestStorage.Record(call.Value, "sales");
    }

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
