using Orleans;

namespace OrleansAcd.Contracts.Centre;

/// <summary>One thing that is wrong with a centre document: where and why.</summary>
/// <param name="Line">From 1; 0 where the whole document is meant.</param>
/// <param name="Key">The path of keys, e.g. <c>queues[0].ring-timeout</c>.</param>
[GenerateSerializer, Immutable, Alias("acd.CentreProblem")]
public sealed record CentreProblem(int Line, string Key, string Message)
{
    public override string ToString() => $"line {Line}: {Key}: {Message}";
}
