namespace OrleansAcd.Sip.Location;

/// <summary>Kinds of records that are asked for (RFC 2782, RFC 3403).</summary>
public enum DnsRecordType : ushort
{
    Srv = 33,
    Naptr = 35,
}

/// <summary>Why a response cannot be used.</summary>
public enum DnsError
{
    None,
    TooShort,

    /// <summary>Another identifier, another question, or no response at all: somebody else's, or forged.</summary>
    NotOurs,

    /// <summary>The name does not exist.</summary>
    NoSuchName,

    /// <summary>The server failed or refused.</summary>
    ServerFailure,

    /// <summary>It did not fit into a datagram.</summary>
    Truncated,
    Malformed,
}

/// <summary>A server of a service, RFC 2782.</summary>
/// <param name="Target">Empty: the service is decidedly not there.</param>
public sealed record SrvRecord(ushort Priority, ushort Weight, ushort Port, string Target);

/// <summary>A transport that a domain offers, RFC 3263 §4.1 and RFC 3403 §4.</summary>
/// <param name="Replacement">The name of its SRV records.</param>
public sealed record NaptrRecord(ushort Order, ushort Preference, string Flags, string Service, string Replacement);

/// <summary>The records of one response, those of the kind that was asked for.</summary>
public sealed class DnsAnswer
{
    public List<SrvRecord> Services { get; } = [];

    public List<NaptrRecord> Transports { get; } = [];
}
