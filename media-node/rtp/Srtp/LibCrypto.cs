using System.Runtime.InteropServices;

namespace OrleansAcd.Rtp.Srtp;

/// <summary>The few functions of OpenSSL's libcrypto that SRTP needs, called directly: what the class library puts
/// between costs more than the cipher.</summary>
/// <remarks>Calls on the packet path take well under a microsecond, so they leave the garbage collector's mode
/// alone.</remarks>
internal static unsafe partial class LibCrypto
{
    public const int GetTag = 0x10;
    public const int SetTag = 0x11;

    private const string Library = "libcrypto.so.3";

    public static bool IsPresent { get; } = OperatingSystem.IsLinux() && NativeLibrary.TryLoad(Library, out _);

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_fetch", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint FetchCipher(nint library, string name, nint properties);

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_CTX_new")]
    public static partial nint NewContext();

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_CTX_free")]
    public static partial void FreeContext(nint context);

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_CTX_set_padding")]
    public static partial int SetPadding(nint context, int padding);

    [LibraryImport(Library, EntryPoint = "EVP_CipherInit_ex")]
    [SuppressGCTransition]
    public static partial int Init(nint context, nint cipher, nint engine, byte* key, byte* iv, int encrypt);

    [LibraryImport(Library, EntryPoint = "EVP_CipherUpdate")]
    [SuppressGCTransition]
    public static partial int Update(nint context, byte* output, int* written, byte* input, int length);

    [LibraryImport(Library, EntryPoint = "EVP_CipherFinal_ex")]
    [SuppressGCTransition]
    public static partial int Final(nint context, byte* output, int* written);

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_CTX_ctrl")]
    [SuppressGCTransition]
    public static partial int Control(nint context, int what, int number, void* data);

    [LibraryImport(Library, EntryPoint = "SHA1_Init")]
    [SuppressGCTransition]
    public static partial int Sha1Init(Sha1State* state);

    [LibraryImport(Library, EntryPoint = "SHA1_Update")]
    [SuppressGCTransition]
    public static partial int Sha1Update(Sha1State* state, byte* data, nuint length);

    [LibraryImport(Library, EntryPoint = "SHA1_Final")]
    [SuppressGCTransition]
    public static partial int Sha1Final(byte* digest, Sha1State* state);
}

/// <summary>libcrypto's SHA_CTX: five chaining words, a length of two words, a block of 16, and how much of it is
/// filled.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Sha1State
{
    public const int DigestBytes = 20;
    public const int BlockBytes = 64;
    public const int ChainWords = 5;

    public fixed uint Chain[ChainWords];
    public uint BitsLow;
    public uint BitsHigh;
    public fixed uint Block[16];
    public uint Filled;
}
