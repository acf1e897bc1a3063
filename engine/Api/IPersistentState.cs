using Orleans.Core;

namespace Orleans.Runtime;

/// <summary>A grain's stored value, injected into its constructor by <see cref="PersistentStateAttribute"/>.</summary>
public interface IPersistentState<TState> : IStorage<TState>
{
}
