namespace OrleansAcd.Recordings.Stores;

/// <summary>Deletes recordings of calls that began too long ago. Names sort by day, so the old ones come
/// first.</summary>
public static class RecordingRetention
{
    private const int BatchMax = 200;

    /// <returns>How many were deleted.</returns>
    /// <exception cref="RecordingStoreException">The store cannot be reached; the rest is left for the next
    /// time.</exception>
    public static async Task<int> Sweep(IRecordingStore store, DateOnly keepFrom, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(store);
        var deleted = 0;
        while (true)
        {
            var oldest = await store.List(RecordingFilter.All, null, BatchMax, cancellation).ConfigureAwait(false);
            var before = deleted;
            foreach (var one in oldest.TakeWhile(one => one.Name.Day < keepFrom))
            {
                if (await store.Delete(one.Name, cancellation).ConfigureAwait(false)) deleted++;
            }

            if (deleted == before || deleted - before < oldest.Count) return deleted;
        }
    }
}
