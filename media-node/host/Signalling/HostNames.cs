using System.Net;
using System.Net.Sockets;
using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Stack;

namespace OrleansAcd.MediaNode.Signalling;

/// <summary>Addresses of the hosts that trunks name (RFC 3263 section 4.2, A and AAAA), looked up beside the loop and
/// kept: a call never waits for a name server.</summary>
/// <remarks>Used on the loop's thread; what a lookup finds is posted to it. An address that was found once stays until
/// another is. No SRV and no NAPTR records.</remarks>
/// <param name="family">The family that this node speaks.</param>
/// <param name="lookup">All addresses of a host; throws <see cref="SocketException"/> where there are none.</param>
/// <param name="post">Runs on the loop, or refuses.</param>
internal sealed class HostNames(
    AddressFamily family, Func<string, CancellationToken, Task<IPAddress[]>> lookup, Func<Action, bool> post)
{
    /// <summary>Hosts that are watched; others are not found.</summary>
    public const int HostsMax = 1_000;

    public static readonly TimeSpan RefreshPeriod = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan LookupMax = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, IPAddress?> _hosts = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _learnt = new(StringComparer.OrdinalIgnoreCase);
    private Instant _refreshAt = Instant.Never;
    private int _lookups;

    /// <summary>Lookups that found nothing.</summary>
    public long Failures { get; private set; }

    /// <summary>Lookups under way.</summary>
    public int Lookups => Volatile.Read(ref _lookups);

    /// <summary>These hosts, and no others, from now on; new ones are looked up at once.</summary>
    public void Watch(IEnumerable<string> hosts, Instant now)
    {
        var wanted = hosts.Concat(_learnt).Take(HostsMax).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var gone in _hosts.Keys.Where(host => !wanted.Contains(host)).ToArray()) _hosts.Remove(gone);
        foreach (var host in wanted)
        {
            if (_hosts.TryAdd(host, null)) _ = LookUp(host);
        }

        _refreshAt = _hosts.Count == 0 ? Instant.Never : now + RefreshPeriod;
    }

    /// <summary>Whether a host that no trunk names is known; one that is not is looked up, and watched from now
    /// on.</summary>
    public bool TryLearn(string host, Instant now)
    {
        if (_hosts.TryGetValue(host, out var address)) return address is not null;
        if (_hosts.Count >= HostsMax) return false;

        _learnt.Add(host);
        _hosts.Add(host, null);
        _refreshAt = Instant.Min(_refreshAt, now + RefreshPeriod);
        _ = LookUp(host);
        return false;
    }

    /// <summary>Asks anew when it is time to; call it now and then.</summary>
    public void Refresh(Instant now)
    {
        if (now < _refreshAt || Lookups > 0) return;

        _refreshAt = now + RefreshPeriod;
        foreach (var host in _hosts.Keys.ToArray()) _ = LookUp(host);
    }

    /// <summary>For <see cref="SipStackOptions.Resolve"/>.</summary>
    public IPEndPoint? Resolve(string host, int port, SipTransport transport) =>
        _hosts.TryGetValue(host, out var address) && address is not null ? new IPEndPoint(address, port) : null;

    private async Task LookUp(string host)
    {
        Interlocked.Increment(ref _lookups);
        IPAddress? found = null;
        try
        {
            using var limit = new CancellationTokenSource(LookupMax);
            found = Array.Find(await lookup(host, limit.Token), address => address.AddressFamily == family);
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException or ArgumentException)
        {
            // No such name, no name server, or one that is too slow: counted below, tried again at the next refresh.
        }

        // A loop that takes no more is closing, or is asked again by the next refresh.
        if (!post(() => Found(host, found))) Interlocked.Decrement(ref _lookups);
    }

    private void Found(string host, IPAddress? address)
    {
        Interlocked.Decrement(ref _lookups);
        if (address is null) Failures++;
        else if (_hosts.ContainsKey(host)) _hosts[host] = address;
    }
}
