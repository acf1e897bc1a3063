namespace Orleans.Runtime;

/// <summary>A named limit was reached, so the call was refused.</summary>
public sealed class LimitExceededException : OrleansException
{
    /// <summary>No text.</summary>
    public LimitExceededException()
        : base("Limit exceeded")
    {
    }

    /// <summary>A text.</summary>
    public LimitExceededException(string message)
        : base(message)
    {
    }

    /// <summary>A text and a cause.</summary>
    public LimitExceededException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The limit's name, what was found, what is allowed and whose it is.</summary>
    public LimitExceededException(string limitName, int current, int threshold, object extraInfo)
        : base($"Limit {limitName} exceeded: {current} of {threshold}, {extraInfo}.")
    {
    }
}
