using System.Globalization;
using Microsoft.Data.Sqlite;
using OrleansAcd.Contracts.Storage;

namespace OrleansAcd.Storage;

/// <summary>The database file: one owner process, one connection that writes, pooled ones that read (SQLite's WAL
/// mode).</summary>
internal sealed class SqliteFile : IDisposable
{
    /// <summary>A larger file is not read whole at start: it would take too long.</summary>
    private const long CheckedBytesMax = 64 * 1024 * 1024;

    private readonly string _path;
    private readonly FileStream _owner;
    private readonly SemaphoreSlim _readers = new(4);

    private SqliteFile(string path, FileStream owner)
    {
        _path = path;
        _owner = owner;
    }

    /// <summary>Opens and migrates; throws <see cref="StorageException"/> with one line where that cannot be.</summary>
    public static SqliteFile Open(StorageOptions options)
    {
        var file = new SqliteFile(options.File, Own(options));
        try
        {
            CreateForOwnerOnly(options.File);
            using var connection = file.Connect(SqliteOpenMode.ReadWriteCreate);
            Check(connection, options.File);
            Schema.Migrate(connection);
            return file;
        }
        catch (Exception e)
        {
            file.Dispose();
            if (e is not SqliteException sqlite) throw;
            throw new StorageException(Explain(options.File, sqlite), e);
        }
    }

    /// <summary>Callers' addresses and agents' digests are in it. SQLite gives its side files the same mode.</summary>
    private static void CreateForOwnerOnly(string path)
    {
        if (OperatingSystem.IsWindows() || File.Exists(path)) return;

        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly,
        };
        using var empty = new FileStream(path, options);
    }

    /// <param name="bytesMax">The size at which the file counts as full.</param>
    public SqliteConnection OpenWriter(long? bytesMax)
    {
        var connection = Connect(SqliteOpenMode.ReadWrite);
        if (bytesMax is null) return connection;

        var page = Convert.ToInt64(Schema.Scalar(connection, "PRAGMA page_size"), CultureInfo.InvariantCulture);
        Schema.Execute(connection, $"PRAGMA max_page_count = {Math.Max(1, bytesMax.Value / page)}");
        return connection;
    }

    /// <summary>Runs a query off the caller's thread on a connection of its own; a few run at once.</summary>
    public async Task<T> Read<T>(Func<SqliteConnection, T> query, CancellationToken cancellation)
    {
        await _readers.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => Query(query), cancellation).ConfigureAwait(false);
        }
        catch (SqliteException e)
        {
            throw new StorageUnavailableException($"stored calls cannot be read now: {Words(e)}", e);
        }
        finally
        {
            _readers.Release();
        }
    }

    public void Dispose()
    {
        SqliteConnection.ClearPool(new SqliteConnection(ConnectionString(SqliteOpenMode.ReadOnly)));
        _readers.Dispose();
        _owner.Dispose();
    }

    /// <summary>SQLite's words without the library's prefix.</summary>
    public static string Words(SqliteException e)
    {
        var from = e.Message.IndexOf('\'', StringComparison.Ordinal);
        return from < 0 ? e.Message : e.Message[from..].Trim('\'', '.', ' ');
    }

    private T Query<T>(Func<SqliteConnection, T> query)
    {
        using var connection = new SqliteConnection(ConnectionString(SqliteOpenMode.ReadOnly));
        connection.Open();
        return query(connection);
    }

    private SqliteConnection Connect(SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(ConnectionString(mode));
        try
        {
            connection.Open();
            Schema.Execute(connection, "PRAGMA journal_mode = WAL");
            Schema.Execute(connection, "PRAGMA synchronous = FULL");
            Schema.Execute(connection, "PRAGMA journal_size_limit = 67108864");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private string ConnectionString(SqliteOpenMode mode) => new SqliteConnectionStringBuilder
    {
        DataSource = _path,
        Mode = mode,
        Pooling = mode == SqliteOpenMode.ReadOnly,
        DefaultTimeout = 1,
    }.ToString();

    /// <summary>One process at a time: a second one would mark the first one's calls as lost.</summary>
    private static FileStream Own(StorageOptions options)
    {
        try
        {
            Directory.CreateDirectory(options.Directory);
            return new FileStream(options.File + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var why = e is UnauthorizedAccessException or DirectoryNotFoundException
                ? "cannot be written: " + e.Message.ReplaceLineEndings(" ")
                : "is in use by another process, or cannot be written: " + e.Message.ReplaceLineEndings(" ");
            throw new StorageException($"the data directory {options.Directory} {why}", e);
        }
    }

    private static void Check(SqliteConnection connection, string path)
    {
        if (new FileInfo(path).Length > CheckedBytesMax) return;

        var found = Convert.ToString(Schema.Scalar(connection, "PRAGMA quick_check(1)"), CultureInfo.InvariantCulture);
        if (found != "ok") throw new StorageException(Damaged(path, found ?? ""));
    }

    private static string Explain(string path, SqliteException e) => e.SqliteErrorCode switch
    {
        11 or 26 => Damaged(path, Words(e)),
        5 or 6 => $"the database {path} is locked by another process",
        13 => $"the disk of the database {path} is full",
        _ => $"the database {path} cannot be opened: {Words(e)}",
    };

    private static string Damaged(string path, string why) =>
        $"the database {path} is damaged ({why.ReplaceLineEndings(" ")}): "
        + "restore a copy, or move it away to start empty";
}
