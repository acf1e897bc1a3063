using Microsoft.Extensions.Logging;

namespace OrleansAcd.Storage;

/// <summary>Deletes calls that ended before the retention time, a few in each commit, so that nobody waits for
/// it.</summary>
internal sealed partial class Retention : IDisposable
{
    private const int BatchCalls = 200;
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(10);

    private readonly GroupCommitWriter _writer;
    private readonly TimeSpan _keep;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private int _running;

    public Retention(GroupCommitWriter writer, TimeSpan keep, TimeProvider time, ILogger logger)
    {
        _writer = writer;
        _keep = keep;
        _time = time;
        _logger = logger;
        _timer = time.CreateTimer(_ => _ = Sweep(), null, TimeSpan.Zero, Period);
    }

    /// <summary>Deletes all that is due; how many calls. A sweep that is running already goes on alone.</summary>
    public async Task<int> Sweep()
    {
        if (Interlocked.Exchange(ref _running, 1) == 1) return 0;

        var deleted = 0;
        RetentionWrite write;
        do
        {
            write = new RetentionWrite(_time.GetUtcNow() - _keep, BatchCalls);
            if (!await _writer.Write(write).ConfigureAwait(false)) break;
            deleted += write.Deleted;
        }
        while (write.Deleted == BatchCalls);

        Volatile.Write(ref _running, 0);
        if (deleted > 0) LogDeleted(_logger, deleted);
        return deleted;
    }

    public void Dispose() => _timer.Dispose();

    [LoggerMessage(11, LogLevel.Information, "Storage: {Calls} calls older than the retention time were deleted")]
    private static partial void LogDeleted(ILogger logger, int calls);
}
