using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using OrleansAcd.MediaCore;

namespace OrleansAcd.Rtp.Srtp;

/// <summary>HMAC-SHA1, RFC 2104, with both padded keys hashed beforehand: RFC 3711 §4.2.1.</summary>
/// <remarks>What is left of the hash after a padded key are five words: they are put back for every packet, in half the
/// time of the fastest of libcrypto's own HMAC interfaces.</remarks>
internal sealed unsafe class HmacSha1 : IDisposable
{
    private const byte InnerPad = 0x36;
    private const byte OuterPad = 0x5C;
    private const int BitsPerByte = 8;

    /// <summary>The chaining words after the inner key, then those after the outer one.</summary>
    private readonly uint[] _chains = GC.AllocateArray<uint>(2 * Sha1State.ChainWords, pinned: true);

    /// <param name="key">At most a block, 64 bytes; SRTP's has 20.</param>
    public HmacSha1(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(key.Length, Sha1State.BlockBytes);
        Begin(_chains.AsSpan(0, Sha1State.ChainWords), key, InnerPad);
        Begin(_chains.AsSpan(Sha1State.ChainWords), key, OuterPad);
    }

    /// <summary>The digest of a message of two parts, the second one a 32-bit word in network order.</summary>
    /// <param name="digest">20 bytes; tags are its beginning.</param>
    [SkipLocalsInit]
    public void Compute(ReadOnlySpan<byte> message, ReadOnlySpan<byte> trailer, Span<byte> digest)
    {
        Sha1State state;
        fixed (byte* bytes = message, end = trailer, result = digest[..Sha1State.DigestBytes])
        {
            Continue(&state, 0);
            _ = LibCrypto.Sha1Update(&state, bytes, (nuint)message.Length);
            if (trailer.Length > 0) _ = LibCrypto.Sha1Update(&state, end, (nuint)trailer.Length);
            _ = LibCrypto.Sha1Final(result, &state);
            Continue(&state, Sha1State.ChainWords);
            _ = LibCrypto.Sha1Update(&state, result, Sha1State.DigestBytes);
            _ = LibCrypto.Sha1Final(result, &state);
        }
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_chains.AsSpan()));

    /// <summary>What a packet needs of it.</summary>
    internal void ListMemory(ICollection<FetchedObject> list)
    {
        list.Add(new FetchedObject(this, 1));
        list.Add(new FetchedObject(_chains, 1));
    }

    /// <summary>The hash as it was after one block, the padded key.</summary>
    private void Continue(Sha1State* state, int chain)
    {
        _chains.AsSpan(chain, Sha1State.ChainWords).CopyTo(new Span<uint>(state->Chain, Sha1State.ChainWords));
        (state->BitsLow, state->BitsHigh, state->Filled) = (Sha1State.BlockBytes * BitsPerByte, 0, 0);
    }

    private static void Begin(Span<uint> chain, ReadOnlySpan<byte> key, byte pad)
    {
        Span<byte> block = stackalloc byte[Sha1State.BlockBytes];
        block.Fill(pad);
        for (var i = 0; i < key.Length; i++) block[i] ^= key[i];
        Sha1State state;
        fixed (byte* bytes = block)
        {
            _ = LibCrypto.Sha1Init(&state);
            _ = LibCrypto.Sha1Update(&state, bytes, Sha1State.BlockBytes);
        }

        new Span<uint>(state.Chain, Sha1State.ChainWords).CopyTo(chain);
        CryptographicOperations.ZeroMemory(new Span<byte>(&state, sizeof(Sha1State)));
        CryptographicOperations.ZeroMemory(block);
    }
}
