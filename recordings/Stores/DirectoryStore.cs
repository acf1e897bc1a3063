using OrleansAcd.Recordings.Formats;

namespace OrleansAcd.Recordings.Stores;

/// <summary>Recordings in a directory: a folder a day, each file with its facts beside it.</summary>
/// <remarks>A file comes whole, by renaming, and is on the disk before it is there. Only names of ours are ever joined
/// to a path.</remarks>
public sealed class DirectoryStore(string root) : IRecordingStore
{
    private const string FactsSuffix = ".json";

    public string Root { get; } = Path.GetFullPath(root);

    public Task Put(string file, RecordingFacts facts, CancellationToken cancellation) => Guarded(() =>
    {
        var path = PathOf(Parse(facts.Name));
        if (File.Exists(path) && !File.Exists(file)) return;

        var folder = Path.GetDirectoryName(path)!;
        OwnFile.MakeFolder(folder);
        OwnFile.Replace(path + FactsSuffix, facts.ToBytes());
        File.Move(file, path, overwrite: true);
        OwnFile.SyncFolder(folder);
        OwnFile.SyncFolder(Root);
    });

    public Task<IReadOnlyList<StoredRecording>> List(
        RecordingFilter filter, string? after, int limit, CancellationToken cancellation) => Guarded(() =>
    {
        var found = new List<StoredRecording>();
        foreach (var day in Days(filter, after))
        {
            if (found.Count < limit) AddFrom(day, filter, after, limit, found, cancellation);
        }

        return (IReadOnlyList<StoredRecording>)found;
    });

    public Task<RecordingFacts?> Find(RecordingName name, CancellationToken cancellation) => Guarded(() =>
    {
        var path = PathOf(name);
        var facts = new FileInfo(path + FactsSuffix);
        if (!File.Exists(path) || !facts.Exists || facts.Length > RecordingFacts.BytesMax) return null;

        return RecordingFacts.TryRead(File.ReadAllBytes(facts.FullName));
    });

    public Task<Stream?> Open(RecordingName name, long offset, long length, CancellationToken cancellation) =>
        Guarded(() =>
        {
            var path = PathOf(name);
            if (!File.Exists(path)) return null;

            var file = new FileStream(path, new FileStreamOptions
            {
                Share = FileShare.ReadWrite | FileShare.Delete,
                Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
            });
            file.Position = offset;
            return (Stream?)new BoundedStream(file, length);
        });

    public Task<bool> Delete(RecordingName name, CancellationToken cancellation) => Guarded(() =>
    {
        var path = PathOf(name);
        var wasThere = File.Exists(path);
        DeleteIn(path);
        DeleteIn(path + FactsSuffix);
        RemoveEmptyDay(Path.GetDirectoryName(path)!);
        return wasThere;
    });

    public string PathOf(RecordingName name) => Path.Combine(Root, RecordingName.TextOf(name.Day), name.ToString());

    private static RecordingName Parse(string name) => RecordingName.TryParse(name, out var parsed)
        ? parsed
        : throw new RecordingStoreException($"'{name}' is no recording's name");

    private static void DeleteIn(string path)
    {
        if (File.Exists(path)) File.Delete(path);
    }

    private static void RemoveEmptyDay(string folder)
    {
        if (!Directory.Exists(folder) || Directory.EnumerateFileSystemEntries(folder).Any()) return;

        try
        {
            Directory.Delete(folder);
        }
        catch (IOException)
        {
            // Somebody has just put a file there.
        }
    }

    private IEnumerable<string> Days(RecordingFilter filter, string? after)
    {
        if (filter.OnlyDay is { } only) return [RecordingName.TextOf(only)];
        if (!Directory.Exists(Root)) return [];

        var first = after is { Length: >= 8 } ? after[..8] : "";
        return Directory.EnumerateDirectories(Root).Select(folder => Path.GetFileName(folder))
            .Where(day => RecordingName.TryParseDay(day, out _) && string.CompareOrdinal(day, first) >= 0)
            .Order(StringComparer.Ordinal);
    }

    private void AddFrom(
        string day, RecordingFilter filter, string? after, int limit, List<StoredRecording> found,
        CancellationToken cancellation)
    {
        var folder = new DirectoryInfo(Path.Combine(Root, day));
        if (!folder.Exists) return;

        foreach (var file in folder.EnumerateFiles().OrderBy(file => file.Name, StringComparer.Ordinal))
        {
            cancellation.ThrowIfCancellationRequested();
            if (found.Count == limit) return;
            if (after is not null && string.CompareOrdinal(file.Name, after) <= 0) continue;
            if (!RecordingName.TryParse(file.Name, out var name) || !filter.Takes(name)) continue;

            found.Add(new StoredRecording(name, file.Length));
        }
    }

    private static Task Guarded(Action act) => Guarded<object?>(() =>
    {
        act();
        return null;
    });

    /// <summary>File systems have no asynchronous names: it runs on the caller's thread, or fails as a task.</summary>
    private static Task<T> Guarded<T>(Func<T> act)
    {
        try
        {
            return Task.FromResult(act());
        }
        catch (OperationCanceledException stopped)
        {
            return Task.FromCanceled<T>(stopped.CancellationToken);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Task.FromException<T>(new RecordingStoreException(error.Message, error));
        }
    }
}
