using Orleans.Runtime;
using OrleansAcd.Engine.Runtime;

namespace Orleans;

/// <summary>Identity of a grain or of a reference to one.</summary>
public static class GrainExtensions
{
    /// <summary>A reference to the grain, to be handed to others. A grain never hands out <c>this</c>.</summary>
    public static TGrainInterface AsReference<TGrainInterface>(this IAddressable grain)
    {
        ArgumentNullException.ThrowIfNull(grain);
        return grain is GrainProxy proxy
            ? (TGrainInterface)proxy.As(typeof(TGrainInterface))
            : (TGrainInterface)Activation.Of(grain).ReferenceAs(typeof(TGrainInterface));
    }

    /// <summary>Another interface of the same grain.</summary>
    public static TGrainInterface Cast<TGrainInterface>(this IAddressable grain) =>
        AsReference<TGrainInterface>(grain);

    /// <summary>Type and key.</summary>
    public static GrainId GetGrainId(this IAddressable grain)
    {
        ArgumentNullException.ThrowIfNull(grain);
        return grain is GrainProxy proxy ? proxy.GrainId : Activation.Of(grain).GrainId;
    }

    /// <summary>The key.</summary>
    public static string GetPrimaryKeyString(this IAddressable grain) => GetGrainId(grain).Key.ToString();
}
