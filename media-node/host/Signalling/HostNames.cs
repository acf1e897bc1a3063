using System.Net;
using System.Net.Sockets;
using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Location;
using OrleansAcd.Sip.Stack;

namespace OrleansAcd.MediaNode.Signalling;

/// <summary>Where the hosts that trunks name are, looked up beside the loop and kept: a call never waits for a name
/// server. Servers that failed are passed over for a while (RFC 3263 §4.3).</summary>
/// <remarks>Used on the loop's thread; what a lookup finds is posted to it. What was found once stays until something
/// else is.</remarks>
/// <param name="locate">The servers of a destination, in order; none where there are none.</param>
/// <param name="post">Runs on the loop, or refuses.</param>
/// <param name="clock">The loop's time.</param>
internal sealed class HostNames(
    Func<SipDestination, CancellationToken, Task<IReadOnlyList<SipHop>>> locate, Func<Action, bool> post,
    Func<Instant> clock)
{
    /// <summary>Destinations that are watched; others are not found.</summary>
    public const int HostsMax = 1_000;

    /// <summary>Servers that are passed over at once; beyond it all are tried again.</summary>
    public const int AvoidedMax = 1_000;

    public static readonly TimeSpan RefreshPeriod = TimeSpan.FromMinutes(1);

    /// <summary>A server that failed is left alone for so long.</summary>
    public static readonly TimeSpan AvoidPeriod = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan LookupMax = TimeSpan.FromSeconds(20);

    private readonly Dictionary<SipDestination, IReadOnlyList<SipHop>> _hosts = [];
    private readonly HashSet<SipDestination> _learnt = [];
    private readonly Dictionary<IPEndPoint, Instant> _avoided = [];
    private Instant _refreshAt = Instant.Never;
    private int _lookups;

    /// <summary>Lookups that found nothing.</summary>
    public long Failures { get; private set; }

    /// <summary>Lookups under way.</summary>
    public int Lookups => Volatile.Read(ref _lookups);

    /// <summary>Servers that have failed and are passed over.</summary>
    public int Avoided => _avoided.Count;

    /// <summary>These destinations, and no others, from now on; new ones are looked up at once.</summary>
    public void Watch(IEnumerable<SipDestination> destinations, Instant now)
    {
        var wanted = destinations.Concat(_learnt).Take(HostsMax).ToHashSet();
        foreach (var gone in _hosts.Keys.Where(host => !wanted.Contains(host)).ToArray()) _hosts.Remove(gone);
        foreach (var host in wanted)
        {
            if (_hosts.TryAdd(host, [])) _ = LookUp(host);
        }

        _refreshAt = _hosts.Count == 0 ? Instant.Never : now + RefreshPeriod;
    }

    /// <summary>Whether a destination that no trunk names is known; one that is not is looked up, and watched from now
    /// on.</summary>
    public bool TryLearn(SipDestination to, Instant now)
    {
        if (_hosts.TryGetValue(to, out var hops)) return hops.Count > 0;
        if (_hosts.Count >= HostsMax) return false;

        _learnt.Add(to);
        _hosts.Add(to, []);
        _refreshAt = Instant.Min(_refreshAt, now + RefreshPeriod);
        _ = LookUp(to);
        return false;
    }

    /// <summary>Asks anew when it is time to; call it now and then.</summary>
    public void Refresh(Instant now)
    {
        foreach (var over in _avoided.Where(entry => entry.Value <= now).ToArray()) _avoided.Remove(over.Key);
        if (now < _refreshAt || Lookups > 0) return;

        _refreshAt = now + RefreshPeriod;
        foreach (var host in _hosts.Keys.ToArray()) _ = LookUp(host);
    }

    /// <summary>For <see cref="SipStackOptions.Resolve"/>: the first server that has not failed lately, else the
    /// first.</summary>
    public SipHop? Resolve(SipDestination to)
    {
        if (_hosts.TryGetValue(to, out var hops) && hops.Count > 0) return Best(hops);

        // A Contact or Record-Route may name a trunk's host with another port or transport than its URI.
        foreach (var (known, others) in _hosts)
        {
            if (known.Host == to.Host && others.Count > 0) return to.At(Best(others).Remote.Address);
        }

        return null;
    }

    /// <summary>Servers that a destination has.</summary>
    public int CountOf(SipDestination to) => _hosts.TryGetValue(to, out var hops) ? hops.Count : 0;

    /// <summary>Passes over a server that failed.</summary>
    public void Avoid(IPEndPoint server)
    {
        if (_avoided.Count >= AvoidedMax) _avoided.Clear();
        _avoided[server] = clock() + AvoidPeriod;
    }

    private SipHop Best(IReadOnlyList<SipHop> hops)
    {
        var now = clock();
        foreach (var hop in hops)
        {
            if (!_avoided.TryGetValue(hop.Remote, out var until) || until <= now) return hop;
        }

        return hops[0];
    }

    private async Task LookUp(SipDestination to)
    {
        Interlocked.Increment(ref _lookups);
        IReadOnlyList<SipHop> found = [];
        try
        {
            using var limit = new CancellationTokenSource(LookupMax);
            found = await locate(to, limit.Token);
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException or ArgumentException)
        {
            // No name server, or one that is too slow: counted below, tried again at the next refresh.
        }

        // A loop that takes no more is closing, or is asked again by the next refresh.
        if (!post(() => Found(to, found))) Interlocked.Decrement(ref _lookups);
    }

    private void Found(SipDestination to, IReadOnlyList<SipHop> hops)
    {
        Interlocked.Decrement(ref _lookups);
        if (hops.Count == 0) Failures++;
        else if (_hosts.ContainsKey(to)) _hosts[to] = hops;
    }
}
