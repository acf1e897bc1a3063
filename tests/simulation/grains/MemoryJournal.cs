using System.Collections.Immutable;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Storage;
using OrleansAcd.Contracts.Views;

namespace OrleansAcd.Tests.Simulation.Grains;

/// <summary>A journal in memory whose commits take a little virtual time, as a disk's do.</summary>
internal sealed class MemoryJournal(TimeProvider time, TimeSpan commit) : ICallJournal, ICallStore
{
    private readonly Dictionary<CallId, List<JournalEntry>> _lines = [];

    public Dictionary<CallId, CallView> Records { get; } = [];

    /// <summary>Calls that were completed twice with different outcomes.</summary>
    public List<CallId> CompletedTwice { get; } = [];

    public async ValueTask<bool> Append(CallId call, ImmutableArray<JournalEntry> entries)
    {
        await Commit();
        Write(call, entries);
        return true;
    }

    public async ValueTask<bool> Complete(CallView record, ImmutableArray<JournalEntry> entries)
    {
        await Commit();
        Write(record.Id, entries);
        if (Records.TryGetValue(record.Id, out var old) && old.Outcome != record.Outcome) CompletedTwice.Add(record.Id);
        Records[record.Id] = record;
        return true;
    }

    public ValueTask<CallView?> Find(CallId call, CancellationToken cancellation) =>
        new(Records.GetValueOrDefault(call));

    public ValueTask<IReadOnlyList<CallView>> List(
        CallFilter filter, CallId? before, int limit, CancellationToken cancellation) =>
        new([.. Records.Values.Take(limit)]);

    public ValueTask<IReadOnlyList<JournalEntry>> Replay(CallId call, CancellationToken cancellation) =>
        new(_lines.TryGetValue(call, out var lines) ? lines.ToArray() : []);

    public ValueTask<int> MarkLost(DateTimeOffset now, CancellationToken cancellation) => new(0);

    private void Write(CallId call, ImmutableArray<JournalEntry> entries)
    {
        if (!_lines.TryGetValue(call, out var lines)) _lines[call] = lines = [];
        foreach (var entry in entries)
        {
            if (lines.TrueForAll(l => l.Sequence != entry.Sequence)) lines.Add(entry);
        }
    }

    private Task Commit() => commit == TimeSpan.Zero ? Task.CompletedTask : Task.Delay(commit, time);
}
