using System.Runtime.InteropServices;

namespace OrleansAcd.MediaNode.Io.Tls;

/// <summary>The part of OpenSSL's libssl and libcrypto that TLS on memory buffers needs. Values are OpenSSL 3's
/// own.</summary>
internal static unsafe partial class LibSsl
{
    public const int Tls12 = 0x0303;
    public const int PemFile = 1;
    public const int VerifyPeer = 1;
    public const int VerifiedOk = 0;

    public const int ControlMode = 33;
    public const int ControlSessionCacheMode = 44;
    public const int ControlServerNameArgument = 54;
    public const int ControlHostName = 55;
    public const int ControlMinimumVersion = 123;
    public const int CallbackServerName = 53;
    public const int HostNameType = 0;
    public const int ModeReleaseBuffers = 0x10;

    public const int ServerNameTaken = 0;
    public const int ServerNameIgnored = 3;

    public const ulong NoTicket = 1UL << 14;
    public const ulong NoCompression = 1UL << 17;
    public const ulong ServerPreference = 1UL << 22;
    public const ulong NoRenegotiation = 1UL << 30;

    public const int ErrorWantRead = 2;
    public const int ErrorWantWrite = 3;
    public const int ErrorZeroReturn = 6;

    private const string Ssl = "libssl.so.3";
    private const string Crypto = "libcrypto.so.3";

    public static bool IsPresent { get; } = OperatingSystem.IsLinux() && NativeLibrary.TryLoad(Ssl, out _);

    [LibraryImport(Ssl, EntryPoint = "TLS_method")]
    public static partial nint Method();

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_new")]
    public static partial nint NewContext(nint method);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_free")]
    public static partial void FreeContext(nint context);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_ctrl")]
    public static partial nint ControlContext(nint context, int what, nint number, nint data);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_callback_ctrl")]
    public static partial nint SetCallback(nint context, int what, delegate* unmanaged<nint, int*, nint, int> callback);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_set_options")]
    public static partial ulong SetOptions(nint context, ulong options);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_use_certificate_chain_file", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int UseCertificateChain(nint context, string file);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_use_PrivateKey_file", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int UsePrivateKey(nint context, string file, int type);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_check_private_key")]
    public static partial int CheckPrivateKey(nint context);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_load_verify_file", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int LoadAuthorities(nint context, string file);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_set_default_verify_paths")]
    public static partial int LoadSystemAuthorities(nint context);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_set_verify")]
    public static partial void SetVerify(nint context, int mode, delegate* unmanaged<int, nint, int> callback);

    [LibraryImport(Ssl, EntryPoint = "SSL_new")]
    public static partial nint New(nint context);

    [LibraryImport(Ssl, EntryPoint = "SSL_free")]
    public static partial void Free(nint ssl);

    [LibraryImport(Ssl, EntryPoint = "SSL_set_bio")]
    public static partial void SetBuffers(nint ssl, nint received, nint toSend);

    [LibraryImport(Ssl, EntryPoint = "SSL_set_accept_state")]
    public static partial void SetServer(nint ssl);

    [LibraryImport(Ssl, EntryPoint = "SSL_set_connect_state")]
    public static partial void SetClient(nint ssl);

    [LibraryImport(Ssl, EntryPoint = "SSL_ctrl", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint Control(nint ssl, int what, nint number, string data);

    [LibraryImport(Ssl, EntryPoint = "SSL_set_SSL_CTX")]
    public static partial nint SetContext(nint ssl, nint context);

    [LibraryImport(Ssl, EntryPoint = "SSL_get_servername")]
    public static partial nint GetServerName(nint ssl, int type);

    [LibraryImport(Ssl, EntryPoint = "SSL_get_version")]
    public static partial nint GetVersion(nint ssl);

    [LibraryImport(Ssl, EntryPoint = "SSL_get_verify_result")]
    public static partial nint GetVerifyResult(nint ssl);

    [LibraryImport(Ssl, EntryPoint = "SSL_get1_peer_certificate")]
    public static partial nint GetPeerCertificate(nint ssl);

    [LibraryImport(Ssl, EntryPoint = "SSL_do_handshake")]
    public static partial int Handshake(nint ssl);

    [LibraryImport(Ssl, EntryPoint = "SSL_read")]
    public static partial int Read(nint ssl, byte* buffer, int length);

    [LibraryImport(Ssl, EntryPoint = "SSL_write")]
    public static partial int Write(nint ssl, byte* buffer, int length);

    [LibraryImport(Ssl, EntryPoint = "SSL_shutdown")]
    public static partial int Shutdown(nint ssl);

    [LibraryImport(Ssl, EntryPoint = "SSL_get_error")]
    public static partial int GetError(nint ssl, int result);

    [LibraryImport(Crypto, EntryPoint = "BIO_s_mem")]
    public static partial nint MemoryBuffer();

    [LibraryImport(Crypto, EntryPoint = "BIO_new")]
    public static partial nint NewBuffer(nint type);

    [LibraryImport(Crypto, EntryPoint = "BIO_write")]
    public static partial int WriteBuffer(nint buffer, byte* data, int length);

    [LibraryImport(Crypto, EntryPoint = "BIO_read")]
    public static partial int ReadBuffer(nint buffer, byte* data, int length);

    [LibraryImport(Crypto, EntryPoint = "ERR_clear_error")]
    public static partial void ClearErrors();

    [LibraryImport(Crypto, EntryPoint = "i2d_X509")]
    public static partial int EncodeCertificate(nint certificate, byte** output);

    [LibraryImport(Crypto, EntryPoint = "X509_free")]
    public static partial void FreeCertificate(nint certificate);
}
