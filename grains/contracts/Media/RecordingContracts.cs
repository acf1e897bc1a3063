using System.Collections.Immutable;
using Orleans;

namespace OrleansAcd.Contracts.Media;

/// <summary>Records every party of the call from now on, one channel a party; goes on while parties come and
/// go.</summary>
/// <remarks>Told by RecordingSegment: a segment ends when the parties change, at a stop, or at the end of the call. The
/// call has one recording at a time; a second Record of the same id changes nothing.</remarks>
/// <param name="Recording">Chosen by the Call grain: counts the call's recordings from 1.</param>
[GenerateSerializer, Immutable, Alias("acd.Record")]
public sealed record Record(
    CallId Call, int Epoch, long Sequence, int Recording, RecordingFormat Format, string? SipRecServer)
    : MediaCommand(Call, Epoch, Sequence);

/// <summary>Pauses (card data) or resumes: while paused nothing is stored, time goes on, and the gap is
/// marked.</summary>
[GenerateSerializer, Immutable, Alias("acd.PauseRecord")]
public sealed record PauseRecord(CallId Call, int Epoch, long Sequence, int Recording, bool Paused)
    : MediaCommand(Call, Epoch, Sequence);

[GenerateSerializer, Immutable, Alias("acd.StopRecord")]
public sealed record StopRecord(CallId Call, int Epoch, long Sequence, int Recording)
    : MediaCommand(Call, Epoch, Sequence);

/// <summary>What a recording is stored as.</summary>
public enum RecordingFormat
{
    /// <summary>16-bit linear PCM, 8 or 16 kHz as the best codec of its parties.</summary>
    Wav,

    /// <summary>Opus in Ogg (RFC 7845), where libopus is there; else WAV.</summary>
    Opus,
}

/// <summary>A piece of a recording is complete on disk.</summary>
/// <param name="Segment">Counts the pieces of the recording from 1.</param>
/// <param name="Name">The file's name in the store: day, call, recording and segment; no caller's data.</param>
/// <param name="Channels">The legs, in the file's channel order.</param>
/// <param name="Gaps">What is missing inside: pauses, and what storage was too slow for.</param>
/// <param name="Sha256">Of the file, lower-case hex.</param>
[GenerateSerializer, Immutable, Alias("acd.RecordingSegment")]
public sealed record RecordingSegment(
    CallId Call, int Epoch, long Sequence, int Recording, int Segment, string Name, DateTimeOffset StartedAt,
    TimeSpan Duration, ImmutableArray<LegId> Channels, ImmutableArray<RecordingGap> Gaps, long Bytes, string Sha256)
    : MediaEvent(Call, Epoch, Sequence)
{
    /// <summary>The process that wrote it died; the file was put in order at the next start.</summary>
    [Id(0)]
    public bool Recovered { get; init; }
}

/// <summary>A recording could not be begun or went wrong; the call goes on without it.</summary>
[GenerateSerializer, Immutable, Alias("acd.RecordingFailed")]
public sealed record RecordingFailed(CallId Call, int Epoch, long Sequence, int Recording, string Reason)
    : MediaEvent(Call, Epoch, Sequence);

/// <summary>A part of a segment that holds silence in place of what was said.</summary>
/// <param name="At">From the segment's beginning.</param>
[GenerateSerializer, Immutable, Alias("acd.RecordingGap")]
public readonly record struct RecordingGap(
    [property: Id(0)] TimeSpan At, [property: Id(1)] TimeSpan Duration, [property: Id(2)] RecordingGapReason Reason);

public enum RecordingGapReason
{
    /// <summary>Paused on purpose.</summary>
    Pause,

    /// <summary>Storage was too slow or full.</summary>
    Storage,
}
