using System.Runtime.InteropServices;

namespace OrleansAcd.Rtp.Srtp;

/// <summary>An EVP_CIPHER_CTX with its key schedule. Freeing it wipes the schedule.</summary>
internal sealed unsafe class CipherContext : SafeHandle
{
    private static readonly nint s_ecb128 = Fetch("AES-128-ECB");
    private static readonly nint s_ecb256 = Fetch("AES-256-ECB");
    private static readonly nint s_gcm128 = Fetch("AES-128-GCM");
    private static readonly nint s_gcm256 = Fetch("AES-256-GCM");

    private CipherContext(nint cipher, ReadOnlySpan<byte> key, bool encrypt)
        : base(0, ownsHandle: true)
    {
        SetHandle(LibCrypto.NewContext());
        fixed (byte* bytes = key)
        {
            var isKeyed = handle != 0 && LibCrypto.Init(handle, cipher, 0, bytes, null, encrypt ? 1 : 0) == 1;
            if (!isKeyed) throw new InvalidOperationException("libcrypto refused a key");
        }
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>For calls on the packet path, whose caller keeps this object alive.</summary>
    public nint Pointer => handle;

    /// <summary>The bare block cipher: needs no set-up per packet.</summary>
    public static CipherContext Blocks(ReadOnlySpan<byte> key)
    {
        var context = new CipherContext(key.Length == 32 ? s_ecb256 : s_ecb128, key, encrypt: true);
        _ = LibCrypto.SetPadding(context.handle, 0);
        return context;
    }

    public static CipherContext Gcm(ReadOnlySpan<byte> key, bool encrypt) =>
        new(key.Length == 32 ? s_gcm256 : s_gcm128, key, encrypt);

    protected override bool ReleaseHandle()
    {
        LibCrypto.FreeContext(handle);
        return true;
    }

    private static nint Fetch(string name) => LibCrypto.IsPresent ? LibCrypto.FetchCipher(0, name, 0) : 0;
}
