using System.Net;
using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Location;
using OrleansAcd.Sip.Stack;

namespace OrleansAcd.MediaNode.Signalling;

/// <summary>Where the hosts that trunks name are, looked up beside the loop and kept: a call never waits for a name
/// server. Servers that failed are passed over for a while (RFC 3263 §4.3).</summary>
/// <remarks>Used on the loop's thread; what a lookup finds is posted to it. Asked anew when the records' time to live
/// is over, within <see cref="RefreshMin"/> and <see cref="RefreshMax"/>. What was found once stays until something
/// else is.</remarks>
/// <param name="locate">The servers of a destination, in order; none where there are none.</param>
/// <param name="post">Runs on the loop, or refuses.</param>
/// <param name="clock">The loop's time.</param>
internal sealed class HostNames(
    Func<SipDestination, CancellationToken, Task<LocatedServers>> locate, Func<Action, bool> post,
    Func<Instant> clock)
{
    /// <summary>Destinations that are watched; others are not found.</summary>
    public const int HostsMax = 1_000;

    /// <summary>Lookups at once; the others wait for one of them.</summary>
    public const int LookupsMax = 16;

    /// <summary>Servers that are passed over at once; beyond it all are tried again.</summary>
    public const int AvoidedMax = 1_000;

    /// <summary>Not asked again sooner, whatever the records say, nor when nothing was found.</summary>
    public static readonly TimeSpan RefreshMin = TimeSpan.FromSeconds(10);

    /// <summary>Not kept longer, whatever the records say.</summary>
    public static readonly TimeSpan RefreshMax = TimeSpan.FromMinutes(5);

    /// <summary>What a name server said of a domain's services outlives its silence for so long: without them a call
    /// could take a way that the domain does not want, such as a plain one.</summary>
    public static readonly TimeSpan TrustedFor = TimeSpan.FromHours(1);

    /// <summary>A server that failed is left alone for so long.</summary>
    public static readonly TimeSpan AvoidPeriod = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan LookupMax = TimeSpan.FromSeconds(20);
    private static readonly LocatedServers Nothing = new([], TimeSpan.Zero, IsCertain: false);

    private readonly Dictionary<SipDestination, Watched> _hosts = [];
    private readonly HashSet<SipDestination> _learnt = [];
    private readonly Dictionary<IPEndPoint, Instant> _avoided = [];
    private int _lookups;

    /// <summary>Lookups that found nothing, or less than was known before.</summary>
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
        foreach (var host in wanted) _hosts.TryAdd(host, new Watched { DueAt = now });
        AskWhatIsDue(now);
    }

    /// <summary>Whether a destination that no trunk names is known; one that is not is looked up, and watched from now
    /// on.</summary>
    public bool TryLearn(SipDestination to, Instant now)
    {
        if (_hosts.TryGetValue(to, out var known)) return known.Hops.Count > 0;
        if (_hosts.Count >= HostsMax) return false;

        _learnt.Add(to);
        _hosts.Add(to, new Watched { DueAt = now });
        AskWhatIsDue(now);
        return false;
    }

    /// <summary>Asks anew when it is time to; call it now and then.</summary>
    public void Refresh(Instant now)
    {
        foreach (var over in _avoided.Where(entry => entry.Value <= now).ToArray()) _avoided.Remove(over.Key);
        AskWhatIsDue(now);
    }

    /// <summary>For <see cref="SipStackOptions.Resolve"/>: the first server that has not failed lately, else the
    /// first.</summary>
    public SipHop? Resolve(SipDestination to)
    {
        if (_hosts.TryGetValue(to, out var known) && known.Hops.Count > 0) return Best(known.Hops);

        // A Contact or Record-Route may name a trunk's host with another port or transport than its URI.
        foreach (var (host, other) in _hosts)
        {
            if (host.Host == to.Host && other.Hops.Count > 0) return to.At(Best(other.Hops).Remote.Address);
        }

        return null;
    }

    /// <summary>Servers that a destination has.</summary>
    public int CountOf(SipDestination to) => _hosts.TryGetValue(to, out var known) ? known.Hops.Count : 0;

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

    private void AskWhatIsDue(Instant now)
    {
        foreach (var (to, host) in _hosts)
        {
            if (host.DueAt > now) continue;
            if (Lookups >= LookupsMax) return;

            // Should what it finds never come here, it is asked again.
            host.DueAt = now + RefreshMax;
            _ = LookUp(to);
        }
    }

    private async Task LookUp(SipDestination to)
    {
        Interlocked.Increment(ref _lookups);
        var found = Nothing;
        try
        {
            using var limit = new CancellationTokenSource(LookupMax);
            found = await locate(to, limit.Token);
        }
        catch (Exception)
        {
            // Too slow, or whatever it was: counted below, tried again soon.
        }

        // A loop that takes no more is closing, or flooded.
        if (!post(() => Found(to, found))) Interlocked.Decrement(ref _lookups);
    }

    private void Found(SipDestination to, LocatedServers found)
    {
        Interlocked.Decrement(ref _lookups);
        var now = clock();
        if (!_hosts.TryGetValue(to, out var host)) return;

        var isLess = found.Hops.Count == 0 || (!found.IsCertain && now < host.TrustedUntil);
        if (isLess)
        {
            Failures++;
            host.DueAt = now + RefreshMin;
        }
        else
        {
            host.Hops = found.Hops;
            host.DueAt = now + Within(found.TimeToLive);
            if (found.IsCertain) host.TrustedUntil = now + TrustedFor;
        }
    }

    private static TimeSpan Within(TimeSpan timeToLive) =>
        timeToLive < RefreshMin ? RefreshMin : timeToLive > RefreshMax ? RefreshMax : timeToLive;

    private sealed class Watched
    {
        public IReadOnlyList<SipHop> Hops { get; set; } = [];

        public Instant DueAt { get; set; }

        public Instant TrustedUntil { get; set; }
    }
}
