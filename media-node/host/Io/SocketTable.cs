using OrleansAcd.MediaCore;

namespace OrleansAcd.MediaNode.Io;

/// <summary>The sockets of a loop by slot; a slot's generation tells a late event from one of its present
/// owner.</summary>
internal sealed class SocketTable
{
    /// <summary>Of a handler: a stream's object is of about this size.</summary>
    private const int HandlerLines = 3;

    private IReadyHandler?[] _handlers = new IReadyHandler?[256];
    private uint[] _generations = new uint[256];
    private readonly Stack<int> _free = new();
    private int _used;

    public uint Add(NetSocket socket, IReadyHandler handler)
    {
        if (!_free.TryPop(out var slot)) slot = NextSlot();
        _handlers[slot] = handler;
        socket.Slot = slot;
        return _generations[slot];
    }

    public void Remove(NetSocket socket)
    {
        _handlers[socket.Slot] = null;
        _generations[socket.Slot] = (_generations[socket.Slot] + 1) & int.MaxValue;
        _free.Push(socket.Slot);
        socket.Slot = -1;
    }

    public uint GenerationOf(NetSocket socket) => _generations[socket.Slot];

    public IReadyHandler? Find(in ReadySlot ready) =>
        _generations[ready.Slot] == ready.Generation ? _handlers[ready.Slot] : null;

    /// <summary>Fetches the handler of a socket that is looked up soon.</summary>
    public void Fetch(in ReadySlot ready) => CacheLines.Fetch(_handlers[ready.Slot], HandlerLines);

    private int NextSlot()
    {
        if (_used == _handlers.Length)
        {
            Array.Resize(ref _handlers, 2 * _used);
            Array.Resize(ref _generations, 2 * _used);
        }

        return _used++;
    }
}
