namespace OrleansAcd.Storage;

/// <summary>The database cannot be opened at start. The message is one line for the person who starts it.</summary>
public sealed class StorageException : Exception
{
    public StorageException()
    {
    }

    public StorageException(string message)
        : base(message)
    {
    }

    public StorageException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
