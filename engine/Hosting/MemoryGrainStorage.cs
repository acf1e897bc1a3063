using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace OrleansAcd.Engine;

/// <summary>Stores grains' values in memory, as JSON, with versions: for tests and simulation.</summary>
public sealed class MemoryGrainStorage(JsonSerializerOptions? json = null) : IGrainStorage
{
    private readonly ConcurrentDictionary<(string State, GrainId Grain), Record> _records = new();

    /// <summary>Values stored now.</summary>
    public int Count => _records.Count;

    /// <inheritdoc/>
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        var found = _records.TryGetValue((stateName, grainId), out var record);
        grainState.State = found
            ? JsonSerializer.Deserialize<T>(record!.Json, json)!
            : Activator.CreateInstance<T>();
        grainState.ETag = record?.ETag;
        grainState.RecordExists = found;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        var bytes = JsonSerializer.SerializeToUtf8Bytes(grainState.State, json);
        var written = _records.AddOrUpdate(
            (stateName, grainId),
            _ => Next(null, grainState.ETag, bytes),
            (_, stored) => Next(stored, grainState.ETag, bytes));
        grainState.ETag = written.ETag;
        grainState.RecordExists = true;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        if (_records.TryGetValue((stateName, grainId), out var stored))
        {
            CheckVersion(stored, grainState.ETag);
            _records.TryRemove(new((stateName, grainId), stored));
        }

        grainState.ETag = null;
        grainState.RecordExists = false;
        return Task.CompletedTask;
    }

    private static Record Next(Record? stored, string? etag, byte[] bytes)
    {
        CheckVersion(stored, etag);
        var version = stored is null ? 1 : long.Parse(stored.ETag, CultureInfo.InvariantCulture) + 1;
        return new(version.ToString(CultureInfo.InvariantCulture), bytes);
    }

    private static void CheckVersion(Record? stored, string? etag)
    {
        if (stored?.ETag == etag) return;

        throw new InconsistentStateException("The value was stored by somebody else.", stored?.ETag, etag);
    }

    private sealed record Record(string ETag, byte[] Json);
}
