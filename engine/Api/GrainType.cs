namespace Orleans.Runtime;

/// <summary>The name of a kind of grain.</summary>
#pragma warning disable CA1036 // Orleans has no such operators here.
public readonly struct GrainType : IEquatable<GrainType>, IComparable<GrainType>
#pragma warning restore CA1036
{
    /// <summary>A kind of a name.</summary>
    public GrainType(IdSpan id)
    {
        Value = id;
    }

    /// <summary>The name.</summary>
    public IdSpan Value { get; }

    /// <summary>True for the value that names nothing.</summary>
    public bool IsDefault => Value.IsDefault;

    /// <summary>The same name.</summary>
    public static bool operator ==(GrainType left, GrainType right) => left.Equals(right);

    /// <summary>Another name.</summary>
    public static bool operator !=(GrainType left, GrainType right) => !left.Equals(right);

    /// <summary>A kind of a name.</summary>
    public static GrainType Create(string value) => new(IdSpan.Create(value));

    /// <inheritdoc/>
    public bool Equals(GrainType obj) => Value.Equals(obj.Value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is GrainType other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();

    /// <inheritdoc/>
    public int CompareTo(GrainType other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString();
}
