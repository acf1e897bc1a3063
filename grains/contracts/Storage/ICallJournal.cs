using System.Collections.Immutable;
using OrleansAcd.Contracts.Views;

namespace OrleansAcd.Contracts.Storage;

/// <summary>The journal: per call an append-only list of what happened and was decided (design section 8).</summary>
public interface ICallJournal
{
    /// <summary>Appends one call's entries; completes when they are durable. Many calls share one commit.</summary>
    /// <remarks>Never fails for want of disk: then it completes at once with false, the entries are kept in memory
    /// (bounded, drops counted) and written when storage is back, so that a call that is up goes on.</remarks>
    ValueTask<bool> Append(CallId call, ImmutableArray<JournalEntry> entries);

    /// <summary>Writes the ended call's record with its last entries.</summary>
    ValueTask<bool> Complete(CallView record, ImmutableArray<JournalEntry> entries);
}

/// <summary>One step of a call as stored.</summary>
/// <param name="Event">The machine's input, JSON; enough to step the machine again.</param>
/// <param name="Entry">What the timeline shows; null: nothing.</param>
public sealed record JournalEntry(long Sequence, DateTimeOffset At, string Kind, string Event, TimelineEntry? Entry)
{
    /// <summary>The kind of the entry that closes a call whose process died.</summary>
    public const string SystemLost = "system-lost";
}

/// <summary>Reads what the journal and the call records hold.</summary>
public interface ICallStore
{
    /// <summary>A call with its timeline; null: unknown.</summary>
    ValueTask<CallView?> Find(CallId call, CancellationToken cancellation);

    /// <summary>Ended calls, newest first, without timelines.</summary>
    /// <param name="before">Only calls with a smaller id: the cursor; null: from the newest.</param>
    ValueTask<IReadOnlyList<CallView>> List(
        CallFilter filter, CallId? before, int limit, CancellationToken cancellation);

    /// <summary>All entries of one call, in order, for replay.</summary>
    ValueTask<IReadOnlyList<JournalEntry>> Replay(CallId call, CancellationToken cancellation);

    /// <summary>At start: every call without a record was up when the process died; it is marked SystemLost.</summary>
    /// <returns>How many.</returns>
    ValueTask<int> MarkLost(DateTimeOffset now, CancellationToken cancellation);
}

/// <summary>Which ended calls a list shows; null: all.</summary>
public sealed record CallFilter(QueueId? Queue, AgentId? Agent, DateTimeOffset? From, DateTimeOffset? Until);
