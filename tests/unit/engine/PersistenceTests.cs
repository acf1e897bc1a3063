using Orleans;
using Orleans.Runtime;
using Orleans.Storage;
using Xunit;

namespace OrleansAcd.Tests.Unit.Engine;

/// <summary>[PersistentState]: read before activation, written when the grain says so, versioned.</summary>
public sealed class PersistenceTests
{
    private readonly VirtualRig _rig = new();

    private ICountGrain Grain => _rig.Engine.GetGrain<ICountGrain>("c");

    [Fact]
    public void WhatWasWrittenIsThereAfterTheGrainIsLost()
    {
        Assert.Equal((0, false, null), _rig.Run(() => Grain.Read()));
        _rig.Run(() => Grain.Increment());
        _rig.Run(() => Grain.Increment());
        _rig.Engine.Faults.Kill(Grain);
        Assert.Equal((2, true, "2"), _rig.Run(() => Grain.Read()));
    }

    [Fact]
    public void WhatWasClearedIsGone()
    {
        _rig.Run(() => Grain.Increment());
        _rig.Run(() => Grain.Clear());
        Assert.Equal((0, false, null), _rig.Run(() => Grain.Read()));
        Assert.Equal(0, _rig.Storage.Count);
    }

    [Fact]
    public void AWriteOverSomebodyElsesFailsAndTheNextCallSeesTheirs()
    {
        _rig.Run(() => Grain.Increment());
        StoreElsewhere(41);
        Assert.Throws<InconsistentStateException>(() => _rig.Run(() => Grain.Increment()));
        _rig.Time.RunUntilIdle();
        Assert.Equal(42, _rig.Run(() => Grain.Increment()));
    }

    [Fact]
    public void AStorageThatNobodyNamedFailsTheCall()
    {
        var rig = new VirtualRig(configure: options => options.Storages.Clear());
        var error = Assert.Throws<InvalidOperationException>(
            () => rig.Run(() => rig.Engine.GetGrain<ICountGrain>("c").Read()));
        Assert.Contains("\"main\"", error.Message, StringComparison.Ordinal);
    }

    private void StoreElsewhere(int count)
    {
        var other = new OtherState { State = new CountState { Count = count }, ETag = "1" };
        Assert.True(_rig.Storage.WriteStateAsync("count", Grain.GetGrainId(), other).IsCompletedSuccessfully);
    }

    private sealed class OtherState : IGrainState<CountState>
    {
        public CountState State { get; set; } = new();

        public string? ETag { get; set; }

        public bool RecordExists { get; set; }
    }
}
