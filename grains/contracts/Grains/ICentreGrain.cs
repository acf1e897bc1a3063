using Orleans;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Views;

namespace OrleansAcd.Contracts.Grains;

/// <summary>The centre document. One grain, key "centre".</summary>
[Alias("acd.ICentreGrain")]
public interface ICentreGrain : IGrainWithStringKey
{
    public const string Key = "centre";

    /// <summary>Applies a YAML document. With problems, nothing changes; the same document again changes
    /// nothing.</summary>
    [Alias("Apply")]
    Task<CentreApplied> Apply(string yaml, bool dryRun);

    /// <summary>The document as applied, passwords left out.</summary>
    [Alias("Get")]
    Task<CentreDocument> Get();
}
