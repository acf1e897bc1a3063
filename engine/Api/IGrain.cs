using Orleans.Runtime;

namespace Orleans;

/// <summary>Marks the interfaces of grains.</summary>
public interface IGrain : IAddressable
{
}
