using Microsoft.Data.Sqlite;

namespace OrleansAcd.Storage;

/// <summary>The writer's prepared statements. Used by one thread.</summary>
internal sealed class Statements(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<string, SqliteCommand> _prepared = new(StringComparer.Ordinal);

    /// <summary>Runs one statement with parameters ?1, ?2 ...; null is NULL.</summary>
    /// <returns>How many rows changed.</returns>
    public int Run(string sql, params ReadOnlySpan<object?> values)
    {
        var command = Prepared(sql, values.Length);
        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i] ?? DBNull.Value;
        return command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        foreach (var command in _prepared.Values) command.Dispose();
    }

    private SqliteCommand Prepared(string sql, int parameters)
    {
        if (_prepared.TryGetValue(sql, out var known)) return known;

        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Only constants of this assembly come here.
        command.CommandText = sql;
#pragma warning restore CA2100
        for (var i = 1; i <= parameters; i++) command.Parameters.Add(new SqliteParameter($"?{i}", null));
        return _prepared[sql] = command;
    }
}
