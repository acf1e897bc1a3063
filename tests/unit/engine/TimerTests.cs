using Orleans.Runtime;
using Xunit;

namespace OrleansAcd.Tests.Unit.Engine;

/// <summary>Timers of grains: ticks are turns, never overlap, and go by the time of the engine.</summary>
public sealed class TimerTests
{
    private readonly VirtualRig _rig = new();

    private ITimerGrain Grain => _rig.Engine.GetGrain<ITimerGrain>("t");

    [Fact]
    public void TicksComeAfterDueTimeAndThenByPeriod()
    {
        Start(1, 2);
        _rig.Time.RunFor(TimeSpan.FromSeconds(7.5));
        Assert.Equal(["tick 1", "tick 3", "tick 5", "tick 7"], _rig.Deeds);
    }

    [Fact]
    public void ThePeriodCountsFromTheEndOfATick()
    {
        Start(1, 2, workSeconds: 3);
        _rig.Time.RunFor(TimeSpan.FromSeconds(12));
        Assert.Equal(["tick 1", "tick 6", "tick 11"], _rig.Deeds);
    }

    [Fact]
    public void AnInfinitePeriodTicksOnce()
    {
        _rig.Run(() => Grain.Start(
            new(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan), TimeSpan.Zero, false));
        _rig.Time.RunFor(TimeSpan.FromSeconds(10));
        Assert.Equal(["tick 1"], _rig.Deeds);
    }

    [Fact]
    public void ATickWaitsForTheRequestThatRuns()
    {
        Start(1, 60);
        _ = Grain.Wait("1");
        _rig.Time.RunFor(TimeSpan.FromSeconds(5));
        Assert.Empty(_rig.Deeds);

        _rig.Diary.Gate("1").SetResult();
        _rig.Time.RunUntilIdle();
        Assert.Equal(["tick 5"], _rig.Deeds);
    }

    [Fact]
    public void AnInterleavingTickDoesNotWait()
    {
        var options = new GrainTimerCreationOptions(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60))
        {
            Interleave = true,
        };
        _rig.Run(() => Grain.Start(options, TimeSpan.Zero, false));
        _ = Grain.Wait("1");
        _rig.Time.RunFor(TimeSpan.FromSeconds(5));
        Assert.Equal(["tick 1"], _rig.Deeds);
    }

    [Fact]
    public void AFailingTickIsCountedAndTheNextComes()
    {
        Start(1, 1, fails: true);
        _rig.Time.RunFor(TimeSpan.FromSeconds(3.5));
        Assert.Equal(["tick 1", "tick 2", "tick 3"], _rig.Deeds);
        Assert.Equal(3, _rig.Engine.ReadCounters().TimerFailures);
    }

    [Fact]
    public void AChangedTimerGoesByItsNewTimes()
    {
        Start(10, 10);
        _rig.Run(() => Grain.Change(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5)));
        _rig.Time.RunFor(TimeSpan.FromSeconds(7));
        Assert.Equal(["tick 1", "tick 6"], _rig.Deeds);

        _rig.Run(() => Grain.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
        _rig.Time.RunFor(TimeSpan.FromSeconds(60));
        Assert.Equal(2, _rig.Deeds.Length);
    }

    [Fact]
    public void AStoppedTimerTicksNoMore()
    {
        Start(1, 1);
        _rig.Time.RunFor(TimeSpan.FromSeconds(1.5));
        _rig.Run(() => Grain.Stop());
        _rig.Time.RunFor(TimeSpan.FromSeconds(10));
        Assert.Equal(["tick 1"], _rig.Deeds);
    }

    [Fact]
    public void TimersEndWithTheirGrain()
    {
        Start(1, 1);
        _rig.Engine.Faults.Kill(Grain);
        _rig.Time.RunFor(TimeSpan.FromSeconds(10));
        Assert.Empty(_rig.Deeds);
    }

    private void Start(int due, int period, int workSeconds = 0, bool fails = false) => _rig.Run(() => Grain.Start(
        new(TimeSpan.FromSeconds(due), TimeSpan.FromSeconds(period)), TimeSpan.FromSeconds(workSeconds), fails));
}
