using OrleansAcd.MediaCore;

namespace OrleansAcd.Sip.Transactions;

/// <summary>Something with one deadline, kept by a <see cref="DeadlineQueue{T}"/>.</summary>
public interface IHasDeadline
{
    Instant NextDeadline { get; }

    /// <summary>Owned by the queue; starts at -1.</summary>
    int QueueIndex { get; set; }
}

/// <summary>Earliest deadline first: a binary heap whose items know their place, so that all changes are O(log
/// n).</summary>
public sealed class DeadlineQueue<T> where T : class, IHasDeadline
{
    private (Instant Deadline, T Item)[] _heap = new (Instant, T)[64];

    public int Count { get; private set; }

    public Instant NextDeadline => Count == 0 ? Instant.Never : _heap[0].Deadline;

    /// <summary>Puts an item where its deadline belongs, or takes it out when it has none.</summary>
    public void Update(T item)
    {
        ArgumentNullException.ThrowIfNull(item);
        var deadline = item.NextDeadline;
        if (deadline == Instant.Never)
        {
            Remove(item);
            return;
        }

        if (item.QueueIndex < 0)
        {
            if (Count == _heap.Length) Array.Resize(ref _heap, Count * 2);
            item.QueueIndex = Count;
            _heap[Count++] = (deadline, item);
        }
        else if (_heap[item.QueueIndex].Deadline == deadline)
        {
            return;
        }

        _heap[item.QueueIndex].Deadline = deadline;
        Restore(item.QueueIndex);
    }

    public void Remove(T item)
    {
        ArgumentNullException.ThrowIfNull(item);
        var at = item.QueueIndex;
        if (at < 0) return;

        item.QueueIndex = -1;
        var last = _heap[--Count];
        _heap[Count] = default;
        if (at == Count) return;

        Place(last, at);
        Restore(at);
    }

    /// <summary>The earliest item when its deadline has come. It stays until it is updated.</summary>
    public bool TryPeekDue(Instant now, out T? item)
    {
        item = Count > 0 && _heap[0].Deadline <= now ? _heap[0].Item : null;
        return item is not null;
    }

    private void Restore(int at)
    {
        var entry = _heap[at];
        while (at > 0 && entry.Deadline < _heap[(at - 1) / 2].Deadline)
        {
            Place(_heap[(at - 1) / 2], at);
            at = (at - 1) / 2;
        }

        for (var child = (2 * at) + 1; child < Count; child = (2 * at) + 1)
        {
            if (child + 1 < Count && _heap[child + 1].Deadline < _heap[child].Deadline) child++;
            if (entry.Deadline <= _heap[child].Deadline) break;
            Place(_heap[child], at);
            at = child;
        }

        Place(entry, at);
    }

    private void Place((Instant Deadline, T Item) entry, int at)
    {
        _heap[at] = entry;
        entry.Item.QueueIndex = at;
    }
}
