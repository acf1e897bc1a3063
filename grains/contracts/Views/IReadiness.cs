namespace OrleansAcd.Contracts.Views;

/// <summary>A part of the process that says whether it can serve: storage, engine, media node. Asked by
/// <c>/readyz</c>.</summary>
public interface IReadiness
{
    /// <summary>What it is, one word: <c>storage</c>.</summary>
    string Name { get; }

    /// <summary>Why it cannot serve, in one line; null: ready.</summary>
    string? NotReady { get; }
}
