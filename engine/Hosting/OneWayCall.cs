using Orleans.Runtime;

namespace OrleansAcd.Engine;

/// <summary>A one-way call on its way.</summary>
/// <param name="Target">The grain that it goes to.</param>
/// <param name="Interface">Name of the grain's interface.</param>
/// <param name="Method">Name of the method.</param>
public readonly record struct OneWayCall(GrainId Target, string Interface, string Method);

/// <summary>What becomes of a one-way call.</summary>
/// <param name="IsLost">It never arrives.</param>
/// <param name="Delay">It arrives so much later.</param>
public readonly record struct MessageFate(bool IsLost, TimeSpan Delay)
{
    /// <summary>It arrives at once.</summary>
    public static readonly MessageFate Arrives;

    /// <summary>It never arrives.</summary>
    public static readonly MessageFate Lost = new(true, TimeSpan.Zero);

    /// <summary>It arrives later.</summary>
    public static MessageFate Late(TimeSpan delay) => new(false, delay);
}
