using Orleans.Runtime;

namespace Orleans.Storage;

/// <summary>Somebody else stored since the value was read. The activation ends: the next reads anew.</summary>
public class InconsistentStateException : OrleansException
{
    /// <summary>No text.</summary>
    public InconsistentStateException()
    {
    }

    /// <summary>A text.</summary>
    public InconsistentStateException(string message)
        : base(message)
    {
    }

    /// <summary>A text and a cause.</summary>
    public InconsistentStateException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>A text and both versions.</summary>
    public InconsistentStateException(string errorMsg, string? storedEtag, string? currentEtag)
        : base(errorMsg)
    {
        StoredEtag = storedEtag;
        CurrentEtag = currentEtag;
    }

    /// <summary>The version in the storage.</summary>
    public string? StoredEtag { get; }

    /// <summary>The version in memory.</summary>
    public string? CurrentEtag { get; }
}
