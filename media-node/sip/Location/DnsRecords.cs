namespace OrleansAcd.Sip.Location;

/// <summary>A server of a service, RFC 2782.</summary>
/// <param name="Target">Empty: the service is decidedly not there.</param>
public sealed record SrvRecord(ushort Priority, ushort Weight, ushort Port, string Target);

/// <summary>A transport that a domain offers, RFC 3263 §4.1 and RFC 3403 §4.</summary>
/// <param name="Replacement">The name of its SRV records.</param>
public sealed record NaptrRecord(ushort Order, ushort Preference, string Flags, string Service, string Replacement);
