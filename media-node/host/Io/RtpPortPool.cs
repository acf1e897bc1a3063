using OrleansAcd.MediaCore;
using OrleansAcd.Rtp;

namespace OrleansAcd.MediaNode.Io;

/// <summary>A leg's two sockets: RTP on an even port, RTCP on the next (RFC 3550 §11).</summary>
public sealed record RtpSocketPair(UdpSocket Rtp, UdpSocket Rtcp)
{
    public int Port => Rtp.Local.Port;
}

/// <summary>The ports that RTP may use: round robin, none again before it has cooled, so that a call's late packets
/// never reach the next one.</summary>
/// <remarks>Shared by the workers of a node: locks, since only set-up and end of a leg come here.</remarks>
public sealed class RtpPortPool
{
    /// <summary>Pairs tried for one leg, when others hold some of the range: a second centre on this machine holds
    /// its first hundreds. A try takes some microseconds.</summary>
    public const int BindTriesMax = 512;

    /// <summary>A pair that somebody else holds is left alone for so long, so that the tries are paid for
    /// seldom.</summary>
    public static readonly TimeSpan HeldRest = TimeSpan.FromMinutes(1);

    private readonly record struct FreePort(int Port, Instant CoolAt);

    private readonly Lock _lock = new();
    private readonly Queue<FreePort> _free = new();
    private readonly Queue<FreePort> _held = new();
    private readonly TimeSpan _coolDown;

    /// <param name="first">The range's first port; an odd one is rounded up.</param>
    /// <param name="last">The range's last port, RTCP's included.</param>
    /// <param name="coolDown">How long a pair of ours rests.</param>
    public RtpPortPool(int first, int last, TimeSpan coolDown)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(first, 1_024);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(last, 65_535);
        _coolDown = coolDown;
        for (var port = (first + 1) & ~1; port + 1 <= last; port += 2) _free.Enqueue(new FreePort(port, Instant.Zero));
        Capacity = _free.Count;
    }

    /// <summary>Pairs in the range.</summary>
    public int Capacity { get; }

    /// <summary>Legs refused because no pair was free, cool and, within the tries, bindable.</summary>
    public long Refused { get; private set; }

    /// <summary>Tries of pairs that somebody else held.</summary>
    public long BindFailures { get; private set; }

    /// <summary>Two bound sockets, or null.</summary>
    public RtpSocketPair? Rent(INetwork network, in TransportAddress localHost, Instant now)
    {
        ArgumentNullException.ThrowIfNull(network);
        lock (_lock)
        {
            for (var i = 0; i < BindTriesMax && TryTake(now, out var port); i++)
            {
                if (Bind(network, localHost, port) is { } pair) return pair;

                BindFailures++;
                _held.Enqueue(new FreePort(port, now + HeldRest));
            }

            Refused++;
            return null;
        }
    }

    /// <summary>Closes the sockets; their ports may be used again once cool. Remove them from the loop
    /// before.</summary>
    public void Return(RtpSocketPair pair, Instant now)
    {
        ArgumentNullException.ThrowIfNull(pair);
        var port = pair.Port;
        pair.Rtp.Dispose();
        pair.Rtcp.Dispose();
        lock (_lock) _free.Enqueue(new FreePort(port, now + _coolDown));
    }

    /// <summary>What was ours and has cooled; then what others held and has rested.</summary>
    private bool TryTake(Instant now, out int port)
    {
        port = 0;
        foreach (var queue in (ReadOnlySpan<Queue<FreePort>>)[_free, _held])
        {
            if (!queue.TryPeek(out var next) || next.CoolAt > now) continue;

            port = queue.Dequeue().Port;
            return true;
        }

        return false;
    }

    private static RtpSocketPair? Bind(INetwork network, in TransportAddress localHost, int port)
    {
        var rtp = network.BindUdp(localHost.WithPort(port), SocketOptions.Voice);
        if (rtp is null) return null;

        var rtcp = network.BindUdp(localHost.WithPort(port + 1), SocketOptions.Voice);
        if (rtcp is not null) return new RtpSocketPair(rtp, rtcp);

        rtp.Dispose();
        return null;
    }
}
