using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OrleansAcd.MediaNode.Io.Tls;

/// <summary>Where a session stands.</summary>
internal enum TlsState
{
    Handshaking,
    Open,

    /// <summary>The peer said that it ends (close_notify).</summary>
    Closed,

    /// <summary>Bad bytes, a refused certificate, no common cipher: nothing more can come.</summary>
    Failed,
}

/// <summary>One TLS 1.2 or 1.3 session without I/O, RFC 8446 and RFC 5246: ciphertext in and out, plaintext in and
/// out.</summary>
/// <remarks>After each <see cref="Receive"/> or <see cref="Write"/> take what <see cref="TakeToSend"/> has. Bytes from
/// the network never throw. Not thread-safe.</remarks>
internal sealed unsafe class TlsSession : IDisposable
{
    private readonly string? _wantedName;
    private nint _ssl;
    private nint _received;
    private nint _toSend;

    private TlsSession(TlsContext context, string? wantedName)
    {
        _wantedName = wantedName;
        _ssl = LibSsl.New(context.Pointer);
        GC.KeepAlive(context);
        if (_ssl == 0) throw new InvalidOperationException("libssl has no session to give");

        _received = LibSsl.NewBuffer(LibSsl.MemoryBuffer());
        _toSend = LibSsl.NewBuffer(LibSsl.MemoryBuffer());
        LibSsl.SetBuffers(_ssl, _received, _toSend);
    }

    public TlsState State { get; private set; }

    /// <summary>Names in the peer's certificate, when it showed one that we trust; else none.</summary>
    public IReadOnlyList<string> PeerNames { get; private set; } = [];

    /// <summary>"TLSv1.3", for figures and tests.</summary>
    public string Version => Marshal.PtrToStringUTF8(LibSsl.GetVersion(_ssl)) ?? "";

    public static TlsSession Server(TlsContext context)
    {
        var session = new TlsSession(context, null);
        LibSsl.SetServer(session._ssl);
        return session;
    }

    /// <summary>A client's; it has its greeting to send at once.</summary>
    public static TlsSession Client(TlsContext context, string name)
    {
        var session = new TlsSession(context, name);
        LibSsl.SetClient(session._ssl);

        // RFC 6066 §3: an address is not a server name.
        if (!IPAddress.TryParse(name.Trim('[', ']'), out _))
        {
            _ = LibSsl.Control(session._ssl, LibSsl.ControlHostName, LibSsl.HostNameType, name);
        }

        session.Advance();
        return session;
    }

    /// <summary>Takes bytes from the network.</summary>
    public void Receive(ReadOnlySpan<byte> cipher)
    {
        if (State is TlsState.Failed or TlsState.Closed) return;

        fixed (byte* bytes = cipher)
        {
            if (cipher.Length > 0 && LibSsl.WriteBuffer(_received, bytes, cipher.Length) != cipher.Length)
            {
                State = TlsState.Failed;
                return;
            }
        }

        if (State == TlsState.Handshaking) Advance();
    }

    /// <summary>The next plaintext; 0 when more has to come first.</summary>
    public int Read(Span<byte> plain)
    {
        if (State != TlsState.Open) return 0;

        LibSsl.ClearErrors();
        int length;
        fixed (byte* bytes = plain) length = LibSsl.Read(_ssl, bytes, plain.Length);
        if (length > 0) return length;

        Judge(length);
        return 0;
    }

    /// <summary>Encrypts; false unless the session is open.</summary>
    public bool Write(ReadOnlySpan<byte> plain)
    {
        if (State != TlsState.Open) return false;
        if (plain.IsEmpty) return true;

        LibSsl.ClearErrors();
        fixed (byte* bytes = plain)
        {
            var written = LibSsl.Write(_ssl, bytes, plain.Length);
            if (written == plain.Length) return true;

            Judge(written);
            State = TlsState.Failed;
            return false;
        }
    }

    /// <summary>Says goodbye (close_notify); take what is to be sent afterwards.</summary>
    public void Close()
    {
        if (State != TlsState.Open) return;

        LibSsl.ClearErrors();
        _ = LibSsl.Shutdown(_ssl);
        LibSsl.ClearErrors();
        State = TlsState.Closed;
    }

    /// <summary>Bytes for the network; 0 when there are none. Alerts of a failed session are among them.</summary>
    public int TakeToSend(Span<byte> cipher)
    {
        if (_ssl == 0) return 0;

        fixed (byte* bytes = cipher) return Math.Max(0, LibSsl.ReadBuffer(_toSend, bytes, cipher.Length));
    }

    public void Dispose()
    {
        if (_ssl == 0) return;

        // The buffers go with it.
        LibSsl.Free(_ssl);
        (_ssl, _received, _toSend) = (0, 0, 0);
        State = TlsState.Failed;
    }

    private void Advance()
    {
        LibSsl.ClearErrors();
        var result = LibSsl.Handshake(_ssl);
        if (result != 1)
        {
            Judge(result);
            return;
        }

        PeerNames = ReadPeerNames();

        // RFC 5922 §7.3: after the chain the name.
        var isWanted = _wantedName is null || TlsCertificateNames.Has(PeerNames, _wantedName);
        State = isWanted ? TlsState.Open : TlsState.Failed;
    }

    private void Judge(int result)
    {
        var error = LibSsl.GetError(_ssl, result);
        LibSsl.ClearErrors();
        if (error is LibSsl.ErrorWantRead or LibSsl.ErrorWantWrite) return;

        State = error == LibSsl.ErrorZeroReturn ? TlsState.Closed : TlsState.Failed;
    }

    private IReadOnlyList<string> ReadPeerNames()
    {
        var certificate = LibSsl.GetPeerCertificate(_ssl);
        if (certificate == 0) return [];

        try
        {
            if (LibSsl.GetVerifyResult(_ssl) != LibSsl.VerifiedOk) return [];

            var encoded = new byte[Math.Max(0, LibSsl.EncodeCertificate(certificate, null))];
            fixed (byte* bytes = encoded)
            {
                var at = bytes;
                _ = LibSsl.EncodeCertificate(certificate, &at);
            }

            using var parsed = X509CertificateLoader.LoadCertificate(encoded);
            return TlsCertificateNames.Of(parsed);
        }
        catch (CryptographicException)
        {
            return [];
        }
        finally
        {
            LibSsl.FreeCertificate(certificate);
        }
    }
}
