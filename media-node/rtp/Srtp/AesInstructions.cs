using System.Buffers.Binary;
using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace OrleansAcd.Rtp.Srtp;

/// <summary>AES, FIPS 197, by the processor's own instructions: constant time, and no call into a library whose memory
/// is cold between two packets of a leg.</summary>
internal static class AesInstructions
{
    public const int BlockBytes = 16;

    /// <summary>Of 256-bit keys: 14 rounds and the first one.</summary>
    public const int RoundKeysBytesMax = 15 * BlockBytes;

    private const int Lanes = 4;
    private const int LanesBytes = Lanes * BlockBytes;
    private const int CounterWord = 7;

    public static bool IsSupported => Aes.IsSupported;

    /// <summary>Section 5.2: the key schedule.</summary>
    /// <param name="key">16 or 32 bytes.</param>
    /// <returns>The number of rounds.</returns>
    public static int Expand(ReadOnlySpan<byte> key, Span<byte> roundKeys)
    {
        var keyWords = key.Length / sizeof(uint);
        var rounds = keyWords + 6;
        var words = MemoryMarshal.Cast<byte, uint>(roundKeys)[..(4 * (rounds + 1))];
        MemoryMarshal.Cast<byte, uint>(key).CopyTo(words);
        var constant = 1u;
        for (var i = keyWords; i < words.Length; i++)
        {
            var word = words[i - 1];
            if (i % keyWords == 0)
            {
                word = BitOperations.RotateRight(Substitute(word), 8) ^ constant;
                constant = constant < 0x80 ? constant << 1 : (constant << 1) ^ 0x11B;
            }
            else if (keyWords > 6 && i % keyWords == 4) word = Substitute(word);

            words[i] = words[i - keyWords] ^ word;
        }

        return rounds;
    }

    /// <summary>Adds the key stream of these counters to the data, four blocks at a time.</summary>
    /// <param name="iv">Its last 16 bits count blocks.</param>
    [SkipLocalsInit]
    public static void AddKeyStream(
        Span<byte> data, ReadOnlySpan<byte> roundKeys, int rounds, Vector128<byte> iv, int firstBlock)
    {
        Debug.Assert(roundKeys.Length >= (rounds + 1) * BlockBytes, "a round without a key");
        ref var keys = ref MemoryMarshal.GetReference(roundKeys);
        var block = firstBlock;
        for (; data.Length >= LanesBytes; data = data[LanesBytes..], block += Lanes)
        {
            AddFour(ref MemoryMarshal.GetReference(data), ref keys, rounds, iv, block);
        }

        if (data.IsEmpty) return;

        Span<byte> rest = stackalloc byte[LanesBytes];
        data.CopyTo(rest);
        AddFour(ref MemoryMarshal.GetReference(rest), ref keys, rounds, iv, block);
        rest[..data.Length].CopyTo(data);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddFour(ref byte data, ref byte keys, int rounds, Vector128<byte> iv, int block)
    {
        var key = Vector128.LoadUnsafe(ref keys);
        var (a, b) = (Counter(iv, block) ^ key, Counter(iv, block + 1) ^ key);
        var (c, d) = (Counter(iv, block + 2) ^ key, Counter(iv, block + 3) ^ key);
        for (var round = 1; round < rounds; round++)
        {
            key = Vector128.LoadUnsafe(ref keys, (nuint)(round * BlockBytes));
            a = Aes.Encrypt(a, key);
            b = Aes.Encrypt(b, key);
            c = Aes.Encrypt(c, key);
            d = Aes.Encrypt(d, key);
        }

        key = Vector128.LoadUnsafe(ref keys, (nuint)(rounds * BlockBytes));
        Add(Aes.EncryptLast(a, key), ref data, 0);
        Add(Aes.EncryptLast(b, key), ref data, 1);
        Add(Aes.EncryptLast(c, key), ref data, 2);
        Add(Aes.EncryptLast(d, key), ref data, 3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(Vector128<byte> stream, ref byte data, nuint lane) =>
        (Vector128.LoadUnsafe(ref data, lane * BlockBytes) ^ stream).StoreUnsafe(ref data, lane * BlockBytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Counter(Vector128<byte> iv, int block) =>
        iv.AsUInt16().WithElement(CounterWord, BinaryPrimitives.ReverseEndianness((ushort)block)).AsByte();

    /// <summary>SubWord: with four equal columns the last round shifts nothing, and the key is zero.</summary>
    private static uint Substitute(uint word) =>
        Aes.EncryptLast(Vector128.Create(word).AsByte(), Vector128<byte>.Zero).AsUInt32().ToScalar();
}
