using System.Net;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Stack;

namespace OrleansAcd.Sip.Location;

/// <summary>What a SIP URI says of where it leads, as far as RFC 3263 §4 asks.</summary>
/// <param name="Host">The name, in lower case.</param>
/// <param name="Port">0 where the URI has none: then services are looked for.</param>
/// <param name="Transport">Null where the URI has none: then the other side's preference counts.</param>
public readonly record struct SipDestination(string Host, int Port, SipTransport? Transport)
{
    private const int PlainPort = 5060;
    private const int TlsPort = 5061;

    /// <summary>§26.2.2 of RFC 3261: each hop of a SIPS URI is TLS, whatever transport it names.</summary>
    public static SipDestination Of(SipUri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        var transport = uri.Scheme is SipUriScheme.Sips ? SipTransport.Tls : Named(uri.Parameters.Get("transport"));
        return new SipDestination(uri.Host.ToLowerInvariant(), uri.Port, transport);
    }

    /// <summary>§4.2: the port of a transport where nothing names one.</summary>
    public static int PortOf(SipTransport transport) => transport is SipTransport.Tls ? TlsPort : PlainPort;

    /// <summary>Its way to an address: port and transport as given, else the usual ones.</summary>
    public SipHop At(IPAddress address)
    {
        var transport = Transport ?? SipTransport.Udp;
        return new SipHop(transport, new IPEndPoint(address, Port != 0 ? Port : PortOf(transport)));
    }

    private static SipTransport? Named(string? name) => name?.ToUpperInvariant() switch
    {
        null => null,
        "TCP" => SipTransport.Tcp,
        "TLS" => SipTransport.Tls,
        "WS" => SipTransport.Ws,
        _ => SipTransport.Udp,
    };
}

/// <summary>One place where requests can be sent.</summary>
public readonly record struct SipHop(SipTransport Transport, IPEndPoint Remote);
