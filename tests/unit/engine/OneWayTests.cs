using OrleansAcd.Engine;
using Xunit;

namespace OrleansAcd.Tests.Unit.Engine;

/// <summary>One-way calls: no answer, no failure, and a count of what went wrong.</summary>
public sealed class OneWayTests
{
    [Fact]
    public void AOneWayCallReturnsAtOnceAndArrives()
    {
        var rig = new VirtualRig();
        var call = rig.Work().Tell(new Note("x"));
        Assert.True(call.IsCompletedSuccessfully);
        Assert.Empty(rig.Deeds);

        rig.Time.RunUntilIdle();
        Assert.Equal(["told x"], rig.Deeds);
    }

    [Fact]
    public void AFailureOfAOneWayCallIsReportedNotThrown()
    {
        var failures = new List<string>();
        var rig = new VirtualRig(configure: options =>
            options.OneWayFailed = (grain, method, error) => failures.Add($"{grain} {method} {error.Message}"));
        Assert.True(rig.Work().TellAndFail().IsCompletedSuccessfully);
        rig.Time.RunUntilIdle();
        Assert.Equal(["work/a IWorkGrain.TellAndFail one-way failed"], failures);
        Assert.Equal(1, rig.Engine.ReadCounters().OneWayFailures);
    }

    [Fact]
    public void ARefusedOneWayCallIsCounted()
    {
        var rig = new VirtualRig(configure: options => options.WaitingRequestsMax = 1);
        _ = rig.Work().Tell(new Note("1"));
        Assert.True(rig.Work().Tell(new Note("2")).IsCompletedSuccessfully);
        rig.Time.RunUntilIdle();
        Assert.Equal(["told 1"], rig.Deeds);
        Assert.Equal((1, 1), (rig.Engine.ReadCounters().Refused, rig.Engine.ReadCounters().OneWayFailures));
    }

    [Fact]
    public void InjectedFaultsLoseAndDelayOneWayCalls()
    {
        var rig = new VirtualRig();
        rig.Engine.Faults.OneWay = call => call.Target.Key.ToString() switch
        {
            "lost" => MessageFate.Lost,
            "late" => MessageFate.Late(TimeSpan.FromSeconds(5)),
            _ => MessageFate.Arrives,
        };
        foreach (var key in (string[])["lost", "late", "fine"]) _ = rig.Work(key).Tell(new Note(key));
        rig.Time.RunFor(TimeSpan.FromSeconds(4));
        Assert.Equal(["told fine"], rig.Deeds);

        rig.Time.RunFor(TimeSpan.FromSeconds(2));
        Assert.Equal(["told fine", "told late"], rig.Deeds);
    }
}
