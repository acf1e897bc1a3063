namespace Orleans.Runtime;

/// <summary>A part of an identity: text, compared byte for byte.</summary>
#pragma warning disable CA1036 // Orleans has no such operators here.
public readonly struct IdSpan : IEquatable<IdSpan>, IComparable<IdSpan>
#pragma warning restore CA1036
{
    private readonly string? _text;

    private IdSpan(string text)
    {
        _text = text;
    }

    /// <summary>True for the value that names nothing.</summary>
    public bool IsDefault => string.IsNullOrEmpty(_text);

    /// <summary>The same text.</summary>
    public static bool operator ==(IdSpan left, IdSpan right) => left.Equals(right);

    /// <summary>Another text.</summary>
    public static bool operator !=(IdSpan left, IdSpan right) => !left.Equals(right);

    /// <summary>An identity part of a text.</summary>
    public static IdSpan Create(string id) => new(id);

    /// <inheritdoc/>
    public bool Equals(IdSpan obj) => string.Equals(_text, obj._text, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is IdSpan other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _text is null ? 0 : string.GetHashCode(_text, StringComparison.Ordinal);

    /// <inheritdoc/>
    public int CompareTo(IdSpan other) => string.CompareOrdinal(_text, other._text);

    /// <inheritdoc/>
    public override string ToString() => _text ?? string.Empty;
}
