using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace OrleansAcd.Rtp.Srtp;

/// <summary>HMAC-SHA1, RFC 2104, with both padded keys hashed beforehand: RFC 3711 §4.2.1.</summary>
/// <remarks>The hash's saved states are copied on the stack for every packet: half the time of the fastest of
/// libcrypto's own HMAC interfaces.</remarks>
internal sealed unsafe class HmacSha1 : IDisposable
{
    private const byte InnerPad = 0x36;
    private const byte OuterPad = 0x5C;

    private readonly byte[] _states = GC.AllocateArray<byte>(2 * sizeof(Sha1State), pinned: true);

    /// <param name="key">At most a block, 64 bytes; SRTP's has 20.</param>
    public HmacSha1(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(key.Length, Sha1State.BlockBytes);
        var states = MemoryMarshal.Cast<byte, Sha1State>(_states.AsSpan());
        Begin(ref states[0], key, InnerPad);
        Begin(ref states[1], key, OuterPad);
    }

    /// <summary>The digest of a message of two parts, the second one a 32-bit word in network order.</summary>
    /// <param name="digest">20 bytes; tags are its beginning.</param>
    [SkipLocalsInit]
    public void Compute(ReadOnlySpan<byte> message, ReadOnlySpan<byte> trailer, Span<byte> digest)
    {
        var states = MemoryMarshal.Cast<byte, Sha1State>(_states.AsSpan());
        var state = states[0];
        fixed (byte* bytes = message, end = trailer, result = digest[..Sha1State.DigestBytes])
        {
            _ = LibCrypto.Sha1Update(&state, bytes, (nuint)message.Length);
            if (trailer.Length > 0) _ = LibCrypto.Sha1Update(&state, end, (nuint)trailer.Length);
            _ = LibCrypto.Sha1Final(result, &state);
            state = states[1];
            _ = LibCrypto.Sha1Update(&state, result, Sha1State.DigestBytes);
            _ = LibCrypto.Sha1Final(result, &state);
        }
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_states);

    private static void Begin(ref Sha1State state, ReadOnlySpan<byte> key, byte pad)
    {
        Span<byte> block = stackalloc byte[Sha1State.BlockBytes];
        block.Fill(pad);
        for (var i = 0; i < key.Length; i++) block[i] ^= key[i];
        fixed (Sha1State* at = &state)
        fixed (byte* bytes = block)
        {
            _ = LibCrypto.Sha1Init(at);
            _ = LibCrypto.Sha1Update(at, bytes, Sha1State.BlockBytes);
        }

        CryptographicOperations.ZeroMemory(block);
    }
}
