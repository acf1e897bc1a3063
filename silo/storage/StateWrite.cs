namespace OrleansAcd.Storage;

/// <summary>A grain's state, or that it has none any more. The last one written stands.</summary>
/// <param name="json">Null: cleared.</param>
internal sealed class StateWrite(string state, string grain, long version, string? json, Action<StateWrite> committed)
    : PendingWrite
{
    public string State => state;

    public string Grain => grain;

    public long Version => version;

    public string? Json => json;

    public override int Bytes => 200 + (2 * ((json?.Length ?? 0) + grain.Length));

    public override void Apply(Statements statements)
    {
        if (json is null) statements.Run("DELETE FROM grain_state WHERE state = ?1 AND grain = ?2", state, grain);
        else
        {
            statements.Run(
                "INSERT OR REPLACE INTO grain_state (state, grain, version, data) VALUES (?1, ?2, ?3, ?4)",
                state, grain, version, json);
        }
    }

    public override void Committed()
    {
        committed(this);
        base.Committed();
    }
}
