using OrleansAcd.Engine;
using Xunit;

namespace OrleansAcd.Tests.Unit.Engine;

/// <summary>Virtual time: same seed, same run; other seeds, other orders; and no thread beside.</summary>
public sealed class VirtualTimeTests
{
    private static readonly string[] Racers = ["a", "b", "c", "d", "e"];

    [Fact]
    public void TheSameSeedGivesTheSameRunTurnByTurn()
    {
        for (var seed = 1; seed <= 5; seed++)
        {
            var (firstTrace, firstHash, first) = Race(seed);
            var (secondTrace, secondHash, second) = Race(seed);
            Assert.Equal(firstTrace, secondTrace);
            Assert.Equal(firstHash, secondHash);
            Assert.Equal(first, second);
        }
    }

    [Fact]
    public void OtherSeedsExploreOtherOrders()
    {
        var runs = Enumerable.Range(1, 20).Select(seed => Race(seed)).ToArray();
        Assert.True(runs.Select(run => run.Hash).Distinct().Count() > 15);

        // Whatever the order, the same things happen.
        Assert.Single(runs.Select(run => string.Join('\n', run.Deeds.Order())).Distinct());
    }

    [Fact]
    public void ADayOfTicksPassesWithoutWaiting()
    {
        var rig = new VirtualRig(configure: options => options.CollectionAge = Timeout.InfiniteTimeSpan);
        rig.Run(() => rig.Engine.GetGrain<ITimerGrain>("t").Start(
            new(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1)), TimeSpan.Zero, false));
        rig.Time.RunFor(TimeSpan.FromDays(1));
        Assert.Equal(1_440, rig.Deeds.Length);
        Assert.Equal(TimeSpan.FromDays(1), rig.Time.TimeProvider.Elapsed);
    }

    [Fact]
    public void RunningUntilACondition()
    {
        var rig = new VirtualRig();
        rig.Run(() => rig.Engine.GetGrain<ITimerGrain>("t").Start(
            new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5)), TimeSpan.Zero, false));
        Assert.True(rig.Time.RunUntil(() => rig.Deeds.Length == 2, TimeSpan.FromMinutes(1)));
        Assert.Equal(TimeSpan.FromSeconds(10), rig.Time.TimeProvider.Elapsed);
        Assert.False(rig.Time.RunUntil(() => false, TimeSpan.FromSeconds(7)));
    }

    [Fact]
    public void ClientCodeAwaitsInVirtualTime()
    {
        var rig = new VirtualRig();
        var thread = Environment.CurrentManagedThreadId;
        var sum = rig.Run(async () =>
        {
            await Task.Delay(TimeSpan.FromMinutes(10), rig.Time.TimeProvider);
            var value = await rig.Work().Add(1, 2);
            Assert.Equal(thread, Environment.CurrentManagedThreadId);
            return value;
        });
        Assert.Equal(3, sum);
        Assert.Equal(TimeSpan.FromMinutes(10), rig.Time.TimeProvider.Elapsed);
    }

    [Fact]
    public void WorkFromAnotherThreadIsRefused()
    {
        var rig = new VirtualRig();
        Assert.Throws<InvalidOperationException>(() => rig.Run(async () =>
        {
            await Task.Yield();
            var thread = new Thread(() => _ = rig.Work().Key());
            thread.Start();
            thread.Join();
        }));
    }

    [Fact]
    public void TimersThatAreSetAgainAndAgainFireOnceInOrder()
    {
        var time = new VirtualTime(1);
        var fired = new List<int>();
        var timers = Enumerable.Range(0, 100).Select(i => time.TimeProvider.CreateTimer(
            _ => fired.Add(i), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan)).ToArray();
        for (var round = 0; round < 100; round++)
        {
            for (var i = 0; i < timers.Length; i++)
            {
                timers[i].Change(TimeSpan.FromSeconds(200 - i), Timeout.InfiniteTimeSpan);
            }
        }

        timers[50].Dispose();
        time.RunFor(TimeSpan.FromSeconds(300));
        Assert.Equal(Enumerable.Range(0, 100).Where(i => i != 50).Reverse(), fired);
    }

    private static (List<string> Trace, ulong Hash, List<string> Deeds) Race(int seed)
    {
        var rig = new VirtualRig(seed);
        var trace = new List<string>();
        rig.Time.Traced = (time, grain, what) => trace.Add($"{time} {grain} {what}");
        rig.Run(() => Task.WhenAll(Racers.Select(
            racer => rig.Engine.GetGrain<IRaceGrain>("run-" + racer).Run(Racers, 3))));
        Assert.Equal(Racers.Length * Racers.Length * 3, rig.Deeds.Length);
        return (trace, rig.Time.TraceHash, rig.Diary.Lines);
    }
}
