using System.Buffers.Binary;
using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using OrleansAcd.MediaCore;

namespace OrleansAcd.Rtp.Srtp;

/// <summary>AES in counter mode, RFC 3711 §4.1.1: a key stream of encrypted counters, added to the data.</summary>
/// <remarks>By the processor's instructions where it has them. Else the counters are written here and encrypted as
/// plain blocks: setting an IV in libcrypto costs five times what encrypting a voice packet does.</remarks>
internal sealed unsafe class AesCounterMode : IDisposable
{
    public const int IvBytes = 16;
    private const int SaltBytesMax = 14;
    private const int KeptLines = 5;

    /// <summary>Null where the processor does it.</summary>
    private readonly CipherContext? _cipher;

    /// <summary>The salt, then the round keys: a packet needs both.</summary>
    private readonly byte[] _kept =
        GC.AllocateArray<byte>(IvBytes + AesInstructions.RoundKeysBytesMax, pinned: true);

    private readonly int _rounds;

    /// <param name="key">16 or 32 bytes.</param>
    /// <param name="salt">Up to 14 bytes; a shorter one counts as filled with zeros at its end (RFC 7714 §11).</param>
    public AesCounterMode(ReadOnlySpan<byte> key, ReadOnlySpan<byte> salt)
        : this(key, salt, AesInstructions.IsSupported)
    {
    }

    /// <param name="byInstructions">False: by libcrypto, as on a processor without them.</param>
    internal AesCounterMode(ReadOnlySpan<byte> key, ReadOnlySpan<byte> salt, bool byInstructions)
    {
        Debug.Assert(salt.Length <= SaltBytesMax, "the last two bytes count blocks");
        salt.CopyTo(_kept);
        if (byInstructions) _rounds = AesInstructions.Expand(key, _kept.AsSpan(IvBytes));
        else _cipher = CipherContext.Blocks(key);
    }

    private ReadOnlySpan<byte> Salt => _kept.AsSpan(0, IvBytes);

    /// <summary>Encrypts or decrypts in place; "IV = (k_s * 2^16) XOR (SSRC * 2^64) XOR (i * 2^16)".</summary>
    /// <param name="firstBlock">Where in the key stream to begin; 0 for packets.</param>
    public void Apply(Span<byte> data, uint ssrc, ulong index, ushort firstBlock = 0)
    {
        Span<byte> iv = stackalloc byte[IvBytes];
        Salt.CopyTo(iv);
        var word = BinaryPrimitives.ReadUInt64BigEndian(iv[8..]) ^ (index << 16);
        BinaryPrimitives.WriteUInt64BigEndian(iv[8..], word);
        BinaryPrimitives.WriteUInt32BigEndian(iv[4..], BinaryPrimitives.ReadUInt32BigEndian(iv[4..]) ^ ssrc);
        Apply(data, iv, firstBlock);
    }

    /// <summary>The first bytes of the key stream of this label, RFC 3711 §4.3.1 with a derivation rate of
    /// zero.</summary>
    public void Derive(byte label, Span<byte> key)
    {
        Span<byte> iv = stackalloc byte[IvBytes];
        Salt.CopyTo(iv);
        iv[7] ^= label;
        key.Clear();
        Apply(key, iv, 0);
    }

    public void Dispose()
    {
        _cipher?.Dispose();
        CryptographicOperations.ZeroMemory(_kept);
    }

    /// <summary>What a packet needs of it.</summary>
    internal void ListMemory(ICollection<FetchedObject> list)
    {
        list.Add(new FetchedObject(this, 1));
        list.Add(new FetchedObject(_kept, KeptLines));
    }

    private void Apply(Span<byte> data, ReadOnlySpan<byte> iv, int firstBlock)
    {
        Debug.Assert(data.Length <= SrtpPacket.BytesMax, "longer than any packet");
        if (_cipher is not null)
        {
            ApplyByLibrary(_cipher, data, iv, firstBlock);
            return;
        }

        AesInstructions.AddKeyStream(data, _kept.AsSpan(IvBytes), _rounds, Vector128.Create(iv), firstBlock);
    }

    [SkipLocalsInit]
    private static void ApplyByLibrary(CipherContext cipher, Span<byte> data, ReadOnlySpan<byte> iv, int firstBlock)
    {
        Span<byte> stream = stackalloc byte[SrtpPacket.BytesMax];
        var length = (data.Length + IvBytes - 1) & ~(IvBytes - 1);
        for (var at = 0; at < length; at += IvBytes)
        {
            iv.CopyTo(stream[at..]);
            BinaryPrimitives.WriteUInt16BigEndian(stream[(at + 14)..], (ushort)(firstBlock + (at / IvBytes)));
        }

        fixed (byte* blocks = stream)
        {
            int written;
            var done = LibCrypto.Update(cipher.Pointer, blocks, &written, blocks, length);
            GC.KeepAlive(cipher);
            if (done != 1 || written != length) throw new InvalidOperationException("libcrypto did not encrypt");
        }

        Xor(data, stream);
    }

    private static void Xor(Span<byte> data, ReadOnlySpan<byte> stream)
    {
        var at = 0;
        for (; at + Vector<byte>.Count <= data.Length; at += Vector<byte>.Count)
        {
            (new Vector<byte>(data[at..]) ^ new Vector<byte>(stream[at..])).CopyTo(data[at..]);
        }

        for (; at < data.Length; at++) data[at] ^= stream[at];
    }
}
