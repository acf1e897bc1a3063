using System.Reflection;
using Orleans;
using Orleans.Concurrency;
using Orleans.Core;
using Orleans.Runtime;

namespace OrleansAcd.Engine.Runtime;

/// <summary>A class of grains: its name, whether it is reentrant, how its objects are made.</summary>
internal sealed class GrainClass
{
    private const string Suffix = "Grain";

    private readonly Lazy<ConstructorPlan> _plan;

    public GrainClass(Type type, EmbeddedEngine engine)
    {
        Type = type;
        GrainType = GrainType.Create(NameOf(type));
        IsReentrant = type.IsDefined(typeof(ReentrantAttribute));
        _plan = new(() => new ConstructorPlan(type, engine));
    }

    /// <summary>The class.</summary>
    public Type Type { get; }

    /// <summary>The name of its kind.</summary>
    public GrainType GrainType { get; }

    /// <summary>Requests may run between each other's awaits.</summary>
    public bool IsReentrant { get; }

    /// <summary>Makes an object with what its constructor asks for, and names the stored values to be read.</summary>
    public (object Instance, IReadOnlyList<IStorage> States) Make(Activation activation) =>
        _plan.Value.Make(activation);

    /// <summary>As Orleans names kinds: the class's name in lower case, without a trailing "Grain".</summary>
    private static string NameOf(Type type)
    {
        if (type.GetCustomAttribute<GrainTypeAttribute>() is { } named) return named.Name;

        var name = type.Name.Split('`')[0];
        var ends = name.Length > Suffix.Length && name.EndsWith(Suffix, StringComparison.Ordinal);
#pragma warning disable CA1308 // The name is an identifier in lower case by definition.
        return (ends ? name[..^Suffix.Length] : name).ToLowerInvariant();
#pragma warning restore CA1308
    }
}
