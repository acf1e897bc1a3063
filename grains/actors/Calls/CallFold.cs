using OrleansAcd.Calls;
using OrleansAcd.Contracts;
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
            if (line.Event.Length == 0 || CallJson.Read(line.Event) is not { } e) continue;

            (state, var effects, _) = CallMachine.Step(state, e, line.At);
            foreach (var effect in effects) shown += effect is CallEffect.Show ? 1 : 0;
        }

        return (state, shown);
    }

    public CallView? Fold(CallId call, IReadOnlyList<JournalEntry> entries)
    {
        var (state, _) = Replay(entries);
        if (state.Phase == CallPhase.New) return null;

        var last = entries.Count > 0 ? entries[^1].At : state.StartedAt;
        return CallViews.Of(state, last);
    }
}
