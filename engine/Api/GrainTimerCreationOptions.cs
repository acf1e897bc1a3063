using System.Diagnostics.CodeAnalysis;

namespace Orleans.Runtime;

/// <summary>When a grain's timer ticks and what its ticks are.</summary>
public readonly struct GrainTimerCreationOptions : IEquatable<GrainTimerCreationOptions>
{
    /// <summary>No times set yet.</summary>
    public GrainTimerCreationOptions()
    {
    }

    /// <summary>Ticks after a time, then by a period.</summary>
    [SetsRequiredMembers]
    public GrainTimerCreationOptions(TimeSpan dueTime, TimeSpan period)
    {
        DueTime = dueTime;
        Period = period;
    }

    /// <summary>From now to the first tick.</summary>
    public required TimeSpan DueTime { get; init; }

    /// <summary>From the end of a tick to the next.</summary>
    public required TimeSpan Period { get; init; }

    /// <summary>True: a tick may run between the awaits of a request. False: a tick is a turn like any other.</summary>
    public bool Interleave { get; init; }

    /// <summary>True: ticks count as use and keep idle collection away.</summary>
    public bool KeepAlive { get; init; }

    /// <summary>Same values.</summary>
    public static bool operator ==(GrainTimerCreationOptions left, GrainTimerCreationOptions right) =>
        left.Equals(right);

    /// <summary>Not the same values.</summary>
    public static bool operator !=(GrainTimerCreationOptions left, GrainTimerCreationOptions right) =>
        !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(GrainTimerCreationOptions other) =>
        DueTime == other.DueTime && Period == other.Period
        && Interleave == other.Interleave && KeepAlive == other.KeepAlive;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is GrainTimerCreationOptions other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(DueTime, Period, Interleave, KeepAlive);
}
