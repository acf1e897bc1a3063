using System.Collections.Immutable;
using OrleansAcd.Calls;
using OrleansAcd.Contracts.Storage;
using OrleansAcd.Contracts.Views;

namespace OrleansAcd.Actors;

/// <summary>One step as journal lines: the first carries the machine's input, the others only what the timeline
/// shows.</summary>
internal static class CallJournalLines
{
    public static ImmutableArray<JournalEntry> Of(CallEvent e, ImmutableArray<TimelineEntry> entries)
    {
        var lines = ImmutableArray.CreateBuilder<JournalEntry>(entries.Length);
        for (var i = 0; i < entries.Length; i++)
        {
            var entry = entries[i];
            lines.Add(new JournalEntry(entry.Sequence, entry.At, entry.Kind, i == 0 ? CallJson.Write(e) : "", entry));
        }

        return lines.MoveToImmutable();
    }
}
