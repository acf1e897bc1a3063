using OrleansAcd.MediaNode.Io;

namespace OrleansAcd.MediaNode.Recording;

/// <summary>The way from one media loop to the recorder: packets through a ring, orders (begin, pause, end) between
/// them at their right place.</summary>
internal sealed class RecorderFeed
{
    /// <summary>Orders that wait for the recorder at most.</summary>
    public const int OrdersMax = 16_384;

    /// <summary>Packets handled before files are looked after again.</summary>
    private const int PacketsPerTurnMax = 4_096;

    /// <summary>Of a place in the ring, which is shorter than 4 GiB.</summary>
    private const int OffsetBits = 32;
    private const long OffsetMax = (1L << OffsetBits) - 1;

    /// <summary>Of packets that are handled channel by channel: shorter than what a file waits for.</summary>
    private static readonly TimeSpan s_together = TimeSpan.FromMilliseconds(150);

    private readonly PacketRing _ring;
    private readonly BoundedMpscQueue<Order> _orders = new(OrdersMax);
    private readonly Action _wake;
    private readonly Dictionary<int, RecordedChannel> _channels = [];

    /// <summary>A turn's packets: channel, then place in the ring.</summary>
    private readonly long[] _byChannel = new long[PacketsPerTurnMax];
    private int _current;
    private RecordedChannel? _handler;
    private Order? _next;
    private int _lastChannel;
    private int _waiting;
    private long _packetsLost;
    private long _ordersRefused;

    private sealed record Order(long Position, Action Act);

    public RecorderFeed(int ringBytes, Action wake) => (_ring, _wake) = (new PacketRing(ringBytes), wake);

    /// <summary>Packets that found the ring full: gaps in files.</summary>
    public long PacketsLost => Volatile.Read(ref _packetsLost);

    public long OrdersRefused => Volatile.Read(ref _ordersRefused);

    /// <summary>Whether a recording may begin: room is kept for the orders of those that have begun.</summary>
    public bool HasRoomForMore => Volatile.Read(ref _waiting) < OrdersMax / 4;

    /// <summary>For the loop's thread.</summary>
    public int NextChannel() => ++_lastChannel;

    /// <summary>For the loop's thread: a packet, unless there is no room.</summary>
    public bool TryPut(in TappedPacket packet, ReadOnlySpan<byte> payload)
    {
        if (_ring.TryPut(packet, payload)) return true;

        Volatile.Write(ref _packetsLost, _packetsLost + 1);
        return false;
    }

    /// <summary>For the loop's thread: done on the recorder's, after the packets put so far and before later
    /// ones.</summary>
    public bool TryOrder(Action act)
    {
        Interlocked.Increment(ref _waiting);
        if (_orders.TryEnqueue(new Order(_ring.Tail, act)))
        {
            _wake();
            return true;
        }

        Interlocked.Decrement(ref _waiting);
        Volatile.Write(ref _ordersRefused, _ordersRefused + 1);
        return false;
    }

    /// <summary>For the recorder's thread, from an order.</summary>
    public void Open(int channel, RecordedChannel opened)
    {
        _channels[channel] = opened;
        (_current, _handler) = (0, null);
    }

    /// <summary>For the recorder's thread, from an order.</summary>
    public void Close(int channel)
    {
        if (_channels.Remove(channel, out var closed)) closed.Dispose();
        (_current, _handler) = (0, null);
    }

    /// <summary>For the recorder's thread: handles what is there.</summary>
    /// <returns>Whether all of it was; else there is more.</returns>
    public bool Drain()
    {
        var left = PacketsPerTurnMax;
        while (left > 0)
        {
            // The tail first: an order given before a packet was put is then seen before the packet.
            var tail = _ring.Tail;
            if (_next is null && _orders.TryDequeue(out var order)) _next = order;
            var until = Math.Min(tail, _next?.Position ?? tail);
            left = DrainPackets(until, left);
            if (_ring.Head < until) continue;
            if (_next is null) return true;
            if (_ring.Head < _next.Position) continue;

            var act = _next.Act;
            _next = null;
            Interlocked.Decrement(ref _waiting);
            act();
        }

        return false;
    }

    /// <summary>Channel by channel: what a channel keeps is then brought to the caches once for all of its
    /// packets.</summary>
    /// <returns>How many more may be handled.</returns>
    private int DrainPackets(long until, int most)
    {
        var begin = _ring.Head;
        var (count, end) = SortByChannel(begin, until, most);
        try
        {
            foreach (var key in _byChannel.AsSpan(0, count))
            {
                Handle((int)(key >> OffsetBits), begin + (key & OffsetMax));
            }
        }
        finally
        {
            // Whatever a packet broke, it is not looked at again.
            _ring.ReleaseTo(end);
        }

        return most - count;
    }

    /// <summary>Packets that came within a short time only: what waits after a stall is still written party beside
    /// party.</summary>
    private (int Count, long End) SortByChannel(long begin, long until, int most)
    {
        var (count, at, end, first) = (0, begin, begin, 0L);
        for (; count < most && _ring.TryRead(ref end, until, out var packet, out _); at = end)
        {
            if (count == 0) first = packet.Arrived;
            if (packet.Arrived - first > s_together.Ticks) break;
            _byChannel[count++] = ((long)packet.Channel << OffsetBits) | (at - begin);
        }

        _byChannel.AsSpan(0, count).Sort();
        return (count, at);
    }

    private void Handle(int channel, long at)
    {
        if (channel != _current) (_current, _handler) = (channel, _channels.GetValueOrDefault(channel));
        if (_handler is not null && _ring.TryRead(ref at, long.MaxValue, out var packet, out var payload))
        {
            _handler.Handle(packet, payload);
        }
    }
}
