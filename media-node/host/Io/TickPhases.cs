using OrleansAcd.MediaCore;

namespace OrleansAcd.MediaNode.Io;

/// <summary>Who ticks, spread over the 20 ms: a thousand conversations do not all send at the same moment, and a
/// relayed packet never waits for all of them.</summary>
/// <remarks>A phase takes its share of handlers before the next is opened, so that a few do not wake the loop more
/// often than they need. Handlers removed while they tick leave a place that is closed afterwards.</remarks>
internal sealed class TickPhases
{
    public const int Count = 8;

    /// <summary>Handlers that a phase takes before the next is opened.</summary>
    private const int ShareMin = 16;

    private static readonly long s_phaseTicks = EventLoop.TickPeriod.Ticks / Count;

    private readonly List<ITickHandler?>[] _phases = CreatePhases();
    private bool _hasGaps;

    /// <summary>Phases since the loop's origin; all of them up to this one are done.</summary>
    private long _done;

    public bool IsEmpty { get; private set; } = true;

    public ReadOnlySpan<List<ITickHandler?>> Phases => _phases;

    public void Add(ITickHandler handler, Instant now)
    {
        if (Find(handler) >= 0) return;

        if (IsEmpty) _done = now.Ticks / s_phaseTicks;
        IsEmpty = false;
        _phases[Choose()].Add(handler);
    }

    public void Remove(ITickHandler handler)
    {
        var phase = Find(handler);
        if (phase < 0) return;

        _phases[phase][_phases[phase].IndexOf(handler)] = null;
        _hasGaps = true;
    }

    /// <summary>When the next phase that anybody is in begins.</summary>
    public Instant NextDue()
    {
        if (IsEmpty) return Instant.Never;

        for (var i = 1; i <= Count; i++)
        {
            if (_phases[(int)((_done + i) % Count)].Count > 0) return new Instant((_done + i) * s_phaseTicks);
        }

        return Instant.Never;
    }

    /// <summary>How many periods of each phase have passed since this was asked last.</summary>
    /// <returns>False when none has.</returns>
    public bool TryAdvance(Instant now, Span<int> frames)
    {
        var (before, after) = (_done, now.Ticks / s_phaseTicks);
        if (IsEmpty || after <= before) return false;

        _done = after;
        for (var phase = 0; phase < Count; phase++) frames[phase] = (int)(Passed(after, phase) - Passed(before, phase));
        return true;
    }

    public void CloseGaps()
    {
        if (!_hasGaps) return;

        _hasGaps = false;
        IsEmpty = true;
        foreach (var phase in _phases)
        {
            phase.RemoveAll(static handler => handler is null);
            IsEmpty &= phase.Count == 0;
        }
    }

    private static long Passed(long at, int phase) => (at - phase + Count) / Count;

    private int Find(ITickHandler handler) => Array.FindIndex(_phases, phase => phase.Contains(handler));

    private int Choose()
    {
        var least = 0;
        for (var i = 0; i < Count; i++)
        {
            if (_phases[i].Count < ShareMin) return i;
            if (_phases[i].Count < _phases[least].Count) least = i;
        }

        return least;
    }

    private static List<ITickHandler?>[] CreatePhases()
    {
        var phases = new List<ITickHandler?>[Count];
        for (var i = 0; i < Count; i++) phases[i] = [];
        return phases;
    }
}
