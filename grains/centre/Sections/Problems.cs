using System.Collections.Immutable;
using OrleansAcd.Contracts.Centre;

namespace OrleansAcd.CentreYaml.Sections;

/// <summary>What is wrong with the document so far, in the order found; at most
/// <see cref="CentreLimits.ProblemsMax"/>.</summary>
internal sealed class Problems
{
    private readonly ImmutableArray<CentreProblem>.Builder _list = ImmutableArray.CreateBuilder<CentreProblem>();

    public bool Any => _list.Count > 0;

    public void Add(int line, string key, string message)
    {
        if (_list.Count < CentreLimits.ProblemsMax) _list.Add(new CentreProblem(line, key, message));
    }

    public ImmutableArray<CentreProblem> ByLine() => [.. _list.OrderBy(p => p.Line)];
}
