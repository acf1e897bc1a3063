using System.Collections.Immutable;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Storage;
using OrleansAcd.Contracts.Views;

namespace OrleansAcd.Storage;

/// <summary>The journal on SQLite; all calls share the writer's commits.</summary>
internal sealed class SqliteCallJournal(GroupCommitWriter writer) : ICallJournal
{
    public ValueTask<bool> Append(CallId call, ImmutableArray<JournalEntry> entries) =>
        new(writer.Write(new AppendWrite(call, entries)));

    public ValueTask<bool> Complete(CallView record, ImmutableArray<JournalEntry> entries) =>
        new(writer.Write(new CompleteWrite(record, entries)));
}
