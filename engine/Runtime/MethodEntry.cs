using System.Reflection;
using Orleans.Concurrency;

namespace OrleansAcd.Engine.Runtime;

/// <summary>How a method of a grain interface is called; the attributes of the interface say so.</summary>
internal sealed class MethodEntry(string interfaceName, MethodInfo method)
{
    /// <summary>Name of the interface, for messages and traces.</summary>
    public string InterfaceName { get; } = interfaceName;

    /// <summary>Name of the method, for messages and traces.</summary>
    public string Name { get; } = method.Name;

    /// <summary>No answer is sent.</summary>
    public bool IsOneWay { get; } = method.IsDefined(typeof(OneWayAttribute));

    /// <summary>May run between the awaits of any request.</summary>
    public bool AlwaysInterleaves { get; } = method.IsDefined(typeof(AlwaysInterleaveAttribute));

    /// <summary>May run between the awaits of requests that change nothing either.</summary>
    public bool IsReadOnly { get; } = method.IsDefined(typeof(ReadOnlyAttribute));

    /// <inheritdoc/>
    public override string ToString() => $"{InterfaceName}.{Name}";
}
