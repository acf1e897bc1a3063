using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace OrleansAcd.Storage;

/// <summary>Applies a batch of writes in one transaction. Used by the writer's thread alone, but for
/// AnswerCurrent.</summary>
internal sealed class Transactions : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Statements _statements;
    private volatile PendingWrite[]? _current;

    public Transactions(SqliteConnection connection, TimeSpan busyTimeout)
    {
        _connection = connection;
        _statements = new Statements(connection);
        _ = raw.sqlite3_busy_timeout(connection.Handle, (int)busyTimeout.TotalMilliseconds);
    }

    /// <param name="Trouble">Why nothing of the batch was written; null: it is durable.</param>
    /// <param name="Refused">Writes that can never be written, and why; the others were.</param>
    public readonly record struct Result(string? Trouble, IReadOnlyList<(PendingWrite Write, string Why)> Refused);

    public Result Commit(IReadOnlyList<PendingWrite> batch)
    {
        _current = [.. batch];
        var refused = new List<(PendingWrite, string)>();
        try
        {
            Execute("BEGIN IMMEDIATE");
            foreach (var write in batch)
            {
                if (batch.Count > 1) Execute("SAVEPOINT one");
                Apply(write, refused, alone: batch.Count == 1);
                if (batch.Count > 1) Execute("RELEASE one");
            }

            Execute("COMMIT");
            return new Result(null, refused);
        }
        catch (SqliteException e)
        {
            Rollback();
            return new Result(SqliteFile.Words(e), []);
        }
        finally
        {
            _current = null;
        }
    }

    /// <summary>From another thread, while a commit hangs: whoever waits for it is told "not durable".</summary>
    public void AnswerCurrent()
    {
        foreach (var write in _current ?? []) write.Answer(false);
    }

    public void Dispose()
    {
        _statements.Dispose();
        _connection.Dispose();
    }

    /// <summary>A write that breaks a rule of the schema is undone alone; a disk that refuses ends the whole
    /// batch.</summary>
    private void Apply(PendingWrite write, List<(PendingWrite, string)> refused, bool alone)
    {
        try
        {
            write.Apply(_statements);
        }
        catch (Exception e) when (e is not SqliteException sqlite || !IsTrouble(sqlite))
        {
            refused.Add((write, e is SqliteException known ? SqliteFile.Words(known) : e.Message));
            if (!alone) Execute("ROLLBACK TO one");
        }
    }

    /// <summary>Of SQLite's result codes: PERM, BUSY, LOCKED, NOMEM, READONLY, IOERR, CORRUPT, FULL, CANTOPEN,
    /// PROTOCOL, NOTADB.</summary>
    private static bool IsTrouble(SqliteException e) =>
        (e.SqliteErrorCode & 0xFF) is 3 or 5 or 6 or 7 or 8 or 10 or 11 or 13 or 14 or 15 or 26;

    /// <summary>Straight to SQLite: its own busy time-out applies, not the provider's, which counts in
    /// seconds.</summary>
    private void Execute(string sql)
    {
        var code = raw.sqlite3_exec(_connection.Handle, sql);
        if (code == raw.SQLITE_OK) return;

        var words = raw.sqlite3_errmsg(_connection.Handle).utf8_to_string();
        throw new SqliteException($"'{words}'", code);
    }

    /// <summary>After FULL or IOERR SQLite may have rolled back already: then there is nothing to do.</summary>
    private void Rollback()
    {
        if (raw.sqlite3_get_autocommit(_connection.Handle) == 0) _ = raw.sqlite3_exec(_connection.Handle, "ROLLBACK");
    }
}
