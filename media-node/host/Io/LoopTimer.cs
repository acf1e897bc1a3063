using OrleansAcd.MediaCore;

namespace OrleansAcd.MediaNode.Io;

/// <summary>Somebody a deadline belongs to.</summary>
public interface ITimeoutHandler
{
    void HandleTimeout(Instant now);

    /// <summary>Handling threw: the owner ends what it belongs to.</summary>
    void OnFault(Exception error);
}

/// <summary>One deadline of one owner; set, moved and cleared without allocating.</summary>
public sealed class LoopTimer(ITimeoutHandler owner)
{
    public ITimeoutHandler Owner { get; } = owner;

    /// <summary>When it is due; <see cref="Instant.Never"/> while it is not set.</summary>
    public Instant Due { get; internal set; } = Instant.Never;

    internal int HeapIndex { get; set; } = -1;
}

/// <summary>The deadlines of a loop, earliest first: a binary heap that knows each timer's place.</summary>
internal sealed class TimerHeap
{
    private LoopTimer[] _timers = new LoopTimer[64];

    public int Count { get; private set; }

    public LoopTimer? Earliest => Count > 0 ? _timers[0] : null;

    public void Set(LoopTimer timer, Instant due)
    {
        var isLater = due > timer.Due;
        timer.Due = due;
        if (timer.HeapIndex < 0) Append(timer);
        else if (isLater) SiftDown(timer.HeapIndex);
        else SiftUp(timer.HeapIndex);
    }

    public void Clear(LoopTimer timer)
    {
        var index = timer.HeapIndex;
        if (index < 0) return;

        (timer.HeapIndex, timer.Due) = (-1, Instant.Never);
        var last = _timers[--Count];
        _timers[Count] = null!;
        if (last == timer) return;

        Place(last, index);
        SiftUp(index);
        SiftDown(last.HeapIndex);
    }

    private void Append(LoopTimer timer)
    {
        if (Count == _timers.Length) Array.Resize(ref _timers, 2 * Count);
        Place(timer, Count);
        SiftUp(Count++);
    }

    private void SiftUp(int index)
    {
        while (index > 0 && _timers[index].Due < _timers[(index - 1) / 2].Due) index = Swap(index, (index - 1) / 2);
    }

    private void SiftDown(int index)
    {
        while (true)
        {
            var child = (2 * index) + 1;
            if (child >= Count) return;
            if (child + 1 < Count && _timers[child + 1].Due < _timers[child].Due) child++;
            if (_timers[index].Due <= _timers[child].Due) return;
            index = Swap(index, child);
        }
    }

    private int Swap(int from, int to)
    {
        var moved = _timers[from];
        Place(_timers[to], from);
        Place(moved, to);
        return to;
    }

    private void Place(LoopTimer timer, int index)
    {
        _timers[index] = timer;
        timer.HeapIndex = index;
    }
}
