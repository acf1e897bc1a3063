using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Recordings;
using OrleansAcd.Recordings.Formats;
using OrleansAcd.Recordings.Stores;
using OrleansAcd.Streams;

namespace OrleansAcd.MediaNode.Recording;

/// <summary>After a crash: makes Opus of the pieces of recordings that are to be kept so, one after the other beside
/// the calls, and tells the calls of all that was put in order at this start. They are over by now, and still their
/// records and hash chains go on.</summary>
/// <remarks>What could not be made, stored or handed over is looked at again at the next start. A call knows a piece by
/// its numbers, so one that is told twice changes nothing.</remarks>
public sealed partial class RescuedSegments(RecordingSpool spool, IStreamBus bus, ILogger<RescuedSegments> log)
    : BackgroundService
{
    /// <summary>No node serves these calls any more.</summary>
    private const int NoEpoch = 0;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.Run(() => Rescue(stoppingToken), stoppingToken);

    private async Task Rescue(CancellationToken cancellation)
    {
        try
        {
            foreach (var facts in spool.Untold()) await Tell(facts, cancellation).ConfigureAwait(false);
            while (spool.TryTakeUnmade(out var facts)) await Complete(facts, cancellation).ConfigureAwait(false);
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

    /// <summary>One that fails keeps no other from its call.</summary>
    private async Task Complete(RecordingFacts facts, CancellationToken cancellation)
    {
        try
        {
            var kept = InOpus(facts, cancellation);
            var whole = await spool.Finish(kept, cancellation).ConfigureAwait(false);
            await Tell(whole, cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or RecordingStoreException)
        {
            LogNotTold(log, error.Message);
        }
    }

    /// <summary>Without libopus, or room for a second file, what was written is kept.</summary>
    private RecordingFacts InOpus(RecordingFacts facts, CancellationToken cancellation)
    {
        try
        {
            using var sound = WavFile.Open(Path.Combine(spool.Folder, facts.Name), out var frames);
            return sound is not null && OpusCopy.CanBeMade(sound.Format.Channels)
                ? OpusCopy.TakePlace(spool, sound, sound.Format, frames, facts, cancellation)
                : facts;
        }
        catch (IOException)
        {
            return facts;
        }
    }

    private async Task Tell(RecordingFacts facts, CancellationToken cancellation)
    {
        await bus.PublishAsync<MediaEvent>(MediaStreams.Events, SegmentEvents.Of(facts, NoEpoch, 0), cancellation)
            .ConfigureAwait(false);
        spool.Told(facts);
    }

    [LoggerMessage(
        LogLevel.Error, "calls could not be told of recordings that a crash left; tried again at the next start: {Reason}")]
    private static partial void LogNotTold(ILogger log, string reason);
}
