using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;

namespace OrleansAcd.Calls;

/// <summary>What a party is in a call.</summary>
public enum PartyRole
{
    Caller,

    /// <summary>Who talks to the caller on the centre's behalf: routed, transferred to, or dialled directly.</summary>
    Agent,

    /// <summary>Talks to the agent while the caller hears music.</summary>
    Consulted,

    /// <summary>A further party of the conversation.</summary>
    Guest,

    Supervisor,
}

/// <summary>How far a party's leg is.</summary>
public enum PartyState
{
    /// <summary>The agent was summoned and has not said yet whether it comes.</summary>
    Asked,

    /// <summary>Its INVITE waits for our answer.</summary>
    Offered,

    Dialling,
    Ringing,
    Up,

    /// <summary>Told to end.</summary>
    Leaving,
}

/// <summary>One party of a call and its leg.</summary>
public sealed record CallParty(LegId Leg, PartyRole Role, PartyState State)
{
    /// <summary>The agent whose phone it is; null: somebody outside.</summary>
    public AgentId? Agent { get; init; }

    /// <summary>What holds the agent for this call; null: somebody outside, or an agent's second call.</summary>
    public Reservation? Reservation { get; init; }

    /// <summary>Of a supervisor.</summary>
    public SupervisionMode Mode { get; init; }

    /// <summary>Of a supervisor: the agent who is watched; null: whoever talks to the caller.</summary>
    public AgentId? Watched { get; init; }

    public bool Muted { get; init; }

    /// <summary>By us: hears music, is not heard.</summary>
    public bool OnHold { get; init; }

    /// <summary>The phone itself holds the call.</summary>
    public bool HeldByPhone { get; init; }

    /// <summary>Whom the leg is for, where it was dialled past the queues.</summary>
    public DialTarget? Target { get; init; }

    /// <summary>When the state has lasted too long; null: it may last.</summary>
    public DateTimeOffset? Until { get; init; }

    public DateTimeOffset? UpSince { get; init; }

    /// <summary>Leaving: what its agent is told when the leg is down.</summary>
    public ReleaseReason Release { get; init; }

    /// <summary>The leg whose place it takes when it is up (RFC 3891).</summary>
    public LegId? Replaces { get; init; }

    /// <summary>The reservation of another call that is to become this call's.</summary>
    public Reservation? MoveFrom { get; init; }

    /// <summary>Its agent called by itself: no wrap-up follows.</summary>
    public bool IsEngaged { get; init; }

    public LegQuality? Quality { get; init; }

    public bool IsUp => State == PartyState.Up;

    public bool IsLeaving => State == PartyState.Leaving;

    /// <summary>Called, and neither up nor told to end.</summary>
    public bool IsComing =>
        State is PartyState.Asked or PartyState.Offered or PartyState.Dialling or PartyState.Ringing;

    /// <summary>A supervisor who listens, coaches or talks along, but does not stand in the agent's place.</summary>
    public bool IsWatching => Role == PartyRole.Supervisor && Mode != SupervisionMode.TakeOver;

    public bool HasTakenOver => Role == PartyRole.Supervisor && Mode == SupervisionMode.TakeOver && IsUp;
}

/// <summary>The agent's private talk with somebody.</summary>
/// <param name="Leg">The consulted party.</param>
/// <param name="WithCaller">The agent talks to the caller meanwhile, the consulted waits.</param>
public sealed record Consultation(LegId Leg, bool WithCaller);

/// <summary>The caller waits for somebody who is called.</summary>
/// <param name="Target">The leg that is called.</param>
/// <param name="By">The leg that transfers; it may have gone.</param>
/// <param name="TellsPhone">The phone of <paramref name="By"/> asked by REFER and wants to know (RFC 3515).</param>
public sealed record Transfer(LegId Target, LegId By, bool TellsPhone);

/// <summary>Another call was asked to hand a party over to this one.</summary>
/// <param name="By">The leg whose phone asked for it.</param>
public sealed record Handing(LegId By, bool TellsPhone, DateTimeOffset Until);

/// <summary>The recording that runs.</summary>
public sealed record RecordingNow(int Number, bool Paused);
