namespace OrleansAcd.MediaNode.Io;

/// <summary>How a UDP socket is set up; streams have the mark of signalling.</summary>
/// <param name="ReceiveBufferBytes">0 leaves the system's default.</param>
/// <param name="Dscp">RFC 2474 code point of what is sent; 46 is expedited forwarding (RFC 3246), for voice.</param>
public sealed record SocketOptions(int ReceiveBufferBytes, int Dscp)
{
    /// <summary>Voice: EF, and room for a second of packets at most, since later ones are worth nothing.</summary>
    public static readonly SocketOptions Voice = new(64 * 1024, 46);

    /// <summary>Signalling of many calls on one socket: CS3 (RFC 4594 §2.3) and a large buffer.</summary>
    public static readonly SocketOptions Signalling = new(4 * 1024 * 1024, 24);
}
