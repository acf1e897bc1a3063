using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace OrleansAcd.Storage;

/// <summary>The one writer: a thread that commits all pending writes of all calls in one transaction (design section
/// 8).</summary>
/// <remarks>When the database refuses (locked, full, failing), those who wait are told "not durable" at once and go on;
/// their writes stay in order in a bounded backlog and are tried again with growing pauses.</remarks>
internal sealed partial class GroupCommitWriter : IDisposable
{
    private readonly object _gate = new();
    private readonly LinkedList<PendingWrite> _pending = new();
    private readonly StorageOptions _options;
    private readonly ILogger _logger;
    private readonly Transactions _transactions;
    private readonly Thread _thread;
    private readonly Timer _watch;
    private int _taken;
    private long _bytes;
    private long _dropped;
    private long _commits;
    private long _written;
    private long _commitStarted;
    private string? _trouble;
    private bool _stopping;

    public GroupCommitWriter(SqliteConnection connection, StorageOptions options, ILogger logger)
    {
        _options = options;
        _logger = logger;
        _transactions = new Transactions(connection, options.BusyTimeout);
        _thread = new Thread(Run) { IsBackground = true, Name = "storage" };
        _thread.Start();
        var period = options.StallTimeout / 4;
        _watch = new Timer(_ => WatchForStall(), null, period, period);
    }

    public StorageStatus Status
    {
        get
        {
            lock (_gate) return new StorageStatus(_trouble, Backlog, _bytes, _dropped, _commits, _written);
        }
    }

    /// <summary>Writes that are not on disk, those that are being tried included. Under the gate.</summary>
    private int Backlog => _pending.Count + _taken;

    /// <summary>Takes a write; its task ends when it is durable, or at once while it cannot be.</summary>
    public Task<bool> Write(PendingWrite write)
    {
        lock (_gate)
        {
            if (_stopping || _bytes + write.Bytes > _options.BacklogBytesMax)
            {
                _dropped++;
                write.Answer(false);
                return write.Durable;
            }

            _pending.AddLast(write);
            _bytes += write.Bytes;
            if (_trouble is not null) write.Answer(false);
            else Monitor.Pulse(_gate);
        }

        return write.Durable;
    }

    /// <summary>Writes what is pending, within the flush time-out, and ends the thread.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_stopping) return;
            _stopping = true;
            Monitor.PulseAll(_gate);
        }

        var ended = _thread.Join(_options.FlushTimeout);
        _watch.Dispose();
        lock (_gate)
        {
            if (Backlog > 0) LogLost(_logger, Backlog, _trouble ?? "stopped");
            foreach (var write in _pending) write.Answer(false);
        }

        if (ended) _transactions.Dispose();
    }

    private void Run()
    {
        var pause = _options.RetryDelayMin;
        while (Take() is { } batch)
        {
            var trouble = Commit(batch);
            if (trouble is null)
            {
                pause = _options.RetryDelayMin;
                continue;
            }

            GiveBack(batch, trouble);
            if (!Pause(pause)) return;
            pause = pause * 2 < _options.RetryDelayMax ? pause * 2 : _options.RetryDelayMax;
        }
    }

    /// <summary>The next batch, waiting for one; null: stopped and nothing left.</summary>
    private List<PendingWrite>? Take()
    {
        lock (_gate)
        {
            while (_pending.Count == 0)
            {
                if (_stopping) return null;
                Monitor.Wait(_gate);
            }

            var batch = new List<PendingWrite>(Math.Min(_pending.Count, _options.BatchMax));
            while (batch.Count < _options.BatchMax && _pending.First is { } first)
            {
                batch.Add(first.Value);
                _pending.RemoveFirst();
            }

            _taken = batch.Count;
            return batch;
        }
    }

    /// <summary>Null when the batch is durable, else why it is not.</summary>
    private string? Commit(List<PendingWrite> batch)
    {
        Volatile.Write(ref _commitStarted, Stopwatch.GetTimestamp());
        var result = _transactions.Commit(batch);
        Volatile.Write(ref _commitStarted, 0);
        if (result.Trouble is not null) return result.Trouble;

        foreach (var (_, why) in result.Refused) LogRefused(_logger, why);
        lock (_gate)
        {
            if (_trouble is not null) LogRecovered(_logger, Backlog);
            (_trouble, _taken) = (null, 0);
            _commits++;
            _written += batch.Count - result.Refused.Count;
            _dropped += result.Refused.Count;
            _bytes -= batch.Sum(w => (long)w.Bytes);
        }

        foreach (var (write, _) in result.Refused) write.Answer(false);
        foreach (var write in batch) write.Committed();
        return null;
    }

    private void GiveBack(List<PendingWrite> batch, string trouble)
    {
        lock (_gate)
        {
            for (var i = batch.Count - 1; i >= 0; i--) _pending.AddFirst(batch[i]);
            _taken = 0;
            Degrade(trouble);
        }
    }

    /// <summary>Waits before the next attempt; false: stopping, and the attempt just made was the last one.</summary>
    private bool Pause(TimeSpan pause)
    {
        lock (_gate)
        {
            if (_stopping) return false;
            Monitor.Wait(_gate, pause);
            return true;
        }
    }

    /// <summary>A disk that hangs holds nobody up: those who wait for its commit go on without it.</summary>
    private void WatchForStall()
    {
        var started = Volatile.Read(ref _commitStarted);
        if (started == 0 || Stopwatch.GetElapsedTime(started) < _options.StallTimeout) return;

        lock (_gate) Degrade("the disk does not answer");
        _transactions.AnswerCurrent();
    }

    private void Degrade(string trouble)
    {
        if (_trouble is null) LogTrouble(_logger, trouble);
        _trouble = trouble;
        foreach (var write in _pending) write.Answer(false);
    }

    [LoggerMessage(1, LogLevel.Error, "Storage: {Trouble}; calls go on, records are kept in memory and tried again")]
    private static partial void LogTrouble(ILogger logger, string trouble);

    [LoggerMessage(2, LogLevel.Information, "Storage: writes again; {Writes} were waiting")]
    private static partial void LogRecovered(ILogger logger, int writes);

    [LoggerMessage(3, LogLevel.Error, "Storage: a write was refused and dropped: {Why}")]
    private static partial void LogRefused(ILogger logger, string why);

    [LoggerMessage(4, LogLevel.Error, "Storage: stopped with {Writes} writes not on disk: {Why}")]
    private static partial void LogLost(ILogger logger, int writes, string why);
}
