using System.Collections.Immutable;
using OrleansAcd.Contracts;
using OrleansAcd.MediaCore;
using OrleansAcd.Recordings;
using OrleansAcd.Recordings.Formats;

namespace OrleansAcd.MediaNode.Recording;

/// <summary>What a piece of a recording will be: its file, when it begins, who is in it.</summary>
/// <param name="Channels">The feed's numbers of the legs' channels, in the same order.</param>
internal sealed record SegmentPlan(
    RecordingName Name, DateTimeOffset StartedAt, Instant Begin, int SampleRateHz, ImmutableArray<LegId> Legs,
    ImmutableArray<int> Channels)
{
    /// <summary>Once it is complete Opus is made of it; else it stays as it is.</summary>
    public bool IsKeptAsOpus { get; init; }

    public WavFormat Format => new(Legs.Length, SampleRateHz);

    public RecordingFacts Facts() => new(
        Name.ToString(), Name.Call, Name.Recording, Name.Segment, StartedAt, TimeSpan.Zero,
        [.. Legs.Select(leg => leg.Value)], [], SampleRateHz, 0, "")
    {
        IsKeptAsOpus = IsKeptAsOpus,
    };
}
