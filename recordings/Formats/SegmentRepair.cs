namespace OrleansAcd.Recordings.Formats;

/// <summary>What a recorded file holds, after it has been put in order.</summary>
public readonly record struct RepairedSound(int Channels, int SampleRateHz, long Frames);

/// <summary>Puts a file in order that a process left in the middle of writing.</summary>
public static class SegmentRepair
{
    /// <returns>Null when it holds no sound.</returns>
    public static RepairedSound? Repair(string path, string extension) => extension switch
    {
        RecordingName.Wav when WavRepair.Repair(path) is { } wav =>
            new RepairedSound(wav.Format.Channels, wav.Format.SampleRateHz, wav.Frames),
        RecordingName.Opus => OggRepair.Repair(path),
        _ => null,
    };
}
