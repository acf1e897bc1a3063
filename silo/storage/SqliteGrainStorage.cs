using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;
using OrleansAcd.Contracts.Views;

namespace OrleansAcd.Storage;

/// <summary>Grains' states on SQLite, in the same commits as the journal. This process owns the file: versions are held
/// here.</summary>
/// <remarks>While the disk refuses, a state lives in memory: reads see it, writes go on, the disk gets it
/// later.</remarks>
internal sealed class SqliteGrainStorage(SqliteFile file, GroupCommitWriter writer) : IGrainStorage
{
    /// <summary>Version in force of each state that was read or written; 0: nothing is stored.</summary>
    private readonly ConcurrentDictionary<(string State, string Grain), long> _versions = new();

    private readonly ConcurrentDictionary<(string State, string Grain), StateWrite> _unwritten = new();

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var key = (stateName, grainId.ToString());
        var (version, json) = _unwritten.TryGetValue(key, out var pending)
            ? (pending.Json is null ? 0 : pending.Version, pending.Json)
            : await Load(key).ConfigureAwait(false);
        _versions[key] = version;
        grainState.RecordExists = json is not null;
        grainState.ETag = Tag(version);
        grainState.State = json is null
            ? Activator.CreateInstance<T>()
            : JsonSerializer.Deserialize<T>(json, FeedEvent.Json) ?? Activator.CreateInstance<T>();
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var json = JsonSerializer.Serialize(grainState.State, FeedEvent.Json);
        var version = await Store((stateName, grainId.ToString()), grainState.ETag, json).ConfigureAwait(false);
        grainState.ETag = Tag(version);
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await Store((stateName, grainId.ToString()), grainState.ETag, null).ConfigureAwait(false);
        grainState.ETag = null;
        grainState.RecordExists = false;
        grainState.State = Activator.CreateInstance<T>();
    }

    private async Task<long> Store((string State, string Grain) key, string? tag, string? json)
    {
        if (!_versions.TryGetValue(key, out var current))
        {
            current = _versions.GetOrAdd(key, (await Load(key).ConfigureAwait(false)).Version);
        }

        var next = json is null ? 0 : current + 1;
        if (tag != Tag(current) || !_versions.TryUpdate(key, next, current))
        {
            throw new InconsistentStateException(
                $"the state {key.State} of {key.Grain} was changed by another activation",
                Tag(_versions[key]) ?? "", tag ?? "");
        }

        var write = new StateWrite(key.State, key.Grain, next, json, Forget);
        _unwritten[key] = write;
        await writer.Write(write).ConfigureAwait(false);
        return next;
    }

    private void Forget(StateWrite write) =>
        _unwritten.TryRemove(KeyValuePair.Create((write.State, write.Grain), write));

    private Task<(long Version, string? Json)> Load((string State, string Grain) key) => file.Read(
        connection =>
        {
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT version, data FROM grain_state WHERE state = $state AND grain = $grain";
            command.Parameters.AddWithValue("$state", key.State);
            command.Parameters.AddWithValue("$grain", key.Grain);
            using var reader = command.ExecuteReader();
            return reader.Read() ? (reader.GetInt64(0), (string?)reader.GetString(1)) : (0L, null);
        },
        CancellationToken.None);

    private static string? Tag(long version) => version == 0 ? null : version.ToString(CultureInfo.InvariantCulture);
}
