using System.Buffers;
using System.Security.Cryptography;

namespace OrleansAcd.Contracts.Media;

/// <summary>The hash chain of a call's recordings: whoever changes, removes or reorders a file breaks it.</summary>
/// <remarks><c>chain(n) = SHA-256(chain(n-1) || sha256(n))</c> over the 32 bytes of each, in the order in which the
/// segments' events came; written as lower-case hex. Pure.</remarks>
public static class RecordingChain
{
    private const int HashChars = 2 * SHA256.HashSizeInBytes;

    /// <summary>Before the first segment: 32 zero bytes.</summary>
    public static string Start { get; } = new('0', HashChars);

    /// <summary>The chain after one more file.</summary>
    /// <param name="chain">The chain so far; null or empty: <see cref="Start"/>.</param>
    /// <param name="sha256">Of the file, hex.</param>
    /// <returns>Null when either is no SHA-256 in hex.</returns>
    public static string? Next(string? chain, string? sha256)
    {
        Span<byte> both = stackalloc byte[2 * SHA256.HashSizeInBytes];
        var before = string.IsNullOrEmpty(chain) ? Start : chain;
        if (!TryRead(before, both[..SHA256.HashSizeInBytes])) return null;
        if (!TryRead(sha256, both[SHA256.HashSizeInBytes..])) return null;

        return Convert.ToHexStringLower(SHA256.HashData(both));
    }

    /// <summary>Whether these files, in this order, give that chain.</summary>
    public static bool Verify(IEnumerable<string> sha256s, string chain)
    {
        ArgumentNullException.ThrowIfNull(sha256s);
        string? at = Start;
        foreach (var sha256 in sha256s)
        {
            at = Next(at, sha256);
            if (at is null) return false;
        }

        return string.Equals(at, chain, StringComparison.OrdinalIgnoreCase);
    }

    private static bool TryRead(string? hex, Span<byte> bytes) =>
        hex is { Length: HashChars }
        && Convert.FromHexString(hex, bytes, out _, out _) == OperationStatus.Done;
}
