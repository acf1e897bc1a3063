namespace OrleansAcd.Storage;

/// <summary>How storage does, for people and for <c>/readyz</c>.</summary>
/// <param name="Trouble">Why nothing can be written now; null: it can.</param>
/// <param name="Backlog">Writes that are not on disk yet.</param>
/// <param name="Dropped">Writes that were given up since the start: the backlog was full, or they could not be
/// written.</param>
/// <param name="Commits">Transactions since the start.</param>
/// <param name="Written">Writes in them.</param>
public sealed record StorageStatus(
    string? Trouble, int Backlog, long BacklogBytes, long Dropped, long Commits, long Written);
