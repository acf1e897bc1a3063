using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansAcd.Contracts.Views;
using OrleansAcd.Recordings.Stores;

namespace OrleansAcd.Recordings;

/// <summary>Recordings as a part of a process: what a crash left is put in order before anything is recorded; uploads
/// and retention run beside the calls.</summary>
public sealed partial class RecordingsService(
    RecordingOptions options, RecordingSpool spool, IRecordingStore store, TimeProvider time,
    ILogger<RecordingsService> log) : IHostedService, ISystemPart, IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromDays(1);
    private static readonly TimeSpan RetryPeriod = TimeSpan.FromMinutes(10);

    private readonly CancellationTokenSource _stop = new();
    private Task _sweeping = Task.CompletedTask;
    private long _recovered;
    private long _expired;
    private string? _trouble;

    public string Name => "recordings";

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await Recover(cancellationToken).ConfigureAwait(false);
        if (store is UploadingStore uploading) uploading.Start();
        if (options.RetentionDays is { } days) _sweeping = SweepDaily(days);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _sweeping.ConfigureAwait(false);
    }

    public Task<SystemPartView> Read(CancellationToken cancellation)
    {
        var uploading = store as UploadingStore;
        var counters = new Dictionary<string, long>(StringComparer.Ordinal)
        {
            ["recovered"] = Volatile.Read(ref _recovered),
            ["expired"] = Volatile.Read(ref _expired),
            ["uploaded"] = uploading?.Uploaded ?? 0,
            ["uploadFailures"] = uploading?.Failures ?? 0,
        };
        return Task.FromResult(new SystemPartView(counters, uploading?.Trouble ?? Volatile.Read(ref _trouble)));
    }

    public ValueTask DisposeAsync()
    {
        _stop.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>What cannot be put in order now stays, and calls are taken all the same.</summary>
    private async Task Recover(CancellationToken cancellation)
    {
        try
        {
            var recovered = await spool.Recover(cancellation).ConfigureAwait(false);
            var files = recovered.Count + spool.UnmadeCount;
            Volatile.Write(ref _recovered, files);
            if (files > 0) LogRecovered(log, files);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or RecordingStoreException)
        {
            Volatile.Write(ref _trouble, error.Message);
            LogNotRecovered(log, error.Message);
        }
    }

    private async Task SweepDaily(int days)
    {
        while (!_stop.IsCancellationRequested)
        {
            var wait = await Sweep(days).ConfigureAwait(false) ? Period : RetryPeriod;
            await Task.Delay(wait, time, _stop.Token).ContinueWith(
                static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default)
                .ConfigureAwait(false);
        }
    }

    private async Task<bool> Sweep(int days)
    {
        try
        {
            var keepFrom = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime).AddDays(-days);
            var deleted = await RecordingRetention.Sweep(store, keepFrom, _stop.Token).ConfigureAwait(false);
            Interlocked.Add(ref _expired, deleted);
            if (deleted > 0) LogExpired(log, deleted, days);
            return true;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
        catch (RecordingStoreException error)
        {
            LogNotSwept(log, error.Message);
            return false;
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "{Files} recordings that a crash left were put in order")]
    private static partial void LogRecovered(ILogger log, int files);

    [LoggerMessage(2, LogLevel.Error, "recordings that a crash left could not be put in order: {Reason}")]
    private static partial void LogNotRecovered(ILogger log, string reason);

    [LoggerMessage(3, LogLevel.Information, "{Files} recordings older than {Days} days were deleted")]
    private static partial void LogExpired(ILogger log, int files, int days);

    [LoggerMessage(4, LogLevel.Warning, "old recordings could not be deleted: {Reason}")]
    private static partial void LogNotSwept(ILogger log, string reason);
}
