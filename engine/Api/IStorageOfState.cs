namespace Orleans.Core;

/// <summary>A stored value of a type.</summary>
public interface IStorage<TState> : IStorage
{
    /// <summary>The value in memory.</summary>
    TState State { get; set; }
}
