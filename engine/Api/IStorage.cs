namespace Orleans.Core;

/// <summary>A stored value: what a grain may do with it.</summary>
public interface IStorage
{
    /// <summary>The stored version; null where nothing is stored.</summary>
    string? Etag { get; }

    /// <summary>True when something is stored.</summary>
    bool RecordExists { get; }

    /// <summary>Removes what is stored.</summary>
    Task ClearStateAsync();

    /// <summary>Stores the value; fails when somebody else stored since it was read.</summary>
    Task WriteStateAsync();

    /// <summary>Reads what is stored over the value.</summary>
    Task ReadStateAsync();

    /// <inheritdoc cref="ClearStateAsync()"/>
    Task ClearStateAsync(CancellationToken cancellationToken) => ClearStateAsync();

    /// <inheritdoc cref="WriteStateAsync()"/>
    Task WriteStateAsync(CancellationToken cancellationToken) => WriteStateAsync();

    /// <inheritdoc cref="ReadStateAsync()"/>
    Task ReadStateAsync(CancellationToken cancellationToken) => ReadStateAsync();
}
