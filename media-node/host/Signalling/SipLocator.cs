using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Location;
using OrleansAcd.Sip.Stack;

namespace OrleansAcd.MediaNode.Signalling;

/// <summary>From a destination to the servers that may be tried, in order: NAPTR, SRV, then addresses (RFC 3263
/// §4).</summary>
/// <param name="family">The family that this node speaks.</param>
/// <param name="addresses">All addresses of a host; throws <see cref="SocketException"/> where there are none.</param>
/// <param name="records">Records of a name.</param>
internal sealed class SipLocator(
    AddressFamily family, Func<string, CancellationToken, Task<IPAddress[]>> addresses,
    Func<string, DnsRecordType, CancellationToken, Task<DnsAnswer>> records)
{
    /// <summary>Servers of one destination that are kept.</summary>
    public const int HopsMax = 16;

    private const int ServicesMax = 4;

    public async Task<IReadOnlyList<SipHop>> Locate(SipDestination to, CancellationToken end)
    {
        var hops = new List<SipHop>();
        if (to.Port == 0)
        {
            foreach (var (transport, name) in await Services(to, end)) await AddServers(hops, transport, name, end);
        }

        // §4.2: "If no SRV records were found, the client performs an A or AAAA record lookup of the domain name."
        if (hops.Count == 0) hops.AddRange((await Addresses(to.Host, end)).Select(to.At));
        return hops.Count > HopsMax ? hops[..HopsMax] : hops;
    }

    /// <summary>§4.1: the transport that the URI names, else the domain's choice, else ours.</summary>
    private async Task<IReadOnlyList<(SipTransport Transport, string Name)>> Services(
        SipDestination to, CancellationToken end)
    {
        if (to.Transport is { } named) return [(named, $"{Prefix(named)}.{to.Host}")];

        var offered = (await records(to.Host, DnsRecordType.Naptr, end)).Transports
            .Where(record => record.Flags is "s" or "S" && Of(record.Service) is not null)
            .OrderBy(record => record.Order).ThenBy(record => record.Preference)
            .Select(record => (Of(record.Service)!.Value, record.Replacement))
            .Take(ServicesMax)
            .ToList();
        if (offered.Count > 0) return offered;

        return [.. ((SipTransport[])[SipTransport.Udp, SipTransport.Tcp]).Select(t => (t, $"{Prefix(t)}.{to.Host}"))];
    }

    private async Task AddServers(List<SipHop> hops, SipTransport transport, string service, CancellationToken end)
    {
        var found = await records(service, DnsRecordType.Srv, end);
        var lots = new SeededIdSource(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))));
        foreach (var server in SrvOrder.Of(found.Services, lots))
        {
            if (hops.Count >= HopsMax) return;
            if (server.Target.Length == 0) continue;

            foreach (var address in await Addresses(server.Target, end))
            {
                hops.Add(new SipHop(transport, new IPEndPoint(address, server.Port)));
            }
        }
    }

    private async Task<IEnumerable<IPAddress>> Addresses(string host, CancellationToken end)
    {
        try
        {
            return (await addresses(host, end)).Where(address => address.AddressFamily == family);
        }
        catch (Exception error) when (error is SocketException or ArgumentException)
        {
            return [];      // no such name, or no name server: the next server may have an address
        }
    }

    private static string Prefix(SipTransport transport) => transport switch
    {
        SipTransport.Tls => "_sips._tcp",
        SipTransport.Tcp => "_sip._tcp",
        _ => "_sip._udp",
    };

    private static SipTransport? Of(string service) => service.ToUpperInvariant() switch
    {
        "SIP+D2U" => SipTransport.Udp,
        "SIP+D2T" => SipTransport.Tcp,
        "SIPS+D2T" => SipTransport.Tls,
        _ => null,
    };
}
