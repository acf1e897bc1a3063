using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Recordings;

namespace OrleansAcd.MediaNode.Recording;

/// <summary>What a call is told of a file in the store.</summary>
internal static class SegmentEvents
{
    public static RecordingSegment Of(RecordingFacts facts, int epoch, long sequence) => new(
        facts.Call, epoch, sequence, facts.Recording, facts.Segment, facts.Name, facts.StartedAt, facts.Duration,
        [.. facts.Channels.Select(leg => new LegId(leg))], facts.Gaps, facts.Bytes, facts.Sha256)
    {
        Recovered = facts.Recovered,
    };
}
