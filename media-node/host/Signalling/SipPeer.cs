using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.MediaNode.Io.Tls;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Stack;

namespace OrleansAcd.MediaNode.Signalling;

/// <summary>Whoever is at the other end of one connection: its bytes framed, and under TLS encrypted.</summary>
/// <param name="tls">Null over plain TCP. A session that is not open yet keeps what is to be sent.</param>
/// <param name="serverName">Whom we connected to.</param>
/// <param name="waitingMax">Bytes that may wait for the handshake.</param>
/// <param name="tooLate">Told when it is not up in time.</param>
internal sealed class SipPeer(
    TcpConnection connection, SipFlow flow, TlsSession? tls, string? serverName, int waitingMax,
    Action<SipPeer> tooLate) : ITimeoutHandler, IDisposable
{
    private const int CipherBytes = 16 * 1024;

    private readonly List<byte[]> _waiting = [];
    private LoopTimer? _limit;
    private int _waitingBytes;
    private bool _isOpen;

    public TcpConnection Connection => connection;

    public SipFlow Flow => flow;

    public TlsSession? Tls => tls;

    public SipStreamFramer Framer { get; } = new();

    public Instant LastHeard { get; set; }

    /// <summary>We made the connection.</summary>
    public bool IsOurs { get; init; }

    public LoopTimer Limit => _limit ??= new LoopTimer(this);

    /// <summary>Counted among the handshakes that are under way.</summary>
    public bool IsInHandshake => tls is not null && !_isOpen;

    /// <summary>RFC 5923: a connection is used again only for the name that it was made or shown for.</summary>
    public bool IsFor(string? name) => name is null || tls is null
        || name.Equals(serverName, StringComparison.OrdinalIgnoreCase) || TlsCertificateNames.Has(tls.PeerNames, name);

    public bool TrySend(ReadOnlySpan<byte> bytes)
    {
        if (tls is null) return connection.TrySend(bytes);
        if (tls.State != TlsState.Handshaking) return tls.Write(bytes) && SendCipher();
        if (_waitingBytes + bytes.Length > waitingMax) return false;

        _waitingBytes += bytes.Length;
        _waiting.Add(bytes.ToArray());
        return true;
    }

    /// <summary>The handshake is over: what waited for it goes out.</summary>
    public void SendWaiting()
    {
        _isOpen = true;
        foreach (var bytes in _waiting) tls!.Write(bytes);
        _waiting.Clear();
        _waitingBytes = 0;
    }

    /// <summary>Hands over what the session has to send; false when the connection does not take it.</summary>
    public bool SendCipher()
    {
        if (tls is null) return true;

        Span<byte> cipher = stackalloc byte[CipherBytes];
        for (var length = tls.TakeToSend(cipher); length > 0; length = tls.TakeToSend(cipher))
        {
            if (!connection.TrySend(cipher[..length])) return false;
        }

        return true;
    }

    public void SayGoodbye()
    {
        tls?.Close();
        if (!connection.IsClosed) SendCipher();
    }

    public void HandleTimeout(Instant now) => tooLate(this);

    public void OnFault(Exception error) => tooLate(this);

    public void Dispose()
    {
        tls?.Dispose();
        Framer.Dispose();
    }
}
