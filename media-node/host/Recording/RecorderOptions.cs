using OrleansAcd.Recordings;
using OrleansAcd.Recordings.Formats;

namespace OrleansAcd.MediaNode.Recording;

/// <summary>How a node records.</summary>
/// <param name="Spool">Where files are written.</param>
public sealed record RecorderOptions(RecordingSpool Spool)
{
    /// <summary>Packets between a media loop and the disk, in bytes; 4 MiB are two seconds of 100 calls of
    /// G.711.</summary>
    public int RingBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>The header of a file is never older than this and <see cref="SegmentWriter.HoldBack"/>
    /// together.</summary>
    public TimeSpan FlushPeriod { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>A longer segment is cut, and the next one goes on.</summary>
    public TimeSpan SegmentMax { get; init; } = TimeSpan.FromHours(1);

    /// <summary>So long the others go on in the same segment after a party has left: mostly the call ends
    /// then.</summary>
    public TimeSpan LeaveLinger { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A file that the store has not taken is offered again after so long.</summary>
    public TimeSpan StoreRetryPeriod { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Makes the file that a segment is written into.</summary>
    public Func<string, WavFormat, ISegmentFile> CreateWav { get; init; } = WavFile.Create;
}
