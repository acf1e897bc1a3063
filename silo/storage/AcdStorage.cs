using Microsoft.Extensions.Logging;
using Orleans.Storage;
using OrleansAcd.Contracts.Storage;
using OrleansAcd.Contracts.Views;

namespace OrleansAcd.Storage;

/// <summary>Storage as the silo uses it: journal, call records and grains' states in one SQLite file, owned by one
/// process.</summary>
public sealed class AcdStorage : IReadiness, IDisposable
{
    private readonly SqliteFile _file;
    private readonly GroupCommitWriter _writer;
    private readonly Retention? _retention;

    private AcdStorage(SqliteFile file, StorageOptions options, TimeProvider time, ILogger logger, ICallFold? fold)
    {
        _file = file;
        _writer = new GroupCommitWriter(file.OpenWriter(options.FileBytesMax), options, logger);
        Journal = new SqliteCallJournal(_writer);
        Calls = new SqliteCallStore(file, _writer, fold);
        Grains = new SqliteGrainStorage(file, _writer);
        if (options.Retention is { } keep) _retention = new Retention(_writer, keep, time, logger);
    }

    public ICallJournal Journal { get; }

    public ICallStore Calls { get; }

    public IGrainStorage Grains { get; }

    public StorageStatus Status => _writer.Status;

    public string Name => "storage";

    public string? NotReady => Status.Trouble;

    /// <summary>Opens the database, making or migrating it.</summary>
    /// <param name="fold">Makes the record of a call that was up when the process died; without it the record says
    /// little.</param>
    /// <exception cref="StorageException">It cannot be opened: in use, damaged, newer than this program, not
    /// writable.</exception>
    public static AcdStorage Open(StorageOptions options, TimeProvider time, ILogger logger, ICallFold? fold = null) =>
        new(SqliteFile.Open(options), options, time, logger, fold);

    /// <summary>Writes what is pending and closes.</summary>
    public void Dispose()
    {
        _retention?.Dispose();
        _writer.Dispose();
        _file.Dispose();
    }
}
