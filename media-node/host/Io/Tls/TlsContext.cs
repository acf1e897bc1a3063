using System.Runtime.InteropServices;

namespace OrleansAcd.MediaNode.Io.Tls;

/// <summary>An SSL_CTX: TLS 1.2 and 1.3, no renegotiation, no compression, no resumption. Sessions that were made from
/// it outlive it.</summary>
internal sealed unsafe class TlsContext : SafeHandle
{
    public TlsContext()
        : base(0, ownsHandle: true)
    {
        SetHandle(LibSsl.NewContext(LibSsl.Method()));
        if (handle == 0) throw new InvalidOperationException("libssl has no context to give");

        _ = LibSsl.ControlContext(handle, LibSsl.ControlMinimumVersion, LibSsl.Tls12, 0);
        _ = LibSsl.ControlContext(handle, LibSsl.ControlMode, LibSsl.ModeReleaseBuffers, 0);
        _ = LibSsl.ControlContext(handle, LibSsl.ControlSessionCacheMode, 0, 0);
        _ = LibSsl.SetOptions(
            handle,
            LibSsl.NoRenegotiation | LibSsl.NoCompression | LibSsl.NoTicket | LibSsl.ServerPreference);
    }

    public override bool IsInvalid => handle == 0;

    public nint Pointer => handle;

    /// <summary>A server's, with one certificate; null when a file cannot be used, and why.</summary>
    /// <param name="asksForCertificate">Whether peers are asked for theirs; one that is not trusted is let in as
    /// nobody.</param>
    public static TlsContext? Server(
        TlsCertificateFiles files, string? authorities, bool asksForCertificate, out string problem)
    {
        var context = new TlsContext();
        problem = context.Use(files) ?? context.Trust(authorities) ?? "";
        if (problem.Length > 0)
        {
            context.Dispose();
            return null;
        }

        if (asksForCertificate) LibSsl.SetVerify(context.handle, LibSsl.VerifyPeer, &LetIn);
        return context;
    }

    /// <summary>A client's: the server must be trusted. It shows a certificate of ours when it is asked.</summary>
    public static TlsContext? Client(TlsCertificateFiles? files, string? authorities, out string problem)
    {
        var context = new TlsContext();
        problem = context.Trust(authorities) ?? (files is null ? null : context.Use(files)) ?? "";
        if (problem.Length > 0)
        {
            context.Dispose();
            return null;
        }

        LibSsl.SetVerify(context.handle, LibSsl.VerifyPeer, null);
        return context;
    }

    /// <summary>Has another context chosen by the name that a client asks for (RFC 6066 §3).</summary>
    public void ChooseByName(delegate* unmanaged<nint, int*, nint, int> callback, nint argument)
    {
        _ = LibSsl.SetCallback(handle, LibSsl.CallbackServerName, callback);
        _ = LibSsl.ControlContext(handle, LibSsl.ControlServerNameArgument, 0, argument);
    }

    protected override bool ReleaseHandle()
    {
        LibSsl.FreeContext(handle);
        return true;
    }

    private string? Use(TlsCertificateFiles files)
    {
        LibSsl.ClearErrors();
        var problem = LibSsl.UseCertificateChain(handle, files.Certificate) != 1
            ? $"{files.Certificate}: no certificate in PEM that can be read"
            : LibSsl.UsePrivateKey(handle, files.Key, LibSsl.PemFile) != 1
                ? $"{files.Key}: no private key in PEM that can be read, or not that of {files.Certificate}"
                : LibSsl.CheckPrivateKey(handle) != 1
                    ? $"{files.Key}: not the key of {files.Certificate}"
                    : null;
        LibSsl.ClearErrors();
        return problem;
    }

    private string? Trust(string? authorities)
    {
        LibSsl.ClearErrors();
        var isLoaded = authorities is null
            ? LibSsl.LoadSystemAuthorities(handle)
            : LibSsl.LoadAuthorities(handle, authorities);
        LibSsl.ClearErrors();
        return isLoaded == 1 ? null : $"{authorities}: no certificates in PEM that can be read";
    }

    /// <summary>Whether the chain was good is asked after the handshake.</summary>
    [UnmanagedCallersOnly]
    private static int LetIn(int isVerified, nint store) => 1;
}
