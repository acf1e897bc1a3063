using System.Net;
using OrleansAcd.Sip.Location;

namespace OrleansAcd.MediaNode.Signalling;

/// <summary>What is known of a name, and for how long.</summary>
/// <param name="Records">None: the name has none of that kind, or nobody said.</param>
/// <param name="TimeToLive">How long they may be kept, the shortest of them (RFC 1035 §3.2.1).</param>
/// <param name="IsAnswered">False: no name server gave an answer that can be used.</param>
internal readonly record struct NameAnswer<T>(IReadOnlyList<T> Records, TimeSpan TimeToLive, bool IsAnswered);

/// <summary>Records of names, as RFC 3263 asks for them. Nothing here throws but at cancellation.</summary>
internal interface INameRecords
{
    /// <summary>NAPTR.</summary>
    Task<NameAnswer<NaptrRecord>> Transports(string domain, CancellationToken end);

    /// <summary>SRV.</summary>
    Task<NameAnswer<SrvRecord>> Services(string service, CancellationToken end);

    /// <summary>A or AAAA, of the family that this node speaks.</summary>
    Task<NameAnswer<IPAddress>> Addresses(string host, CancellationToken end);
}
