namespace OrleansAcd.Recordings.Stores;

/// <summary>A folder in which recordings wait for a store further away: taken at once, uploaded in the background,
/// found in either.</summary>
/// <remarks>What waits is the folder itself, so a restart forgets nothing. What cannot be uploaded rests, longer each
/// time, and is never given up.</remarks>
public sealed class UploadingStore : IRecordingStore, IAsyncDisposable
{
    /// <summary>Looked at in one round.</summary>
    private const int BatchMax = 200;

    /// <summary>So many failures one after the other are the store's, not a file's.</summary>
    private const int FailuresPerRoundMax = 3;

    private enum UploadFate
    {
        Done,

        /// <summary>The store's doing.</summary>
        Refused,

        /// <summary>The file's own.</summary>
        Broken,
    }

    private readonly DirectoryStore _waiting;
    private readonly IRecordingStore _remote;
    private readonly S3Options _options;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _news = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private Task _uploading = Task.CompletedTask;
    private RecordingName? _onTheWay;
    private bool _isOnTheWayDeleted;
    private long _uploaded;
    private long _failures;

    public UploadingStore(DirectoryStore waiting, IRecordingStore remote, S3Options options, TimeProvider time) =>
        (_waiting, _remote, _options, _time) = (waiting, remote, options, time);

    public long Uploaded => Volatile.Read(ref _uploaded);

    public long Failures => Volatile.Read(ref _failures);

    /// <summary>Why uploads fail now; null: they do not.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Begins to upload, with what lies there.</summary>
    public void Start() => _uploading = Run();

    public async Task Put(string file, RecordingFacts facts, CancellationToken cancellation)
    {
        await _waiting.Put(file, facts, cancellation).ConfigureAwait(false);
        lock (_gate)
        {
            // One at a time: two that find it empty would both fill it.
            if (_news.CurrentCount == 0) _news.Release();
        }
    }

    /// <remarks>Both lists are in order, so is what comes of them.</remarks>
    public async Task<IReadOnlyList<StoredRecording>> List(
        RecordingFilter filter, string? after, int limit, CancellationToken cancellation)
    {
        // What is uploaded in between is then in both lists, never in none.
        var here = await _waiting.List(filter, after, limit, cancellation).ConfigureAwait(false);
        var there = await _remote.List(filter, after, limit, cancellation).ConfigureAwait(false);
        return
        [
            .. here.Concat(there).DistinctBy(found => found.Name)
                .OrderBy(found => found.Name.ToString(), StringComparer.Ordinal).Take(limit),
        ];
    }

    public async Task<RecordingFacts?> Find(RecordingName name, CancellationToken cancellation) =>
        await _waiting.Find(name, cancellation).ConfigureAwait(false)
        ?? await _remote.Find(name, cancellation).ConfigureAwait(false);

    public async Task<Stream?> Open(RecordingName name, long offset, long length, CancellationToken cancellation) =>
        await _waiting.Open(name, offset, length, cancellation).ConfigureAwait(false)
        ?? await _remote.Open(name, offset, length, cancellation).ConfigureAwait(false);

    public async Task<bool> Delete(RecordingName name, CancellationToken cancellation)
    {
        // An upload that is under way would bring it back: it then deletes what it has uploaded.
        lock (_gate) _isOnTheWayDeleted |= _onTheWay == name;
        var wasHere = await _waiting.Delete(name, cancellation).ConfigureAwait(false);
        return await _remote.Delete(name, cancellation).ConfigureAwait(false) || wasHere;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _uploading.ConfigureAwait(false);
        _stop.Dispose();
        _news.Dispose();
        (_remote as IDisposable)?.Dispose();
    }

    private async Task Run()
    {
        var rest = _options.RetryMin;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (await UploadAll().ConfigureAwait(false))
                {
                    rest = _options.RetryMin;
                    await _news.WaitAsync(_stop.Token).ConfigureAwait(false);
                    continue;
                }

                await Task.Delay(rest, _time, _stop.Token).ConfigureAwait(false);
                rest = rest * 2 < _options.RetryMax ? rest * 2 : _options.RetryMax;
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <returns>Whether nothing is left to upload.</returns>
    private async Task<bool> UploadAll()
    {
        var (after, failed, inRow) = ((string?)null, 0, 0);
        while (true)
        {
            var batch = await ListWaiting(after).ConfigureAwait(false);
            if (batch is null) return false;
            if (batch.Count == 0) return failed == 0;

            foreach (var one in batch)
            {
                var fate = await TryUpload(one.Name).ConfigureAwait(false);
                if (fate != UploadFate.Done) failed++;
                inRow = fate == UploadFate.Refused ? inRow + 1 : fate == UploadFate.Done ? 0 : inRow;
                if (inRow == FailuresPerRoundMax) return false;
                after = one.Name.ToString();
            }
        }
    }

    private async Task<IReadOnlyList<StoredRecording>?> ListWaiting(string? after)
    {
        try
        {
            return await _waiting.List(RecordingFilter.All, after, BatchMax, _stop.Token).ConfigureAwait(false);
        }
        catch (RecordingStoreException error)
        {
            Failed(error);
            return null;
        }
    }

    private async Task<UploadFate> TryUpload(RecordingName name)
    {
        try
        {
            if (await _waiting.Find(name, _stop.Token).ConfigureAwait(false) is not { } facts)
            {
                // Deleted while it was its turn, or it is the file that is broken: others are uploaded all the same.
                if (!File.Exists(_waiting.PathOf(name))) return UploadFate.Done;

                Failed(new RecordingStoreException($"{name} has no facts beside it"));
                return UploadFate.Broken;
            }

            await Upload(name, facts).ConfigureAwait(false);
            Interlocked.Increment(ref _uploaded);
            Trouble = null;
            return UploadFate.Done;
        }
        catch (RecordingStoreException error)
        {
            // Deleted while it was its turn: nothing is left to do.
            if (!File.Exists(_waiting.PathOf(name))) return UploadFate.Done;

            Failed(error);
            return UploadFate.Refused;
        }
    }

    private async Task Upload(RecordingName name, RecordingFacts facts)
    {
        lock (_gate) (_onTheWay, _isOnTheWayDeleted) = (name, false);
        try
        {
            await _remote.Put(_waiting.PathOf(name), facts, _stop.Token).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate) _onTheWay = null;
            if (_isOnTheWayDeleted) await _remote.Delete(name, _stop.Token).ConfigureAwait(false);
        }

        await _waiting.Delete(name, _stop.Token).ConfigureAwait(false);
    }

    private void Failed(RecordingStoreException error)
    {
        Interlocked.Increment(ref _failures);
        Trouble = error.Message;
    }
}
