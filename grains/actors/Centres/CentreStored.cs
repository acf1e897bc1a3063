using Orleans;
using OrleansAcd.Contracts.Centre;

namespace OrleansAcd.Actors;

/// <summary>The centre as stored: the document without passwords, and what it says, with digests in their
/// place.</summary>
[GenerateSerializer, Alias("acd.CentreStored")]
public sealed class CentreStored
{
    [Id(0)]
    public string Yaml { get; set; } = "";

    [Id(1)]
    public Centre Centre { get; set; } = Centre.Empty;
}
