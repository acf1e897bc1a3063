using System.Net;

namespace OrleansAcd.MediaNode.Io.Tls;

/// <summary>A certificate with its chain, and its key, in PEM.</summary>
public sealed record TlsCertificateFiles(string Certificate, string Key);

/// <summary>SIP over TLS: where, with which certificates, whom to trust.</summary>
public sealed record TlsOptions
{
    /// <summary>Where TLS is bound; null: it is only connected out.</summary>
    public IPEndPoint? Listen { get; init; }

    /// <summary>One is chosen by the name that a client asks for, else the first; at most 64. The first is also shown
    /// to servers that ask.</summary>
    public IReadOnlyList<TlsCertificateFiles> Certificates { get; init; } = [];

    /// <summary>Certificates of authorities in PEM, for servers we connect to and clients that show theirs; null: the
    /// system's.</summary>
    public string? AuthoritiesFile { get; init; }

    /// <summary>From connecting, or being connected to, until the handshake is over.</summary>
    public TimeSpan HandshakeMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Handshakes under way at once; further connections are closed.</summary>
    public int HandshakesMax { get; init; } = 1_000;
}
