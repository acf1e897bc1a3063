using System.Collections.Immutable;
using OrleansAcd.Contracts;
using OrleansAcd.MediaCore;
using OrleansAcd.Recordings;

namespace OrleansAcd.MediaNode.Recording;

/// <summary>What a piece of a recording will be: its file, when it begins, who is in it.</summary>
/// <param name="Channels">The feed's numbers of the legs' channels, in the same order.</param>
internal sealed record SegmentPlan(
    RecordingName Name, DateTimeOffset StartedAt, Instant Begin, int SampleRateHz, ImmutableArray<LegId> Legs,
    ImmutableArray<int> Channels)
{
    public RecordingFacts Facts() => new(
        Name.ToString(), Name.Call, Name.Recording, Name.Segment, StartedAt, TimeSpan.Zero,
        [.. Legs.Select(leg => leg.Value)], [], SampleRateHz, 0, "");
}
