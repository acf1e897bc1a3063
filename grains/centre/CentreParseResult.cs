using System.Collections.Immutable;
using OrleansAcd.Contracts.Centre;

namespace OrleansAcd.CentreYaml;

/// <summary>A centre, or what is wrong with the document: exactly one of the two.</summary>
/// <param name="Centre">Null where there are problems.</param>
/// <param name="Problems">In the order of lines; empty where the document is valid.</param>
public sealed record CentreParseResult(
    OrleansAcd.Contracts.Centre.Centre? Centre, ImmutableArray<CentreProblem> Problems);
