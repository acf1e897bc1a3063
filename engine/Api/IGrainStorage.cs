using Orleans.Runtime;

namespace Orleans.Storage;

/// <summary>A place where grains' values are stored.</summary>
public interface IGrainStorage
{
    /// <summary>Reads into the state; leaves a new value where nothing is stored.</summary>
    Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState);

    /// <summary>Writes the state; fails with <see cref="InconsistentStateException"/> on another version.</summary>
    Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState);

    /// <summary>Removes the state; fails with <see cref="InconsistentStateException"/> on another version.</summary>
    Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState);
}
