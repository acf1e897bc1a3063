using System.Numerics;

namespace OrleansAcd.MediaNode.Io;

/// <summary>A ring that many threads put into and one takes from, without locks; full means "no", not "wait".</summary>
/// <remarks>Each cell's ticket says whose turn it is: equal to the position when free, one more when filled.</remarks>
internal sealed class BoundedMpscQueue<T>(int capacity)
    where T : class
{
    private struct Cell
    {
        public long Ticket;
        public T? Item;
    }

    private readonly Cell[] _cells = CreateCells((int)BitOperations.RoundUpToPowerOf2((uint)capacity));
    private long _tail;
    private long _head;

    public bool TryEnqueue(T item)
    {
        while (true)
        {
            var position = Volatile.Read(ref _tail);
            ref var cell = ref _cells[position & (_cells.Length - 1)];
            var ahead = Volatile.Read(ref cell.Ticket) - position;
            if (ahead < 0) return false;

            // Each retry means that another producer got through: progress is certain.
            if (ahead > 0 || Interlocked.CompareExchange(ref _tail, position + 1, position) != position) continue;

            cell.Item = item;
            Volatile.Write(ref cell.Ticket, position + 1);
            return true;
        }
    }

    public bool TryDequeue(out T? item)
    {
        ref var cell = ref _cells[_head & (_cells.Length - 1)];
        item = null;
        if (Volatile.Read(ref cell.Ticket) != _head + 1) return false;

        (item, cell.Item) = (cell.Item, null);
        Volatile.Write(ref cell.Ticket, _head + _cells.Length);
        _head++;
        return true;
    }

    private static Cell[] CreateCells(int count)
    {
        var cells = new Cell[count];
        for (var i = 0; i < count; i++) cells[i].Ticket = i;
        return cells;
    }
}
