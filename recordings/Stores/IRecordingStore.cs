using OrleansAcd.Contracts;

namespace OrleansAcd.Recordings.Stores;

/// <summary>Where finished recordings are kept.</summary>
/// <remarks>Any thread. What cannot be reached throws <see cref="RecordingStoreException"/>, and nothing else.</remarks>
public interface IRecordingStore
{
    /// <summary>Takes a finished file over: it is in the store afterwards, and no longer where it was.</summary>
    /// <remarks>The same again changes nothing, so it may be repeated.</remarks>
    Task Put(string file, RecordingFacts facts, CancellationToken cancellation);

    /// <summary>Recordings in the order of their names, which is that of time.</summary>
    /// <param name="after">Names behind this one only; null: from the first.</param>
    Task<IReadOnlyList<StoredRecording>> List(
        RecordingFilter filter, string? after, int limit, CancellationToken cancellation);

    /// <summary>Null where there is none.</summary>
    Task<RecordingFacts?> Find(RecordingName name, CancellationToken cancellation);

    /// <summary>A part of a file's bytes; null where there is none.</summary>
    /// <param name="offset">Less than the file's length.</param>
    Task<Stream?> Open(RecordingName name, long offset, long length, CancellationToken cancellation);

    /// <summary>Whether there was one.</summary>
    Task<bool> Delete(RecordingName name, CancellationToken cancellation);
}

/// <summary>A recording in a list.</summary>
public sealed record StoredRecording(RecordingName Name, long Bytes);

/// <summary>Which recordings are wanted; null: all.</summary>
/// <param name="Day">Of the call's beginning, UTC.</param>
public sealed record RecordingFilter(CallId? Call = null, DateOnly? Day = null)
{
    public static readonly RecordingFilter All = new();

    /// <summary>The day to look at: the one asked for, or the one that the call's id tells; null: all days.</summary>
    public DateOnly? OnlyDay => Day ?? (Call is { } call ? CallDay.Of(call) : null);

    /// <summary>What all wanted names begin with; empty when that cannot be said.</summary>
    public string Prefix => OnlyDay is { } day ? RecordingName.Prefix(day, Call) : "";

    public bool Takes(RecordingName name) =>
        (Call is not { } call || name.Call == call) && (Day is not { } day || name.Day == day);
}

/// <summary>The store cannot be reached, or refuses.</summary>
public sealed class RecordingStoreException : Exception
{
    public RecordingStoreException()
    {
    }

    public RecordingStoreException(string message)
        : base(message)
    {
    }

    public RecordingStoreException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
