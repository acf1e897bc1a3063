using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using DnsClient;
using OrleansAcd.Sip.Location;
using Wire = DnsClient.Protocol;

namespace OrleansAcd.MediaNode.Signalling;

/// <summary>Asks name servers: UDP, and TCP where an answer did not fit (RFC 1035 §4.2, RFC 2782, RFC 3403,
/// RFC 3596).</summary>
/// <remarks>For any thread but a loop's. Addresses come from the given name servers; where none are given, and for
/// names without a dot, from the system, which also knows its hosts file and search list.</remarks>
/// <param name="family">The family that this node speaks.</param>
/// <param name="given">Whom to ask, in this order; none: the servers of this machine's network interfaces.</param>
/// <param name="answerMax">A server that has not answered by then is left for the next one; null: 2 s.</param>
internal sealed class NameServers(
    AddressFamily family, IReadOnlyList<IPEndPoint> given, TimeSpan? answerMax = null) : INameRecords
{
    /// <summary>Servers that are asked, one after the other.</summary>
    public const int ServersMax = 3;

    /// <summary>Records of one answer that are looked at.</summary>
    public const int RecordsMax = 64;

    /// <summary>For what the system looks up: it does not say how long that holds.</summary>
    public static readonly TimeSpan UnknownLife = TimeSpan.FromMinutes(1);

    private const int DnsPort = 53;
    private const int RoundsMax = 2;

    /// <summary>What we say that we take by UDP (RFC 6891 §6.2.3): fits unfragmented everywhere.</summary>
    private const int DatagramBytesMax = 1_232;

    private readonly LookupClient _client = new(new LookupClientOptions
    {
        AutoResolveNameServers = false,
        UseCache = false,                   // what is found is kept by HostNames, for as long as it lives
        ExtendedDnsBufferSize = DatagramBytesMax,
        Timeout = answerMax ?? TimeSpan.FromSeconds(2),
        Retries = 0,
    });

    private volatile IPEndPoint? _answering;
    private long _unanswered;

    /// <summary>Questions that no server gave a usable answer to.</summary>
    public long Unanswered => Volatile.Read(ref _unanswered);

    public Task<NameAnswer<NaptrRecord>> Transports(string domain, CancellationToken end) => Ask(
        domain, QueryType.NAPTR,
        record => record is Wire.NAPtrRecord found
            ? new NaptrRecord(
                (ushort)found.Order, (ushort)found.Preference, found.Flags, found.Services, Plain(found.Replacement))
            : null,
        end);

    public Task<NameAnswer<SrvRecord>> Services(string service, CancellationToken end) => Ask(
        service, QueryType.SRV,
        record => record is Wire.SrvRecord found
            ? new SrvRecord(found.Priority, found.Weight, found.Port, Plain(found.Target))
            : null,
        end);

    public Task<NameAnswer<IPAddress>> Addresses(string host, CancellationToken end)
    {
        var isTheSystems = given.Count == 0 || !host.Contains('.', StringComparison.Ordinal);
        if (isTheSystems) return AskSystem(host, end);

        var type = family is AddressFamily.InterNetworkV6 ? QueryType.AAAA : QueryType.A;
        return Ask(host, type, record => (record as Wire.AddressRecord)?.Address, end);
    }

    private async Task<NameAnswer<IPAddress>> AskSystem(string host, CancellationToken end)
    {
        try
        {
            var found = await Dns.GetHostAddressesAsync(host, family, end);
            return new NameAnswer<IPAddress>([.. found.Take(RecordsMax)], UnknownLife, true);
        }
        catch (SocketException error)
        {
            var isAnswered = error.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData;
            if (!isAnswered) Interlocked.Increment(ref _unanswered);
            return new NameAnswer<IPAddress>([], UnknownLife, isAnswered);
        }
        catch (ArgumentException)
        {
            return new NameAnswer<IPAddress>([], UnknownLife, true);        // no name at all
        }
    }

    private async Task<NameAnswer<T>> Ask<T>(
        string name, QueryType type, Func<Wire.DnsResourceRecord, T?> read, CancellationToken end)
        where T : class
    {
        var servers = Servers();
        for (var round = 0; round < RoundsMax; round++)
        {
            foreach (var server in servers)
            {
                if (await AskOne(server, name, type, end) is not { } response) continue;

                _answering = server;
                return Read(response, read);
            }
        }

        Interlocked.Increment(ref _unanswered);
        return new NameAnswer<T>([], UnknownLife, false);
    }

    /// <summary>The one that answered last comes first: a lookup has many questions, and must not wait for a dead
    /// server with each.</summary>
    private IPEndPoint[] Servers()
    {
        var (servers, answering) = (given.Count > 0 ? given : OfThisMachine(), _answering);
        return [.. servers.Take(ServersMax).OrderBy(server => server.Equals(answering) ? 0 : 1)];
    }

    /// <summary>Null: it gave no answer that can be used.</summary>
    private async Task<IDnsQueryResponse?> AskOne(
        IPEndPoint server, string name, QueryType type, CancellationToken end)
    {
        try
        {
            var response = await _client.QueryServerAsync([server], name, type, cancellationToken: end);
            return IsAnswer(response, name, type) ? response : null;
        }
        catch (Exception)
        {
            // Silence, a refused connection, bytes that are no DNS: whatever it was, there is no answer.
            end.ThrowIfCancellationRequested();
            return null;
        }
    }

    private static NameAnswer<T> Read<T>(IDnsQueryResponse response, Func<Wire.DnsResourceRecord, T?> read)
        where T : class
    {
        var (records, seconds) = (new List<T>(), int.MaxValue);
        foreach (var record in response.Answers)
        {
            // An alias on the way (CNAME) lives as long as it says, too.
            seconds = Math.Min(seconds, Math.Max(0, record.InitialTimeToLive));
            if (records.Count < RecordsMax && read(record) is { } found) records.Add(found);
        }

        var lives = seconds == int.MaxValue ? UnknownLife : TimeSpan.FromSeconds(seconds);
        return new NameAnswer<T>(records, lives, true);
    }

    /// <summary>To this very question (RFC 5452 §9.1), and not that the server failed.</summary>
    private static bool IsAnswer(IDnsQueryResponse response, string name, QueryType type) =>
        response.Header.ResponseCode is DnsHeaderResponseCode.NoError or DnsHeaderResponseCode.NotExistentDomain
        && response.Questions is [var asked] && asked.QuestionType == type
        && Plain(asked.QueryName).Equals(name.TrimEnd('.'), StringComparison.OrdinalIgnoreCase);

    private static IPEndPoint[] OfThisMachine()
    {
        try
        {
            return
            [
                .. NetworkInterface.GetAllNetworkInterfaces()
                    .SelectMany(card => card.GetIPProperties().DnsAddresses)
                    .Distinct()
                    .Select(address => new IPEndPoint(address, DnsPort)),
            ];
        }
        catch (NetworkInformationException)
        {
            return [];
        }
    }

    private static string Plain(DnsString name) => name.Value.TrimEnd('.');
}
