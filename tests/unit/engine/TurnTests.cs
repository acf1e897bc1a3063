using Orleans;
using Orleans.Runtime;
using Xunit;

namespace OrleansAcd.Tests.Unit.Engine;

/// <summary>Turn-based, one request at a time, unless grain or method says otherwise.</summary>
public sealed class TurnTests
{
    private readonly VirtualRig _rig = new();

    [Fact]
    public void CallsAreAnsweredWithValues()
    {
        var note = new Note("hello");
        Assert.Equal(5, _rig.Run(() => _rig.Work().Add(2, 3)));
        Assert.Same(note, _rig.Run(() => _rig.Work().Echo(note).AsTask()));
    }

    [Fact]
    public void OneActivationPerKeyKeepsItsStateBetweenCalls()
    {
        Assert.Equal("a 1", _rig.Run(() => _rig.Work("a").Key()));
        Assert.Equal("b 1", _rig.Run(() => _rig.Work("b").Key()));
        Assert.Equal("a 2", _rig.Run(() => _rig.Work("a").Key()));
        Assert.Equal(2, _rig.Engine.ReadCounters().Activations);
    }

    [Fact]
    public void ASecondRequestWaitsUntilTheFirstHasEnded()
    {
        var first = _rig.Work().Wait("1");
        var second = _rig.Work().Wait("2");
        _rig.Time.RunUntilIdle();
        Assert.Equal(["begin 1"], _rig.Deeds);

        _rig.Diary.Gate("1").SetResult();
        _rig.Time.RunUntilIdle();
        Assert.True(first.IsCompletedSuccessfully);
        Assert.False(second.IsCompleted);
        Assert.Equal(["begin 1", "end 1", "begin 2"], _rig.Deeds);
    }

    [Fact]
    public void RequestsOfAReentrantGrainInterleave()
    {
        var grain = _rig.Engine.GetGrain<IReentrantGrain>("a");
        _ = grain.Wait("1");
        _ = grain.Wait("2");
        _rig.Time.RunUntilIdle();
        Assert.Equal(["begin 1", "begin 2"], _rig.Deeds);
    }

    [Fact]
    public void AnInterleavingMethodRunsBetweenTheAwaitsOfAnother()
    {
        _ = _rig.Work().Wait("1");
        _ = _rig.Work().Wait("2");
        var peek = _rig.Work().Peek("x");
        _rig.Time.RunUntilIdle();
        Assert.True(peek.IsCompletedSuccessfully);
        Assert.Equal(["begin 1", "peek x"], _rig.Deeds.Order());
    }

    [Fact]
    public void ReadOnlyRequestsInterleaveWithEachOtherButNotWithWriters()
    {
        _ = _rig.Work().Read("1");
        _ = _rig.Work().Read("2");
        _ = _rig.Work().Wait("3");
        _ = _rig.Work().Read("4");
        _rig.Time.RunUntilIdle();
        Assert.Equal(["begin 1", "begin 2"], _rig.Deeds);

        _rig.Diary.Gate("1").SetResult();
        _rig.Diary.Gate("2").SetResult();
        _rig.Time.RunUntilIdle();
        Assert.Equal("begin 3", _rig.Deeds[^1]);
    }

    [Fact]
    public void AFailureGoesToTheCaller()
    {
        var error = Assert.Throws<InvalidOperationException>(() => _rig.Run(() => _rig.Work().Fail()));
        Assert.Equal("failed as asked", error.Message);
        Assert.Equal("a 1", _rig.Run(() => _rig.Work().Key()));
    }

    [Fact]
    public void AReferenceIsEqualToAnotherOfTheSameGrain()
    {
        Assert.Equal(_rig.Work("a"), _rig.Work("a"));
        Assert.NotEqual(_rig.Work("a"), _rig.Work("b"));
        Assert.Equal("work/a", _rig.Work("a").GetGrainId().ToString());
        Assert.Equal("a", _rig.Work("a").GetPrimaryKeyString());
        Assert.Equal(_rig.Work("a"), _rig.Engine.GetGrain<IWorkGrain>(GrainId.Create("work", "a")));
    }

    [Fact]
    public void ACancelledCallEndsForItsCallerAtOnceAndForTheGrainInATurn()
    {
        using var source = new CancellationTokenSource();
        var call = _rig.Work().Heed("x", source.Token);
        _rig.Time.RunUntilIdle();
        Assert.False(call.IsCompleted);

        source.Cancel();
        _rig.Time.RunUntilIdle();
        Assert.True(call.IsCanceled);
        Assert.Equal(["cancelled on turn"], _rig.Deeds);
    }
}
