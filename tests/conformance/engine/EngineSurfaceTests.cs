using System.Reflection;
using Orleans;
using Xunit;

namespace OrleansAcd.Tests.Conformance.Engine;

/// <summary>Grains that compile against the engine compile against Orleans: its surface is a part.</summary>
public sealed class EngineSurfaceTests
{
    /// <summary>Types whose home is another assembly of Orleans, which is not at hand to compare.</summary>
    private static readonly string[] Elsewhere =
    [
        "Orleans.AliasAttribute",                           // Orleans.Serialization.Abstractions
        "Orleans.GenerateSerializerAttribute",
        "Orleans.IdAttribute",
        "Orleans.ImmutableAttribute",
        "Orleans.IGrainState`1",                            // Orleans.Core
        "Orleans.Storage.IGrainStorage",
        "Orleans.Storage.InconsistentStateException",
        "Orleans.Runtime.IPersistentState`1",               // Orleans.Runtime
        "Orleans.Runtime.PersistentStateAttribute",
    ];

    private static readonly IReadOnlyDictionary<string, SurfaceType> Ours = Surface
        .Read(typeof(Grain).Assembly.Location)
        .Where(type => type.Key.StartsWith("Orleans.", StringComparison.Ordinal))
        .ToDictionary();

    private static readonly IReadOnlyDictionary<string, SurfaceType> Theirs = Surface.Read(PathOfTheirs());

    public static TheoryData<string> Shared => [.. Ours.Keys.Where(name => !Elsewhere.Contains(name))];

    [Fact]
    public void TypesOfOtherAssembliesAreExactlyThoseListed()
    {
        Assert.Equal(Elsewhere.Order(), Ours.Keys.Where(name => !Theirs.ContainsKey(name)).Order());
    }

    [Fact]
    public void TheComparisonSeesWhatGrainsUse()
    {
        string[] used =
        [
            "Orleans.Grain", "Orleans.IGrainFactory", "Orleans.GrainBaseExtensions", "Orleans.Runtime.IGrainTimer",
            "Orleans.Concurrency.ReentrantAttribute", "Orleans.Runtime.GrainId", "Orleans.Core.IStorage`1",
        ];
        Assert.Subset(Ours.Keys.ToHashSet(), used.ToHashSet());
        Assert.Contains(
            "public virtual System.Threading.Tasks.Task OnActivateAsync<>"
            + "(System.Threading.CancellationToken cancellationToken)",
            Theirs["Orleans.Grain"].Members);
    }

    [Theory]
    [MemberData(nameof(Shared))]
    public void TypeIsOfTheSameKindAndBase(string name)
    {
        Assert.Equal((Theirs[name].Shape, Theirs[name].Base), (Ours[name].Shape, Ours[name].Base));
        Assert.Subset(Theirs[name].Interfaces.ToHashSet(), Ours[name].Interfaces.ToHashSet());
    }

    [Theory]
    [MemberData(nameof(Shared))]
    public void EveryMemberIsOneOfOrleans(string name)
    {
        var alien = Ours[name].Members.Except(Theirs[name].Members).ToList();
        alien.RemoveAll(member => IsObjects(name, member));
        Assert.Equal([], alien);
    }

    /// <summary>Overriding what every value can do adds nothing that a caller could name.</summary>
    private static bool IsObjects(string name, string member) =>
        Ours[name].Shape == "struct" && member == "public virtual System.String ToString<>()";

    private static string PathOfTheirs() => typeof(EngineSurfaceTests).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "OrleansAbstractions").Value!;
}
