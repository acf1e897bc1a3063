using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Storage;
using OrleansAcd.Contracts.Views;
using OrleansAcd.Storage;
using Xunit;

namespace OrleansAcd.Tests.Unit.StorageTests;

/// <summary>A directory for one test with the real storage in it.</summary>
internal sealed class TestStorage : IDisposable
{
    public static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);

    /// <summary>A disk that is slow since the machine is busy is none that hangs.</summary>
    public TestStorage() => Options = new StorageOptions
    {
        Directory = Directory, RetryDelayMax = TimeSpan.FromMilliseconds(200), StallTimeout = TimeSpan.FromMinutes(1),
    };

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("acd-storage-").FullName;

    public StorageOptions Options { get; set; }

    public AcdStorage Open(ILogger? logger = null, TimeProvider? time = null, ICallFold? fold = null) =>
        AcdStorage.Open(Options, time ?? TimeProvider.System, logger ?? NullLogger.Instance, fold);

    /// <summary>A connection of somebody else, past our own code.</summary>
    public SqliteConnection Raw()
    {
        var connection = new SqliteConnection($"Data Source={Options.File};Pooling=False");
        connection.Open();
        return connection;
    }

    public static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    public static JournalEntry Entry(long sequence, string kind = "queued", AgentId? agent = null) => new(
        sequence, Noon.AddSeconds(sequence).AddTicks(7), kind, $$"""{"n":{{sequence}}}""",
        new TimelineEntry(sequence, Noon.AddSeconds(sequence), kind, "in words", agent, null));

    public static CallView Record(string id, string queue =
        "support", string agent = "alice", DateTimeOffset? at = null)
    {
        var start = at ?? Noon;
        return new CallView(
            new CallId(id), "ended", "+15550100", "sip:caller@example.com", new QueueId(queue), new AgentId(agent),
                start,
            start, start.AddSeconds(3), start.AddSeconds(60), QueueOutcome.Answered, "caller", 1, 3, 57,
            [new TimelineEntry(99, start, "never-stored-here", "", null, null)]);
    }

    public static ImmutableArray<JournalEntry> Entries(params long[] sequences) => [.. sequences.Select(s => Entry(s))];

    /// <summary>Waits for something that another thread brings about; fails after ten seconds.</summary>
    public static void Await(Func<bool> condition, string what) =>
        Assert.True(SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(10)), "never came: " + what);

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}

/// <summary>Keeps what is logged.</summary>
internal sealed class LogLines : ILogger
{
    private readonly List<string> _lines = [];

    public string[] Lines
    {
        get
        {
            lock (_lines) return [.. _lines];
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?,
            string> formatter)
    {
        lock (_lines) _lines.Add(formatter(state, exception));
    }
}
