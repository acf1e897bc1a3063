namespace OrleansAcd.Contracts.Storage;

/// <summary>Stored calls cannot be read now: the disk or the database does not answer. Calls that are up are not
/// concerned.</summary>
public sealed class StorageUnavailableException : Exception
{
    public StorageUnavailableException()
    {
    }

    public StorageUnavailableException(string message)
        : base(message)
    {
    }

    public StorageUnavailableException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
