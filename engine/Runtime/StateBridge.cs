using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace OrleansAcd.Engine.Runtime;

/// <summary>A grain's stored value: in memory here, in a storage there.</summary>
internal sealed class StateBridge<TState>(string stateName, GrainId grainId, IGrainStorage storage)
    : IPersistentState<TState>, IGrainState<TState>, IStateBridge
{
    /// <inheritdoc cref="IPersistentState{TState}"/>
    public TState State { get; set; } = Fresh();

    /// <inheritdoc/>
    public string? ETag { get; set; }

    /// <inheritdoc/>
    public string? Etag => ETag;

    /// <inheritdoc cref="IPersistentState{TState}"/>
    public bool RecordExists { get; set; }

    /// <inheritdoc/>
    public async Task ReadStateAsync()
    {
        await storage.ReadStateAsync(stateName, grainId, this);
        State ??= Fresh();
    }

    /// <inheritdoc/>
    public Task WriteStateAsync() => storage.WriteStateAsync(stateName, grainId, this);

    /// <inheritdoc/>
    public async Task ClearStateAsync()
    {
        await storage.ClearStateAsync(stateName, grainId, this);
        RecordExists = false;
        State = Fresh();
    }

    /// <summary>Storages fill what exists; what does not exist is a new value.</summary>
    private static TState Fresh() => Activator.CreateInstance<TState>();
}
