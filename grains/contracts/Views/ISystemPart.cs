namespace OrleansAcd.Contracts.Views;

/// <summary>A part of the process that counts what it does: media node, streams, storage. Asked by
/// <c>/v1/system</c>.</summary>
public interface ISystemPart
{
    /// <summary>What it is, one word: <c>storage</c>.</summary>
    string Name { get; }

    /// <summary>Its counters now; from any thread.</summary>
    Task<SystemPartView> Read(CancellationToken cancellation);
}

/// <summary>What a part has counted since its start.</summary>
/// <param name="Counters">By name in camel case; sizes of what it holds now among them.</param>
/// <param name="Trouble">Why it does not do its work now, in one line; null: it does.</param>
/// <param name="MalformedBy">The addresses that sent most of what could not be read, most first.</param>
public sealed record SystemPartView(
    IReadOnlyDictionary<string, long> Counters, string? Trouble = null, IReadOnlyList<PeerCount>? MalformedBy = null);

/// <summary>How much came from an address.</summary>
public sealed record PeerCount(string Address, long Count);
