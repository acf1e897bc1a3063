using System.Net;
using System.Net.Sockets;

namespace OrleansAcd.MediaNode.Io;

/// <summary>Waits by <see cref="Socket.Select(System.Collections.IList, System.Collections.IList,
/// System.Collections.IList, int)"/>; wakes by a datagram to itself.</summary>
internal sealed class SelectPoller : Poller
{
    private static readonly TimeSpan s_waitMax = TimeSpan.FromSeconds(60);

    private sealed record Entry(NetSocket Socket, uint Generation, bool WantsWrite);

    private readonly Dictionary<Socket, Entry> _entries = [];
    private readonly Socket _wake = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly ReadySlot[] _ready = new ReadySlot[ReadyMax];

    public SelectPoller()
    {
        _wake.Blocking = false;
        _wake.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _wake.Connect(_wake.LocalEndPoint!);
    }

    internal override void Add(NetSocket socket, uint generation, bool wantsWrite) =>
        _entries[socket.System!] = new Entry(socket, generation, wantsWrite);

    internal override void SetWriteInterest(NetSocket socket, uint generation, bool wantsWrite) =>
        Add(socket, generation, wantsWrite);

    internal override void Remove(NetSocket socket) => _entries.Remove(socket.System!);

    internal override ReadOnlySpan<ReadySlot> Wait(TimeSpan? timeout)
    {
        var read = new List<Socket>(_entries.Keys) { _wake };
        var write = _entries.Where(e => e.Value.WantsWrite).Select(e => e.Key).ToList();
        var broken = new List<Socket>(write);
        Socket.Select(read, write, broken, timeout ?? s_waitMax);
        DrainWake(read.Remove(_wake));
        return Collect(read, [.. write, .. broken]);
    }

    internal override void Wake()
    {
        try
        {
            _wake.Send([1]);
        }
        catch (SocketException)
        {
            // Its buffer is full of wake-ups: that wakes too.
        }
        catch (ObjectDisposedException)
        {
            // Nobody is left to be woken.
        }
    }

    protected override void Dispose(bool disposing) => _wake.Dispose();

    private void DrainWake(bool isReady)
    {
        Span<byte> buffer = stackalloc byte[16];
        while (isReady && _wake.Receive(buffer, SocketFlags.None, out var error) > 0 && error == SocketError.Success)
        {
            // Wake-ups say nothing but their arrival.
        }
    }

    private ReadOnlySpan<ReadySlot> Collect(List<Socket> readable, HashSet<Socket> writable)
    {
        var count = 0;
        foreach (var socket in readable.Union(writable).Take(ReadyMax))
        {
            var entry = _entries[socket];
            _ready[count++] = new ReadySlot(
                entry.Socket.Slot, entry.Generation, readable.Contains(socket), writable.Contains(socket));
        }

        return _ready.AsSpan(0, count);
    }
}
