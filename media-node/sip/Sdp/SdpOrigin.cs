using System.Globalization;

namespace OrleansAcd.Sip.Sdp;

/// <summary>The o= line (RFC 8866 section 5.2): who made the session, and which version of it this is.</summary>
public sealed record SdpOrigin(string User, string SessionId, ulong Version, SdpConnection Address)
{
    /// <summary>What stands in where a description has no o= line; several deployed gateways send none.</summary>
    public static readonly SdpOrigin Unknown = new("-", "0", 0, SdpConnection.Nowhere);

    /// <summary>An origin of our own: an id that does not come again, version 1 (RFC 3264 section 5).</summary>
    public static SdpOrigin Create(ulong sessionId, string address)
        => new("-", (sessionId >> 1).ToString(CultureInfo.InvariantCulture), 1, SdpConnection.Of(address));

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{User} {SessionId} {Version} {Address}");
}

/// <summary>The c= line (RFC 8866 section 5.7): network type IN, IP4 or IP6, and an address or host name.</summary>
public sealed record SdpConnection(string AddressType, string Host)
{
    public static readonly SdpConnection Nowhere = new("IP4", "0.0.0.0");

    /// <summary>The old way to hold (RFC 2543; RFC 3264 section 8.4): nothing may be sent to this address.</summary>
    public bool IsHold => Host is "0.0.0.0" or "::";

    public static SdpConnection Of(string host)
        => new(host.Contains(':', StringComparison.Ordinal) ? "IP6" : "IP4", host);

    public override string ToString() => $"IN {AddressType} {Host}";
}
