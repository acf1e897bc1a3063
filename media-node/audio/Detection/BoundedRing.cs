namespace OrleansAcd.Audio.Detection;

/// <summary>A queue of fixed length; what does not fit is counted and lost.</summary>
internal sealed class BoundedRing<T>(int max)
    where T : struct
{
    private readonly T[] _items = new T[max];
    private int _first;
    private int _count;

    public long Dropped { get; private set; }

    public void Add(T item)
    {
        if (_count == max)
        {
            Dropped++;
            return;
        }

        _items[(_first + _count++) % max] = item;
    }

    public bool TryTake(out T item)
    {
        item = default;
        if (_count == 0) return false;

        item = _items[_first];
        _first = (_first + 1) % max;
        _count--;
        return true;
    }
}
