using Orleans.Core;

namespace OrleansAcd.Engine.Runtime;

/// <summary>A stored value that the engine reads before the grain is activated.</summary>
internal interface IStateBridge : IStorage
{
}
