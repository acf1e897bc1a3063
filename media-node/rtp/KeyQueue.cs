namespace OrleansAcd.Rtp;

/// <summary>Keys that wait to be sent to a party, one after the other.</summary>
/// <remarks>Bounded; allocates nothing after its making. One thread at a time.</remarks>
public sealed class KeyQueue
{
    public const int KeysMax = 64;

    /// <summary>A key shorter than 40 ms is none to ITU-T Q.24.</summary>
    public static readonly TimeSpan DurationMin = TimeSpan.FromMilliseconds(40);

    public static readonly TimeSpan DurationMax = TimeSpan.FromSeconds(1);

    private readonly PressedKey[] _keys = new PressedKey[KeysMax];
    private int _first;
    private int _count;

    /// <summary>Keys that did not fit or are none.</summary>
    public long Dropped { get; private set; }

    public bool IsEmpty => _count == 0;

    /// <summary>Adds as many as fit; others are counted.</summary>
    /// <param name="keys">0-9, *, #, A-D.</param>
    /// <param name="duration">Of each; brought between <see cref="DurationMin"/> and
    /// <see cref="DurationMax"/>.</param>
    public void Add(ReadOnlySpan<char> keys, TimeSpan duration)
    {
        foreach (var key in keys) Add(new PressedKey(key, duration));
    }

    public bool TryTake(out PressedKey key)
    {
        key = default;
        if (_count == 0) return false;

        key = _keys[_first];
        _first = (_first + 1) % KeysMax;
        _count--;
        return true;
    }

    public void Clear() => (_first, _count) = (0, 0);

    private void Add(PressedKey key)
    {
        if (_count == KeysMax || TelephoneEvent.CodeOf(key.Key) < 0)
        {
            Dropped++;
            return;
        }

        var ticks = Math.Clamp(key.Duration.Ticks, DurationMin.Ticks, DurationMax.Ticks);
        _keys[(_first + _count++) % KeysMax] = key with { Duration = TimeSpan.FromTicks(ticks) };
    }
}
