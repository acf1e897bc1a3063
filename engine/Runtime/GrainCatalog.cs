using System.Collections.Concurrent;
using Orleans;

namespace OrleansAcd.Engine.Runtime;

/// <summary>Which class implements which grain interface, found in the assemblies that the options name.</summary>
internal sealed class GrainCatalog
{
    private readonly ConcurrentDictionary<(Type Interface, string? Prefix), GrainClass> _byInterface = new();
    private readonly GrainClass[] _classes;

    public GrainCatalog(IEnumerable<Type> types, EmbeddedEngine engine)
    {
        _classes = [.. types.Distinct()
            .Where(type => type is { IsClass: true, IsAbstract: false, ContainsGenericParameters: false })
            .Where(type => typeof(IGrain).IsAssignableFrom(type) && typeof(IGrainBase).IsAssignableFrom(type))
            .Select(type => new GrainClass(type, engine))];
        CheckNames();
    }

    /// <summary>The class that implements an interface.</summary>
    public GrainClass ClassOf(Type interfaceType, string? prefix) =>
        _byInterface.GetOrAdd((interfaceType, prefix), Find);

    /// <summary>The class of a kind.</summary>
    public GrainClass ClassOf(Orleans.Runtime.GrainType type) =>
        Array.Find(_classes, c => c.GrainType == type)
        ?? throw new ArgumentException($"No grain class of the kind {type} is known.", nameof(type));

    private GrainClass Find((Type Interface, string? Prefix) wanted)
    {
        var found = Array.FindAll(_classes, c => wanted.Interface.IsAssignableFrom(c.Type)
            && (wanted.Prefix is null || c.Type.FullName!.StartsWith(wanted.Prefix, StringComparison.Ordinal)));
        return found.Length switch
        {
            1 => found[0],
            0 => throw new ArgumentException($"No known grain class implements {wanted.Interface}."),
            _ => throw new ArgumentException(
                $"{wanted.Interface} is implemented by {string.Join(", ", found.Select(c => c.Type))}: name a prefix."),
        };
    }

    private void CheckNames()
    {
        var twice = _classes.GroupBy(c => c.GrainType).FirstOrDefault(group => group.Count() > 1);
        if (twice is null) return;

        throw new InvalidOperationException(
            $"The grain type {twice.Key} is that of {string.Join(" and ", twice.Select(c => c.Type))}: "
            + "give one of them a [GrainType].");
    }
}
