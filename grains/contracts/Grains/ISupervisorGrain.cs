using Orleans;
using Orleans.Concurrency;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Views;

namespace OrleansAcd.Contracts.Grains;

/// <summary>One supervisor. Key: the <see cref="AgentId"/> of the supervisor, whose registered phone listens.</summary>
/// <remarks>Awaits Call grains; they and Agent grains tell it one-way, so no await is cyclic.</remarks>
[Alias("acd.ISupervisorGrain")]
public interface ISupervisorGrain : IGrainWithStringKey
{
    /// <summary>Listens to a call, or to every call of an agent as it comes; lets go what was watched before.</summary>
    [Alias("Watch")]
    Task<SupervisorAnswer> Watch(WatchTarget target, SupervisionMode mode);

    /// <summary>Another mode, from now on and for the calls that come.</summary>
    [Alias("ChangeMode")]
    Task<SupervisorAnswer> ChangeMode(SupervisionMode mode);

    [Alias("Stop")]
    Task<SupervisorAnswer> Stop();

    [Alias("Get")]
    Task<SupervisorView> Get();

    /// <summary>From the centre: what the supervisor may do has changed.</summary>
    [Alias("RightsChanged")]
    Task RightsChanged();

    /// <summary>From a watched agent: the call it is in now, again and again while it is watched; null: none.</summary>
    [OneWay, Alias("AgentTalks")]
    Task AgentTalks(AgentId agent, CallId? call);

    /// <summary>From a call: what has become of the supervisor's place in it.</summary>
    [OneWay, Alias("Reported")]
    Task Reported(WatchReport report);
}

/// <summary>What is watched: exactly one of the two.</summary>
[GenerateSerializer, Immutable, Alias("acd.WatchTarget")]
public sealed record WatchTarget(CallId? Call, AgentId? Agent);

/// <summary>From a call to a supervisor.</summary>
/// <param name="IsListening">True: the phone is up; false: the place is over, and why.</param>
[GenerateSerializer, Immutable, Alias("acd.WatchReport")]
public sealed record WatchReport(CallId Call, bool IsListening, SupervisionMode Mode, string Reason);

/// <summary>The answer to a supervisor's wish.</summary>
[GenerateSerializer, Immutable, Alias("acd.SupervisorAnswer")]
public sealed record SupervisorAnswer(SupervisorView Supervisor, ControlRefusal Refusal, string Reason);
