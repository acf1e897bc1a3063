using System.Net;
using OrleansAcd.Sip.Location;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Transactions;

namespace OrleansAcd.Sip.Stack;

/// <summary>Transports by their behaviour.</summary>
public enum SipTransport : byte
{
    Udp,
    Tcp,
    Tls,
    Ws,
}

/// <summary>Where a message came from or goes to.</summary>
/// <param name="Transport">The transport.</param>
/// <param name="Remote">The other end.</param>
/// <param name="ConnectionId">The connection; 0 for UDP, and for a stream that the owner has to open or find.</param>
public readonly record struct SipFlow(SipTransport Transport, IPEndPoint Remote, long ConnectionId = 0)
{
    /// <summary>Whom TLS has to find there: the host of the URI (RFC 5922 §4); null for whoever is
    /// connected.</summary>
    public string? ServerName { get; init; }

    /// <summary>The peer is reached this way alone, a phone behind NAT for one: a large request stays on UDP and is
    /// fragmented, since a TCP connection towards it could only time out (RFC 3261 §18.1.1 knows no NAT).</summary>
    public bool IsOnlyWay { get; init; }

    public bool IsReliable => Transport is not SipTransport.Udp;

    /// <summary>The name in Via.</summary>
    public string ViaName => Transport switch
    {
        SipTransport.Tcp => "TCP",
        SipTransport.Tls => "TLS",
        SipTransport.Ws => "WS",
        _ => "UDP",
    };
}

/// <summary>One output of the stack: bytes to send, or an event for the owner.</summary>
public readonly record struct SipOutput(SipFlow Flow, ReadOnlyMemory<byte> Bytes, SipEvent? Event)
{
    public bool IsSend => Event is null;
}

/// <summary>How a stack presents itself and what it allows.</summary>
public sealed record SipStackOptions
{
    /// <summary>Numeric host for Via and Contact; IPv6 in brackets.</summary>
    public required string Host { get; init; }

    public int UdpPort { get; init; } = 5060;

    public int TcpPort { get; init; } = 5060;

    /// <summary>For Via and Contact over TLS.</summary>
    public int TlsPort { get; init; } = 5061;

    /// <summary>User part of Contact.</summary>
    public string ContactUser { get; init; } = "acd";

    public string UserAgent { get; init; } = "OrleansAcd";

    /// <summary>Methods that are taken; others get 405 or 501.</summary>
    public string Allow { get; init; } =
        "INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO, REFER, NOTIFY, MESSAGE, REGISTER";

    public string Supported { get; init; } = "100rel, timer, replaces, norefersub";

    /// <summary>Body types of session descriptions that the owner reads.</summary>
    public string Accept { get; init; } = "application/sdp";

    public SipTimers Timers { get; init; } = SipTimers.Default;

    /// <summary>RFC 4028: the interval that is asked for; zero turns session timers off.</summary>
    public TimeSpan SessionInterval { get; init; } = TimeSpan.FromSeconds(1800);

    /// <summary>RFC 4028 §5: the shortest interval that is taken; never below 90 s in production.</summary>
    public TimeSpan SessionIntervalMin { get; init; } = TimeSpan.FromSeconds(90);

    public int ServerTransactionsMax { get; init; } = 50_000;

    public int ClientTransactionsMax { get; init; } = 50_000;

    public int CallsMax { get; init; } = 20_000;

    /// <summary>Retry-After of a 503 under overload.</summary>
    public TimeSpan OverloadRetryAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>RFC 3261 §18.1.1: larger requests leave UDP for TCP.</summary>
    public int UdpRequestBytesMax { get; init; } = SipLimits.UdpRequestBytesMax;

    /// <summary>Requests in a dialog over UDP go where the peer's last request came from, instead of to its Contact:
    /// for peers behind address translation. Only without a route set.</summary>
    public bool FollowSource { get; init; }

    /// <summary>Makes Call-IDs; the default takes 128 random bits.</summary>
    public Func<string>? NewCallId { get; init; }

    /// <summary>Finds the server of a host name (RFC 3263); null means unreachable. Without it only numeric hosts are
    /// reached.</summary>
    public Func<SipDestination, SipHop?>? Resolve { get; init; }
}
