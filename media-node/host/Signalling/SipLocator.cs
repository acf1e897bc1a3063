using System.Net;
using System.Security.Cryptography;
using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Location;
using OrleansAcd.Sip.Stack;

namespace OrleansAcd.MediaNode.Signalling;

/// <summary>The servers of a destination.</summary>
/// <param name="Hops">In the order in which they are tried.</param>
/// <param name="TimeToLive">How long that holds: the shortest of all records that it was found by.</param>
/// <param name="IsCertain">False: it was not answered which services there are, so these may not be what the domain
/// wants.</param>
internal sealed record LocatedServers(IReadOnlyList<SipHop> Hops, TimeSpan TimeToLive, bool IsCertain);

/// <summary>From a destination to the servers that may be tried, in order: NAPTR, SRV, then addresses (RFC 3263
/// §4).</summary>
internal sealed class SipLocator(INameRecords names)
{
    /// <summary>Servers of one destination that are kept.</summary>
    public const int HopsMax = 16;

    private const int ServicesMax = 4;

    public async Task<LocatedServers> Locate(SipDestination to, CancellationToken end)
    {
        var search = new Search();
        if (to.Port == 0)
        {
            foreach (var (transport, name) in await Services(search, to, end))
            {
                await AddServers(search, transport, name, end);
            }
        }

        // §4.2: "If no SRV records were found, the client performs an A or AAAA record lookup of the domain name."
        if (!search.HasServices)
        {
            var addresses = search.Addresses(await names.Addresses(to.Host, end));
            search.Hops.AddRange(addresses.Take(HopsMax).Select(to.At));
        }

        return search.Result;
    }

    /// <summary>§4.1: the transport that the URI names, else the domain's choice, else ours. Where TLS is asked for,
    /// the domain says where, and services without SIPS are discarded.</summary>
    private async Task<IReadOnlyList<(SipTransport Transport, string Name)>> Services(
        Search search, SipDestination to, CancellationToken end)
    {
        if (to.Transport is { } named and not SipTransport.Tls) return [(named, $"{Prefix(named)}.{to.Host}")];

        var offered = search.Take(await names.Transports(to.Host, end))
            .Where(record => record.Flags is "s" or "S" && IsFor(to, Of(record.Service)))
            .OrderBy(record => record.Order).ThenBy(record => record.Preference)
            .Select(record => (Of(record.Service)!.Value, record.Replacement))
            .Take(ServicesMax)
            .ToList();
        if (offered.Count > 0) return offered;

        SipTransport[] usual = to.Transport is { } asked ? [asked] : [SipTransport.Udp, SipTransport.Tcp];
        return [.. usual.Select(transport => (transport, $"{Prefix(transport)}.{to.Host}"))];
    }

    private static bool IsFor(SipDestination to, SipTransport? offered) =>
        offered is not null && (to.Transport is null || to.Transport == offered);

    private async Task AddServers(Search search, SipTransport transport, string service, CancellationToken end)
    {
        var found = search.Take(await names.Services(service, end));
        search.HasServices |= found.Count > 0;
        var lots = new SeededIdSource(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))));
        foreach (var server in SrvOrder.Of(found, lots))
        {
            if (search.Hops.Count >= HopsMax) return;
            if (server.Target.Length == 0) continue;

            var addresses = search.Addresses(await names.Addresses(server.Target, end));
            var room = HopsMax - search.Hops.Count;
            var hops = addresses.Take(room).Select(a => new SipHop(transport, new IPEndPoint(a, server.Port)));
            search.Hops.AddRange(hops);
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

    /// <summary>What has been found so far.</summary>
    private sealed class Search
    {
        private TimeSpan _timeToLive = TimeSpan.MaxValue;
        private bool _isCertain = true;

        public List<SipHop> Hops { get; } = [];

        /// <summary>The domain has SRV records, be it that none of them leads anywhere.</summary>
        public bool HasServices { get; set; }

        public LocatedServers Result => new(Hops, _timeToLive, _isCertain);

        public IReadOnlyList<T> Take<T>(in NameAnswer<T> answer)
        {
            _isCertain &= answer.IsAnswered;
            return Addresses(answer);
        }

        /// <summary>A server whose address nobody tells is one less, as if it were down.</summary>
        public IReadOnlyList<T> Addresses<T>(in NameAnswer<T> answer)
        {
            if (answer.TimeToLive < _timeToLive) _timeToLive = answer.TimeToLive;
            return answer.Records;
        }
    }
}
