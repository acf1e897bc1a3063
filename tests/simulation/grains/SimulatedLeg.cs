using System.Collections.Immutable;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;

namespace OrleansAcd.Tests.Simulation.Grains;

internal enum LegState
{
    Offered,
    Dialling,
    Up,
    Down,
}

/// <summary>One leg at the simulated media node.</summary>
internal sealed class SimulatedLeg(LegId id, string party)
{
    public LegId Id { get; } = id;

    /// <summary>The agent, or empty for the caller.</summary>
    public string Party { get; } = party;

    public LegState State { get; set; }

    public bool Cancelled { get; set; }
}

/// <summary>One call at the simulated media node.</summary>
internal sealed class SimulatedCall(CallId id)
{
    public CallId Id { get; } = id;

    public long EventSequence { get; set; }

    public long CommandSequence { get; set; }

    public Dictionary<int, SimulatedLeg> Legs { get; } = [];

    /// <summary>The matrix that was told last.</summary>
    public ImmutableArray<Hearing> Matrix { get; set; } = [];

    public int? Recording { get; set; }

    public int Segments { get; set; }

    /// <summary>What phones were told of the transfers that they asked for.</summary>
    public List<int> ReferProgress { get; } = [];

    /// <summary>The agent's leg that the caller hears; null: none.</summary>
    public SimulatedLeg? Bridged { get; set; }

    public SimulatedLeg Caller => Legs[1];
}
