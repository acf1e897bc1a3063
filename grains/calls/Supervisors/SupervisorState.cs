using System.Collections.Immutable;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Views;

namespace OrleansAcd.Calls;

/// <summary>What a supervisor does. The zero value watches nothing.</summary>
public enum Supervision
{
    Off,

    /// <summary>Watches an agent who is in no call that can be joined.</summary>
    Waiting,

    /// <summary>A call was asked; the phone is called.</summary>
    Joining,

    Listening,
}

/// <summary>All that the Supervisor machine knows.</summary>
public sealed record SupervisorState
{
    public static readonly SupervisorState Empty = new();

    /// <summary>Counts changes.</summary>
    public long Version { get; init; }

    public Supervision Doing { get; init; }

    /// <summary>The agent whose calls are joined as they come; null: one call, or nothing.</summary>
    public AgentId? Agent { get; init; }

    /// <summary>The call that is joined or listened to.</summary>
    public CallId? Call { get; init; }

    /// <summary>The agent's call that was left or could not be joined: it is not tried again.</summary>
    public CallId? Past { get; init; }

    public SupervisionMode Mode { get; init; }

    public DateTimeOffset Since { get; init; }

    /// <summary>Why the last call was not joined, or is over.</summary>
    public string Reason { get; init; } = "";

    /// <summary>When to ask the watched agent again.</summary>
    public DateTimeOffset? AskAt { get; init; }

    public DateTimeOffset? JoinUntil { get; init; }

    /// <summary>Listening: when to ask the call again.</summary>
    public DateTimeOffset? CheckAt { get; init; }

    /// <summary>The one instant at which the machine wants a Tick.</summary>
    public DateTimeOffset? Deadline => Earliest.Of(AskAt, JoinUntil, CheckAt);
}

/// <summary>What is stored of a supervisor.</summary>
public sealed record SupervisorRecord(AgentId? Agent, CallId? Call, SupervisionMode Mode)
{
    public static readonly SupervisorRecord None = new(null, null, SupervisionMode.Monitor);
}

/// <summary>What happens to a supervisor.</summary>
public abstract record SupervisorEvent
{
    public sealed record Started(SupervisorRecord Stored) : SupervisorEvent;

    /// <param name="Rights">What the centre lets the supervisor do.</param>
    public sealed record WatchAsked(
        WatchTarget Target, SupervisionMode Mode, ImmutableArray<SupervisionRight> Rights) : SupervisorEvent;

    public sealed record ModeAsked(SupervisionMode Mode, ImmutableArray<SupervisionRight> Rights) : SupervisorEvent;

    public sealed record StopAsked : SupervisorEvent;

    public sealed record AgentTalks(AgentId Agent, CallId? Call) : SupervisorEvent;

    /// <summary>A call's answer to what it was asked.</summary>
    public sealed record Answered(CallId Call, CallControl Control, ControlAnswer Answer) : SupervisorEvent;

    /// <summary>A call's answer to whether the supervisor may and does listen.</summary>
    public sealed record Checked(CallId Call, ControlAnswer Answer) : SupervisorEvent;

    /// <summary>The centre says something new of what the supervisor may.</summary>
    public sealed record RightsChanged(ImmutableArray<SupervisionRight> Rights) : SupervisorEvent;

    public sealed record Reported(WatchReport Report) : SupervisorEvent;

    public sealed record Tick : SupervisorEvent;
}

/// <summary>What a Supervisor machine wants done. Each may be repeated.</summary>
public abstract record SupervisorEffect
{
    /// <summary>Asks a call; the answer comes back as an event.</summary>
    public sealed record Ask(CallId Call, CallControl Control) : SupervisorEffect;

    /// <summary>Asks a call whether the supervisor may and does listen; without an answer nothing changes.</summary>
    public sealed record Check(CallId Call, SupervisionMode Mode) : SupervisorEffect;

    public sealed record WatchAgent(AgentId Agent, bool Watches) : SupervisorEffect;

    public sealed record Save(SupervisorRecord Record) : SupervisorEffect;

    public sealed record Show : SupervisorEffect;
}

/// <summary>The outcome of one step.</summary>
/// <param name="Refusal">Why a wish was refused; null: it was not, or none was expressed.</param>
public readonly record struct SupervisorTransition(
    SupervisorState Next, ImmutableArray<SupervisorEffect> Effects, ControlAnswer? Refusal);

/// <summary>A supervisor as the supervisor sees it.</summary>
public static class SupervisorViews
{
    public static SupervisorView Of(AgentId id, SupervisorState s, ImmutableArray<SupervisionRight> rights) => new(
        id, NameOf(s.Doing), s.Agent, s.Call, s.Mode, s.Since, s.Reason, rights, s.Version);

    private static string NameOf(Supervision doing) => doing switch
    {
        Supervision.Waiting => "waiting",
        Supervision.Joining => "joining",
        Supervision.Listening => "listening",
        _ => "off",
    };
}
