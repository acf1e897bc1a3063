using Xunit;

namespace OrleansAcd.Tests.Unit;

/// <summary>What the code under test allocates on this thread, span by span.</summary>
/// <remarks>When a collection falls into a span, since other tests make garbage, the runtime may count what is left of
/// this thread's allocation buffer as used. Such a span says nothing; at least half of them must say
/// something.</remarks>
internal sealed class AllocationMeter
{
    private long _before;
    private Mark _mark;
    private int _spans;
    private int _disturbed;

    private readonly record struct Mark(int Collections, TimeSpan Paused)
    {
        public static Mark Now => new(GC.CollectionCount(0), GC.GetTotalPauseDuration());
    }

    public long Bytes { get; private set; }

    /// <summary>Runs it so often, each a span of its own; nothing may be allocated but by the first, which makes what a
    /// process has once: tables, delegates.</summary>
    public static void AssertNothing(int times, Action run)
    {
        run();
        var meter = new AllocationMeter();
        for (var i = 0; i < times; i++)
        {
            meter.Begin();
            run();
            meter.End();
        }

        meter.AssertNothing();
    }

    /// <summary>Plays a scene twice: once for what a process makes at first use, once to measure, from the first packet
    /// on.</summary>
    public static void AssertNothing(Action<AllocationMeter> scene)
    {
        scene(new AllocationMeter());
        var meter = new AllocationMeter();
        scene(meter);
        meter.AssertNothing();
    }

    public void Begin()
    {
        _mark = Mark.Now;
        _before = GC.GetAllocatedBytesForCurrentThread();
    }

    public void End()
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread() - _before;
        _spans++;
        if (_mark == Mark.Now) Bytes += allocated;
        else _disturbed++;
    }

    private void AssertNothing()
    {
        Assert.True(2 * _disturbed <= _spans, $"collections fell into {_disturbed} of {_spans} spans");
        Assert.Equal(0, Bytes);
    }
}
