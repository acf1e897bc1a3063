using Orleans;
using OrleansAcd.Calls;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;

namespace OrleansAcd.Actors;

/// <summary>What is stored of a supervisor: what is watched, and how.</summary>
[GenerateSerializer, Alias("acd.SupervisorStored")]
public sealed class SupervisorStored
{
    [Id(0)]
    public AgentId? Agent { get; set; }

    [Id(1)]
    public CallId? Call { get; set; }

    [Id(2)]
    public SupervisionMode Mode { get; set; }

    public static SupervisorStored Of(SupervisorRecord record) =>
        new() { Agent = record.Agent, Call = record.Call, Mode = record.Mode };

    public SupervisorRecord ToRecord() => new(Agent, Call, Mode);
}
