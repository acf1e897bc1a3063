using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansAcd.Contracts.Storage;

namespace OrleansAcd.Silo;

/// <summary>Before anything runs: calls that were up when the process died are marked as lost.</summary>
internal sealed partial class Recovery(ICallStore calls, TimeProvider time, ILogger<Recovery> log) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var lost = await calls.MarkLost(time.GetUtcNow(), cancellationToken);
        if (lost > 0) LogLost(log, lost);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "{Calls} calls were up when the process ended; they are marked as lost")]
    private static partial void LogLost(ILogger log, int calls);
}
