using System.Globalization;
using Microsoft.Data.Sqlite;

namespace OrleansAcd.Storage;

/// <summary>The tables, built up by migrations: <c>user_version</c> counts those that were applied.</summary>
/// <remarks>Times are UTC ticks of 100 ns, so that a replay sees exactly what the machine saw.</remarks>
internal static class Schema
{
    /// <summary>Each once, in order, never changed after a release: a change is a further entry.</summary>
    private static readonly string[] Migrations =
    [
        """
        CREATE TABLE open_call (id TEXT PRIMARY KEY) WITHOUT ROWID;

        CREATE TABLE journal (
            call TEXT NOT NULL, sequence INTEGER NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL, event TEXT NOT NULL,
            entry TEXT, PRIMARY KEY (call, sequence)) WITHOUT ROWID;

        CREATE TABLE call (
            id TEXT PRIMARY KEY, queue TEXT, agent TEXT, started_at INTEGER NOT NULL, ended_at INTEGER NOT NULL,
            outcome TEXT NOT NULL, record TEXT NOT NULL) WITHOUT ROWID;
        CREATE INDEX call_queue ON call (queue, id);
        CREATE INDEX call_agent ON call (agent, id);
        CREATE INDEX call_ended ON call (ended_at);

        CREATE TABLE grain_state (
            state TEXT NOT NULL, grain TEXT NOT NULL, version INTEGER NOT NULL, data TEXT NOT NULL,
            PRIMARY KEY (state, grain)) WITHOUT ROWID;
        """,
    ];

    public static int Version => Migrations.Length;

    public static void Migrate(SqliteConnection connection)
    {
        var from = Convert.ToInt32(Scalar(connection, "PRAGMA user_version"), CultureInfo.InvariantCulture);
        if (from > Version)
        {
            throw new StorageException(
                $"the database {connection.DataSource} has schema {from}, this program knows {Version}: "
                + "start a newer one");
        }

        for (var i = from; i < Version; i++)
        {
            Execute(connection, $"BEGIN IMMEDIATE; {Migrations[i]} PRAGMA user_version = {i + 1}; COMMIT;");
        }
    }

    public static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Only texts of this assembly come here.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }

    public static void Execute(SqliteConnection connection, string sql) => Scalar(connection, sql);
}
