namespace OrleansAcd.Streams;

/// <summary>Messages of one key in order; the first may be with a worker.</summary>
internal sealed class Lane<T>(string key)
{
    /// <summary>The key.</summary>
    public string Key => key;

    /// <summary>The messages.</summary>
    public Queue<T> Messages { get; } = new();
}
