namespace Orleans.Runtime;

/// <summary>A failure of the runtime, not of a grain's code.</summary>
public class OrleansException : Exception
{
    /// <summary>No text.</summary>
    public OrleansException()
    {
    }

    /// <summary>A text.</summary>
    public OrleansException(string message)
        : base(message)
    {
    }

    /// <summary>A text and a cause.</summary>
    public OrleansException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
