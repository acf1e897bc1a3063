using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Recordings;
using OrleansAcd.Streams;

namespace OrleansAcd.MediaNode.Recording;

/// <summary>After a crash: tells the calls of the pieces of their recordings that were put in order at this start. They
/// are over by now, and still their records and hash chains go on.</summary>
/// <remarks>What could not be handed over is told at the next start. A call knows a piece by its numbers, so one that
/// is told twice changes nothing.</remarks>
public sealed partial class RescuedSegments(RecordingSpool spool, IStreamBus bus, ILogger<RescuedSegments> log)
    : BackgroundService
{
    /// <summary>No node serves these calls any more.</summary>
    private const int NoEpoch = 0;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            foreach (var facts in spool.Untold())
            {
                await bus.PublishAsync<MediaEvent>(
                    MediaStreams.Events, SegmentEvents.Of(facts, NoEpoch, 0), stoppingToken).ConfigureAwait(false);
                spool.Told(facts);
            }
        }
        catch (OperationCanceledException)
        {
            // The process ends; the rest is told at the next start.
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or StreamFullException)
        {
            LogNotTold(log, error.Message);
        }
    }

    [LoggerMessage(
        LogLevel.Error, "calls could not be told of recordings that a crash left; tried again at the next start: {Reason}")]
    private static partial void LogNotTold(ILogger log, string reason);
}
