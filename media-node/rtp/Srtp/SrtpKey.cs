using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace OrleansAcd.Rtp.Srtp;

/// <summary>A suite with its master key and salt, for one direction (RFC 3711 §3.2.1).</summary>
/// <remarks>Compared in constant time; never printed.</remarks>
public sealed class SrtpKey : IEquatable<SrtpKey>
{
    private readonly byte[] _master;

    private SrtpKey(SrtpSuite suite, byte[] master) => (Suite, _master) = (suite, master);

    public SrtpSuite Suite { get; }

    /// <summary>The key, then the salt.</summary>
    public ReadOnlySpan<byte> Master => _master;

    internal ReadOnlySpan<byte> Key => _master.AsSpan(0, Suite.KeyBytes);

    internal ReadOnlySpan<byte> Salt => _master.AsSpan(Suite.KeyBytes);

    /// <summary>False unless the length is the suite's. The bytes are copied.</summary>
    public static bool TryCreate(SrtpSuite suite, ReadOnlySpan<byte> master, [NotNullWhen(true)] out SrtpKey? key)
    {
        ArgumentNullException.ThrowIfNull(suite);
        key = master.Length == suite.MasterBytes ? new SrtpKey(suite, master.ToArray()) : null;
        return key is not null;
    }

    public bool Equals(SrtpKey? other) =>
        other is not null && Suite == other.Suite && CryptographicOperations.FixedTimeEquals(_master, other._master);

    public override bool Equals(object? obj) => Equals(obj as SrtpKey);

    public override int GetHashCode() => Suite.GetHashCode();

    public override string ToString() => Suite.Name;
}
