using OrleansAcd.Calls;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Storage;
using OrleansAcd.Contracts.Views;

namespace OrleansAcd.Actors;

/// <summary>A call's state from its journal: the same events through the same machine.</summary>
public sealed class CallFold : ICallFold
{
    /// <summary>The state after the last line, and how many events the feed has had.</summary>
    public static (CallState State, long Shown) Replay(IReadOnlyList<JournalEntry> lines)
    {
        var state = CallState.Empty;
        var shown = 0L;
        foreach (var line in lines)
        {
            if (line.Kind == JournalEntry.SystemLost) state = Lost(state, line);
            if (line.Event.Length == 0 || CallJson.Read(line.Event) is not { } e) continue;

            (state, var effects, _) = CallMachine.Step(state, e, line.At);
            foreach (var effect in effects) shown += effect is CallEffect.Show ? 1 : 0;
        }

        return (state, shown);
    }

    /// <summary>The process that held the call died; the call is over, whatever it was.</summary>
    private static CallState Lost(CallState state, JournalEntry line) => state with
    {
        Phase = CallPhase.Ended, Outcome = QueueOutcome.SystemLost, EndedBy = "system", EndedAt = line.At,
        Parties = [], Transfer = null, Consultation = null, Handing = null, Recording = null,
        // What comes later, such as a rescued recording, is numbered after it.
        Sequence = Math.Max(state.Sequence, line.Sequence),
    };

    public CallView? Fold(CallId call, IReadOnlyList<JournalEntry> entries)
    {
        var (state, _) = Replay(entries);
        if (state.Phase == CallPhase.New) return null;

        var last = entries.Count > 0 ? entries[^1].At : state.StartedAt;
        return CallViews.Of(state, last);
    }
}
