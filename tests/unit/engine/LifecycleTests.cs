using Orleans.Runtime;
using Xunit;

namespace OrleansAcd.Tests.Unit.Engine;

/// <summary>How activations begin and end.</summary>
public sealed class LifecycleTests
{
    [Fact]
    public void AFailingActivationFailsItsCallsAndLeavesNothingBehind()
    {
        var rig = new VirtualRig();
        var error = Assert.Throws<InvalidOperationException>(
            () => rig.Run(() => rig.Engine.GetGrain<IBrokenGrain>("a").Work()));
        Assert.Equal("cannot begin", error.Message);
        Assert.Equal((0, 1), (rig.Engine.ReadCounters().Activations, rig.Engine.ReadCounters().ActivationFailures));
    }

    [Fact]
    public void AGrainThatLeavesIsMadeAnewByTheNextCall()
    {
        var rig = new VirtualRig();
        rig.Run(() => rig.Work().Key());
        rig.Run(() => rig.Work().Leave());
        rig.Time.RunUntilIdle();
        Assert.Equal("a 1", rig.Run(() => rig.Work().Key()));
        Assert.Equal(["activated a", "deactivated a ApplicationRequested", "activated a"], rig.Diary.Lines);
    }

    [Fact]
    public void RequestsThatWaitWhileAGrainEndsGoToTheNextActivation()
    {
        var rig = new VirtualRig();
        var leave = rig.Work().Leave();
        var calls = Enumerable.Range(0, 5).Select(_ => rig.Work().Key()).ToArray();
        rig.Time.RunUntilIdle();
        Assert.True(leave.IsCompletedSuccessfully);
        Assert.Equal(["a 1", "a 2", "a 3", "a 4", "a 5"], calls.Select(call => call.Result));
    }

    [Fact]
    public void AnIdleGrainIsCollectedAndABusyOneIsNot()
    {
        var rig = new VirtualRig(configure: options => options.CollectionAge = TimeSpan.FromMinutes(5));
        rig.Run(() => rig.Work("idle").Key());
        rig.Run(() => rig.Work("busy").Key());
        for (var minute = 0; minute < 6; minute++)
        {
            rig.Time.RunFor(TimeSpan.FromMinutes(1));
            rig.Run(() => rig.Work("busy").Key());
        }

        Assert.Contains("deactivated idle ActivationIdle", rig.Diary.Lines);
        Assert.Equal("busy 8", rig.Run(() => rig.Work("busy").Key()));
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public void TicksKeepAGrainOnlyWhenTheTimerSaysSo(bool keepAlive, int expected)
    {
        var rig = new VirtualRig(configure: options => options.CollectionAge = TimeSpan.FromMinutes(5));
        var options = new GrainTimerCreationOptions(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1))
        {
            KeepAlive = keepAlive,
        };
        rig.Run(() => rig.Engine.GetGrain<ITimerGrain>("t").Start(options, TimeSpan.Zero, false));
        rig.Time.RunFor(TimeSpan.FromMinutes(20));
        Assert.Equal(expected, rig.Engine.ReadCounters().Activations);
    }

    [Fact]
    public void AStoppingEngineEndsEveryGrainAndRefusesCalls()
    {
        var rig = new VirtualRig();
        rig.Run(() => rig.Work("a").Key());
        rig.Run(() => rig.Work("b").Key());
        rig.Run(() => rig.Engine.StopAsync());
        Assert.Equal(
            ["deactivated a ShuttingDown", "deactivated b ShuttingDown"],
            rig.Diary.Lines.Where(line => line.StartsWith("de", StringComparison.Ordinal)).Order());
        var call = rig.Work("a").Key();
        rig.Time.RunUntilIdle();
        Assert.IsType<SiloUnavailableException>(call.Exception!.InnerException);
    }

    [Fact]
    public void AKilledGrainLosesItsMemoryAndItsCallersAreTold()
    {
        var rig = new VirtualRig();
        rig.Run(() => rig.Work().Key());
        var running = rig.Work().Wait("1");
        var waiting = rig.Work().Key();
        rig.Time.RunUntilIdle();

        Assert.True(rig.Engine.Faults.Kill(rig.Work()));
        rig.Diary.Gate("1").SetResult();
        rig.Time.RunUntilIdle();
        Assert.IsType<SiloUnavailableException>(running.Exception!.InnerException);
        Assert.IsType<SiloUnavailableException>(waiting.Exception!.InnerException);
        Assert.DoesNotContain("end 1", rig.Diary.Lines);
        Assert.DoesNotContain(rig.Diary.Lines, line => line.StartsWith("deactivated", StringComparison.Ordinal));
        Assert.Equal("a 1", rig.Run(() => rig.Work().Key()));
        Assert.False(rig.Engine.Faults.Kill(rig.Work("unknown")));
    }
}
