using System.Collections.Immutable;
using System.Text.Json;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Storage;
using OrleansAcd.Contracts.Views;

namespace OrleansAcd.Storage;

/// <summary>Entries of a call that is up. Written again they change nothing: the first one of a sequence
/// stands.</summary>
internal class AppendWrite(CallId call, ImmutableArray<JournalEntry> entries) : PendingWrite
{
    private readonly Row[] _rows = [.. entries.Select(Row.Of)];

    public override int Bytes => 200 + _rows.Sum(r => r.Bytes);

    public override void Apply(Statements statements)
    {
        statements.Run(
            "INSERT OR IGNORE INTO open_call (id) SELECT ?1 WHERE NOT EXISTS (SELECT 1 FROM call WHERE id = ?1)",
            call.Value);
        foreach (var row in _rows)
        {
            statements.Run(
                "INSERT OR IGNORE INTO journal (call, sequence, at, kind, event, entry) "
                + "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                call.Value, row.Sequence, row.At, row.Kind, row.Event, row.Entry);
        }
    }

    private sealed record Row(long Sequence, long At, string Kind, string Event, string? Entry)
    {
        public int Bytes => 100 + (2 * (Kind.Length + Event.Length + (Entry?.Length ?? 0)));

        public static Row Of(JournalEntry e) => new(
            e.Sequence, e.At.UtcTicks, e.Kind, e.Event,
            e.Entry is null ? null : JsonSerializer.Serialize(e.Entry, FeedEvent.Json));
    }
}

/// <summary>The record of a call that ended, with its last entries. The timeline is in the journal, once.</summary>
internal sealed class CompleteWrite(CallView record, ImmutableArray<JournalEntry> entries)
    : AppendWrite(record.Id, entries)
{
    private readonly string _record = JsonSerializer.Serialize(record with { Timeline = [] }, FeedEvent.Json);

    public override int Bytes => base.Bytes + 200 + (2 * _record.Length);

    public override void Apply(Statements statements)
    {
        base.Apply(statements);
        statements.Run(
            "INSERT OR REPLACE INTO call (id, queue, agent, started_at, ended_at, outcome, record) "
            + "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            record.Id.Value, record.Queue?.Value, record.Agent?.Value, record.StartedAt.UtcTicks,
            (record.EndedAt ?? record.StartedAt).UtcTicks, record.Outcome.ToString(), _record);
        statements.Run("DELETE FROM open_call WHERE id = ?1", record.Id.Value);
    }
}

/// <summary>Deletes a few of the calls that ended before a time.</summary>
internal sealed class RetentionWrite(DateTimeOffset before, int max) : PendingWrite
{
    public int Deleted { get; private set; }

    public override int Bytes => 100;

    public override void Apply(Statements statements)
    {
        const string old = "SELECT id FROM call WHERE ended_at < ?1 ORDER BY ended_at LIMIT ?2";
        statements.Run($"DELETE FROM journal WHERE call IN ({old})", before.UtcTicks, max);
        Deleted = statements.Run($"DELETE FROM call WHERE id IN ({old})", before.UtcTicks, max);
    }
}
