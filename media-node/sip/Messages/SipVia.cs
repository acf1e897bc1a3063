using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace OrleansAcd.Sip.Messages;

/// <summary>One Via value, RFC 3261 §20.42, with rport (RFC 3581).</summary>
public sealed class SipVia
{
    /// <summary>RFC 3261 §8.1.1.7: the branch of an element that follows this specification begins so.</summary>
    public const string MagicCookie = "z9hG4bK";

    private readonly string _text;

    private SipVia(string text, string version, string transport, string host, int port, SipParameters parameters)
    {
        _text = text;
        Version = version;
        Transport = transport;
        Host = host;
        Port = port;
        Parameters = parameters;
        Branch = parameters.Get("branch") ?? "";
    }

    public string Version { get; }

    /// <summary>UDP, TCP ... as written.</summary>
    public string Transport { get; }

    /// <summary>Host of sent-by; an IPv6 address keeps its brackets.</summary>
    public string Host { get; }

    /// <summary>Port of sent-by, 0 when absent.</summary>
    public int Port { get; }

    public SipParameters Parameters { get; }

    /// <summary>Empty when absent.</summary>
    public string Branch { get; }

    public string? Received => Parameters.Get("received");

    public string? Maddr => Parameters.Get("maddr");

    /// <summary>The rport value: null when absent, 0 when asked for without a value.</summary>
    public int? RPort => !Parameters.TryGet("rport", out var text) ? null
        : SipText.TryParseNumber(text, out var port) && port <= 65535 ? (int)port : 0;

    public int? Ttl =>
        Parameters.TryGet("ttl", out var text) && SipText.TryParseNumber(text, out var ttl)
            && ttl < 256 ? (int)ttl : null;

    /// <summary>§17.2.3: a branch that is the cookie and something more. The cookie alone is no RFC 3261
    /// branch.</summary>
    public bool HasMagicCookie =>
        Branch.Length > MagicCookie.Length && Branch.StartsWith(MagicCookie, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the parameters were malformed: the sent-by is good enough to answer 400, no more.</summary>
    internal bool IsDamaged { get; private init; }

    /// <summary>Makes `SIP/2.0/UDP host:port;branch=...;rport`.</summary>
    public static string Format(string transport, string host, int port, string branch) =>
        string.Create(CultureInfo.InvariantCulture, $"SIP/2.0/{transport} {host}:{port};branch={branch};rport");

    /// <summary>A Via value. A bad parameter list after a good sent-by gives a damaged one that is still a route
    /// back.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out SipVia? via)
    {
        via = null;
        var rest = text.AsSpan();
        if (!TryTakePart(ref rest, out var protocol) || !TryTakePart(ref rest, out var version)) return false;
        if (!protocol.Equals("SIP", StringComparison.OrdinalIgnoreCase)) return false;

        rest = rest.TrimStart();
        var blank = rest.IndexOfAny(' ', '\t');
        if (blank <= 0 || !SipText.IsToken(rest[..blank])) return false;

        var transport = rest[..blank];
        rest = rest[blank..].TrimStart();
        if (!SipUri.TryTakeHost(ref rest, out var host)) return false;

        rest = TrimAroundColon(rest);
        if (!SipUri.TryTakePort(ref rest, out var port)) return false;

        rest = rest.Trim();
        var good = SipParameters.IsWellFormed(rest);
        if (!good && rest[0] != ';') return false;
        via = new SipVia(text, version.ToString(), NameOf(transport), host.ToString(), port,
            new SipParameters(good ? rest.ToString() : "")) { IsDamaged = !good || !version.SequenceEqual("2.0") };
        return true;
    }

    public override string ToString() => _text;

    private static string NameOf(ReadOnlySpan<char> transport) =>
        transport.SequenceEqual("UDP") ? "UDP" : transport.SequenceEqual("TCP") ? "TCP" : transport.ToString();

    private static bool TryTakePart(ref ReadOnlySpan<char> rest, out ReadOnlySpan<char> part)
    {
        var slash = rest.IndexOf('/');
        part = slash < 0 ? default : rest[..slash].Trim();
        if (slash >= 0) rest = rest[(slash + 1)..];
        return SipText.IsToken(part);
    }

    private static ReadOnlySpan<char> TrimAroundColon(ReadOnlySpan<char> rest)
    {
        var trimmed = rest.TrimStart();
        if (trimmed.IsEmpty || trimmed[0] != ':' || (trimmed.Length > 1
            && trimmed[1] is not (' ' or '\t'))) return trimmed;
        return string.Concat(":", trimmed[1..].TrimStart());
    }
}
