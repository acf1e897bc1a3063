using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Storage;
using OrleansAcd.Contracts.Views;

namespace OrleansAcd.Storage;

/// <summary>Reads calls and journals on connections of its own: a report never holds up the writer.</summary>
internal sealed class SqliteCallStore(SqliteFile file, GroupCommitWriter writer, ICallFold? fold) : ICallStore
{
    private const int ListMax = 1_000;

    public async ValueTask<CallView?> Find(CallId call, CancellationToken cancellation) => await file.Read(
        c =>
        {
            var record = Rows(c, "SELECT record FROM call WHERE id = $id", r =>
                Record(r.GetString(0)), ("$id", call.Value))
                .FirstOrDefault();
            return record is null ? null : record with { Timeline = Timeline(Entries(c, call)) };
        },
        cancellation).ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<CallView>> List(
        CallFilter filter, CallId? before, int limit, CancellationToken cancellation)
    {
        const string sql = """
            SELECT record FROM call
            WHERE ($queue IS NULL OR queue = $queue) AND ($agent IS NULL OR agent = $agent)
              AND ($from IS NULL OR started_at >= $from) AND ($until IS NULL OR started_at < $until)
              AND ($before IS NULL OR id < $before)
            ORDER BY id DESC LIMIT $limit
            """;
        return await file.Read(
            c => Rows(
                c, sql, r => Record(r.GetString(0)), ("$queue", filter.Queue?.Value), ("$agent", filter.Agent?.Value),
                ("$from", filter.From?.UtcTicks), ("$until", filter.Until?.UtcTicks), ("$before", before?.Value),
                ("$limit", Math.Clamp(limit, 0, ListMax))),
            cancellation).ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlyList<JournalEntry>> Replay(CallId call, CancellationToken cancellation) =>
        await file.Read(c => Entries(c, call), cancellation).ConfigureAwait(false);

    public async ValueTask<int> MarkLost(DateTimeOffset now, CancellationToken cancellation)
    {
        var open = await file.Read(
            c => Rows(c, "SELECT id FROM open_call ORDER BY id", r => new CallId(r.GetString(0))), cancellation)
            .ConfigureAwait(false);
        var marks = new List<Task<bool>>();
        foreach (var call in open)
        {
            var entries = await Replay(call, cancellation).ConfigureAwait(false);
            marks.Add(writer.Write(Lost(call, entries, now)));
        }

        await Task.WhenAll(marks).ConfigureAwait(false);
        return open.Count;
    }

    /// <summary>What can be said of a call whose process died: when it began, who took part last, and that it was
    /// lost.</summary>
    private CompleteWrite Lost(CallId call, IReadOnlyList<JournalEntry> entries, DateTimeOffset now)
    {
        var known = fold?.Fold(call, entries) ?? new CallView(
            call, "", "", "", null, entries.LastOrDefault(e => e.Entry?.Agent is not null)?.Entry!.Agent,
            entries.Count > 0 ? entries[0].At : now, null, null, null, QueueOutcome.None, "", 0, null, null, []);
        var last = new TimelineEntry(
            entries.Count > 0 ? entries[^1].Sequence + 1 : 1, now, JournalEntry.SystemLost,
            "the process that held the call ended without warning", null, null);
        var record = known with
        {
            State = "ended", EndedAt = now, Outcome = QueueOutcome.SystemLost, EndedBy = "system",
        };
        return new CompleteWrite(record, [new JournalEntry(last.Sequence, now, last.Kind, "", last)]);
    }

    private static List<JournalEntry> Entries(SqliteConnection connection, CallId call) => Rows(
        connection, "SELECT sequence, at, kind, event, entry FROM journal WHERE call = $id ORDER BY sequence",
        r => new JournalEntry(
            r.GetInt64(0), new DateTimeOffset(r.GetInt64(1), TimeSpan.Zero), r.GetString(2), r.GetString(3),
            r.IsDBNull(4) ? null : JsonSerializer.Deserialize<TimelineEntry>(r.GetString(4), FeedEvent.Json)),
        ("$id", call.Value));

    private static ImmutableArray<TimelineEntry> Timeline(List<JournalEntry> entries) =>
        [.. entries.Where(e => e.Entry is not null).Select(e => e.Entry!)];

    private static CallView Record(string json) => JsonSerializer.Deserialize<CallView>(json, FeedEvent.Json)!;

    private static List<T> Rows<T>(
        SqliteConnection connection, string sql, Func<SqliteDataReader, T> row,
        params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Only constants of this class come here.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in values) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read()) rows.Add(row(reader));
        return rows;
    }
}
