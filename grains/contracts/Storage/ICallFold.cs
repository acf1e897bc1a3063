using OrleansAcd.Contracts.Views;

namespace OrleansAcd.Contracts.Storage;

/// <summary>Makes a call's view from its journal: storage knows order and durability, not what the entries
/// mean.</summary>
public interface ICallFold
{
    /// <summary>The call as it was after its last entry; null: the entries do not say. Never throws on entries it does
    /// not know.</summary>
    CallView? Fold(CallId call, IReadOnlyList<JournalEntry> entries);
}
