using System.Collections.Immutable;
using OrleansAcd.Calls;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Storage;
using OrleansAcd.Contracts.Views;

namespace OrleansAcd.Actors;

/// <summary>One step as journal lines: the first carries the machine's input, the others only what the timeline
/// shows.</summary>
internal static class CallJournalLines
{
    public static ImmutableArray<JournalEntry> Of(CallEvent e, ImmutableArray<TimelineEntry> entries)
    {
        e = WithoutDigits(e);
        var lines = ImmutableArray.CreateBuilder<JournalEntry>(entries.Length);
        for (var i = 0; i < entries.Length; i++)
        {
            var entry = entries[i];
            lines.Add(new JournalEntry(entry.Sequence, entry.At, entry.Kind, i == 0 ? CallJson.Write(e) : "",
                entry.IsHidden ? null : entry));
        }

        return lines.MoveToImmutable();
    }

    /// <summary>Keys that were pressed are nobody's to read later: a replay needs but their number.</summary>
    private static CallEvent WithoutDigits(CallEvent e) =>
        e is CallEvent.Controlled { Control: CallControl.PressKeys k } c
        ? c with { Control = k with { Digits = new string('0', k.Digits.Length) } }
        : e;
}
