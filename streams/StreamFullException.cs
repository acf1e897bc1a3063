namespace OrleansAcd.Streams;

/// <summary>A stream's subscribers have no room, and too many publishers wait for it already.</summary>
public sealed class StreamFullException : Exception
{
    /// <summary>No text.</summary>
    public StreamFullException()
    {
    }

    /// <summary>A text.</summary>
    public StreamFullException(string message)
        : base(message)
    {
    }

    /// <summary>A text and a cause.</summary>
    public StreamFullException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
