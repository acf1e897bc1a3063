namespace OrleansAcd.Audio.Detection;

/// <summary>A key that was heard in the audio and let go.</summary>
/// <param name="Start">Since the detector's beginning, within about 10 ms.</param>
/// <param name="Duration">Within about 10 ms.</param>
public readonly record struct DetectedKey(char Key, TimeSpan Start, TimeSpan Duration)
{
    /// <summary>Keys are secrets: they stand in no log.</summary>
    public override string ToString() => $"DetectedKey({Start}, {Duration})";
}
