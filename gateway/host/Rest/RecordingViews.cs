using OrleansAcd.Contracts.Media;
using OrleansAcd.Recordings;
using OrleansAcd.Recordings.Stores;

namespace OrleansAcd.Gateway.Rest;

/// <summary>A recorded file in a list.</summary>
/// <param name="Day">On which the call began, UTC.</param>
public sealed record RecordingItem(
    string Name, string Call, DateOnly Day, int Recording, int Segment, string Format, long Bytes)
{
    internal static RecordingItem Of(StoredRecording stored) => new(
        stored.Name.ToString(), stored.Name.Call.Value, stored.Name.Day, stored.Name.Recording, stored.Name.Segment,
        stored.Name.Extension, stored.Bytes);
}

/// <summary>All that is known of a recorded file.</summary>
/// <param name="Channels">The legs, in the file's channel order.</param>
/// <param name="Gaps">Where silence stands in place of what was said.</param>
/// <param name="Recovered">The process that wrote it died in the middle.</param>
public sealed record RecordingDetail(
    string Name, string Call, int Recording, int Segment, DateTimeOffset StartedAt, TimeSpan Duration,
    IReadOnlyList<int> Channels, IReadOnlyList<RecordingGap> Gaps, int SampleRateHz, long Bytes, string Sha256,
    bool Recovered)
{
    internal static RecordingDetail Of(RecordingFacts facts) => new(
        facts.Name, facts.Call.Value, facts.Recording, facts.Segment, facts.StartedAt, facts.Duration,
        [.. facts.Channels], [.. facts.Gaps], facts.SampleRateHz, facts.Bytes, facts.Sha256, facts.Recovered);
}
