using System.Numerics;
using System.Runtime.InteropServices;

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

    [StructLayout(LayoutKind.Explicit, Size = 192)]
    private struct Positions
    {
        [FieldOffset(0)]
        public long Tail;

        // A cache line apart: producers and the consumer do not disturb each other.
        [FieldOffset(128)]
        public long Head;
    }

    private readonly Cell[] _cells = CreateCells((int)BitOperations.RoundUpToPowerOf2((uint)capacity));
    private Positions _positions;

    public bool TryEnqueue(T item)
    {
        while (true)
        {
            var position = Volatile.Read(ref _positions.Tail);
            ref var cell = ref _cells[position & (_cells.Length - 1)];
            var ahead = Volatile.Read(ref cell.Ticket) - position;
            if (ahead < 0) return false;

            // Each retry means that another producer got through: progress is certain.
            if (ahead > 0 || Interlocked.CompareExchange(ref _positions.Tail, position + 1, position) != position) continue;

            cell.Item = item;
            Volatile.Write(ref cell.Ticket, position + 1);
            return true;
        }
    }

    public bool TryDequeue(out T? item)
    {
        ref var cell = ref _cells[_positions.Head & (_cells.Length - 1)];
        item = null;
        if (Volatile.Read(ref cell.Ticket) != _positions.Head + 1) return false;

        (item, cell.Item) = (cell.Item, null);
        Volatile.Write(ref cell.Ticket, _positions.Head + _cells.Length);
        _positions.Head++;
        return true;
    }

    private static Cell[] CreateCells(int count)
    {
        var cells = new Cell[count];
        for (var i = 0; i < count; i++) cells[i].Ticket = i;
        return cells;
    }
}
