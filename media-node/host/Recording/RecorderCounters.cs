namespace OrleansAcd.MediaNode.Recording;

/// <summary>What a node's recorder has counted since its start.</summary>
/// <param name="Active">Recordings that are being written.</param>
/// <param name="Finishing">Files that are being hashed and stored.</param>
/// <param name="PacketsLost">Found the ring full: gaps in files.</param>
/// <param name="SamplesDropped">Came too late, or from too far ahead.</param>
/// <param name="OrdersRefused">Beginnings and ends that found the recorder's queue full.</param>
/// <param name="Faults">Exceptions that nobody foresaw.</param>
internal readonly record struct RecorderCounters(
    long Active, long Finishing, long Segments, long Failures, long PacketsLost, long SamplesDropped,
    long OrdersRefused, long Faults)
{
    /// <summary>Files that stayed WAV since there was no room to make Opus of them.</summary>
    public long NotInOpus { get; init; }

    /// <summary>Complete files that the store has not taken; tried again and again.</summary>
    public long Unstored { get; init; }
}
