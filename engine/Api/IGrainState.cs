namespace Orleans;

/// <summary>What a storage reads and writes: a value with its version.</summary>
public interface IGrainState<T>
{
    /// <summary>The value.</summary>
    T State { get; set; }

    /// <summary>Version of what is stored, as the storage wrote it.</summary>
    string? ETag { get; set; }

    /// <summary>True when something is stored.</summary>
    bool RecordExists { get; set; }
}
