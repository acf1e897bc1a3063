using System.Buffers.Binary;
using System.Security.Cryptography;
using OrleansAcd.MediaCore;

namespace OrleansAcd.Rtp.Srtp;

/// <summary>AES in Galois counter mode as RFC 7714 uses it: a 96-bit IV, a 128-bit tag.</summary>
internal sealed unsafe class AesGcmCipher : IDisposable
{
    public const int TagBytes = 16;
    public const int IvBytes = 12;

    private readonly CipherContext _seal;
    private readonly CipherContext _open;
    private readonly byte[] _salt = GC.AllocateArray<byte>(IvBytes, pinned: true);

    public AesGcmCipher(ReadOnlySpan<byte> key, ReadOnlySpan<byte> salt)
    {
        _seal = CipherContext.Gcm(key, encrypt: true);
        _open = CipherContext.Gcm(key, encrypt: false);
        salt[..IvBytes].CopyTo(_salt);
    }

    /// <summary>Encrypts from one place to another, or in place, and writes the tag.</summary>
    /// <param name="index">RFC 7714 §8.1 and §9.1: rollover counter and sequence, or SRTCP's index.</param>
    public void Seal(
        uint ssrc, ulong index, in AssociatedData associated, ReadOnlySpan<byte> plain, Span<byte> cipher,
        Span<byte> tag)
    {
        fixed (byte* result = tag[..TagBytes])
        {
            var isDone = Run(_seal.Pointer, 1, ssrc, index, associated, plain, cipher)
                && LibCrypto.Control(_seal.Pointer, LibCrypto.GetTag, TagBytes, result) == 1;
            GC.KeepAlive(this);
            if (!isDone) throw new InvalidOperationException("libcrypto did not encrypt");
        }
    }

    /// <summary>False when the tag is wrong; what was then written to <paramref name="plain"/> is worth
    /// nothing.</summary>
    public bool TryOpen(
        uint ssrc, ulong index, in AssociatedData associated, ReadOnlySpan<byte> cipher, ReadOnlySpan<byte> tag,
        Span<byte> plain)
    {
        fixed (byte* expected = tag[..TagBytes])
        {
            var isSet = LibCrypto.Control(_open.Pointer, LibCrypto.SetTag, TagBytes, expected) == 1;
            var isOpen = isSet && Run(_open.Pointer, 0, ssrc, index, associated, cipher, plain);
            GC.KeepAlive(this);
            return isOpen;
        }
    }

    /// <summary>What a packet needs of it.</summary>
    public void ListMemory(ICollection<FetchedObject> list)
    {
        list.Add(new FetchedObject(this, 1));
        list.Add(new FetchedObject(_salt, 1));
    }

    public void Dispose()
    {
        _seal.Dispose();
        _open.Dispose();
        CryptographicOperations.ZeroMemory(_salt);
    }

    private bool Run(
        nint context, int encrypt, uint ssrc, ulong index, in AssociatedData associated, ReadOnlySpan<byte> from,
        Span<byte> to)
    {
        var iv = stackalloc byte[IvBytes];
        var vector = new Span<byte>(iv, IvBytes);
        _salt.CopyTo(vector);
        BinaryPrimitives.WriteUInt32BigEndian(vector[2..], BinaryPrimitives.ReadUInt32BigEndian(vector[2..]) ^ ssrc);
        var low = BinaryPrimitives.ReadUInt64BigEndian(vector[4..]) ^ index;
        BinaryPrimitives.WriteUInt64BigEndian(vector[4..], low);

        int written;
        fixed (byte* header = associated.Header, trailer = associated.Trailer, source = from, target = to)
        {
            var last = stackalloc byte[TagBytes];
            return LibCrypto.Init(context, 0, 0, null, iv, encrypt) == 1
                && LibCrypto.Update(context, null, &written, header, associated.Header.Length) == 1
                && (associated.Trailer.IsEmpty
                    || LibCrypto.Update(context, null, &written, trailer, associated.Trailer.Length) == 1)
                && (from.IsEmpty || LibCrypto.Update(context, target, &written, source, from.Length) == 1)
                && LibCrypto.Final(context, last, &written) == 1;
        }
    }
}

/// <summary>What is authenticated but not encrypted, in two parts.</summary>
internal readonly ref struct AssociatedData(ReadOnlySpan<byte> header, ReadOnlySpan<byte> trailer)
{
    public ReadOnlySpan<byte> Header { get; } = header;

    public ReadOnlySpan<byte> Trailer { get; } = trailer;
}
