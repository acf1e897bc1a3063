using System.Collections.Immutable;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Contracts.Views;

namespace OrleansAcd.Calls;

/// <summary>What happens to an agent.</summary>
public abstract record AgentEvent
{
    /// <summary>The grain starts, with what was stored.</summary>
    public sealed record Started(AgentRecord Stored, AgentDefinition? Definition) : AgentEvent;

    public sealed record Defined(AgentDefinition? Definition) : AgentEvent;

    public sealed record Offered(AgentOffer Offer) : AgentEvent;

    public sealed record Rings(Reservation Reservation) : AgentEvent;

    public sealed record Confirmed(Reservation Reservation) : AgentEvent;

    public sealed record Released(Reservation Reservation, ReleaseReason Reason) : AgentEvent;

    public sealed record PhonesChanged(NodeId Node, ImmutableArray<PhoneContact> Contacts) : AgentEvent;

    public sealed record ChangeAsked(AgentChange Change) : AgentEvent;

    /// <summary>A call wants the agent past the queues.</summary>
    public sealed record Summoned(Summons Summons) : AgentEvent;

    /// <summary>The agent's leg has gone over to another call, and the reservation with it.</summary>
    public sealed record Moved(Reservation Reservation, CallId Call, LegId Leg) : AgentEvent;

    public sealed record Monitored(Reservation Reservation, bool Shown) : AgentEvent;

    /// <summary>A conversation is over and counts.</summary>
    public sealed record Talked(CallSegment Segment) : AgentEvent;

    /// <summary>A supervisor wants to hear of the agent's calls, or not any more.</summary>
    public sealed record WatchAsked(AgentId Supervisor, bool Watches) : AgentEvent;

    /// <summary>A queue wants to know how the agent is.</summary>
    public sealed record AnnounceAsked(QueueId Queue) : AgentEvent;

    public sealed record Tick : AgentEvent;
}

/// <summary>What is stored of an agent: the wish, the phones and the conversation.</summary>
public sealed record AgentRecord(
    bool LoggedIn, string NotReadyReason, int CallsHandled, ImmutableArray<PhoneContact> Phones)
{
    public static readonly AgentRecord None = new(false, "", 0, []);

    /// <summary>The conversation the agent is in: after a restart its call is asked first.</summary>
    public Reservation? Talking { get; init; }
}

/// <summary>What an Agent machine wants done. Each may be repeated.</summary>
public abstract record AgentEffect
{
    /// <summary>Tells one queue.</summary>
    public sealed record Notify(AgentNotice Notice) : AgentEffect;

    public sealed record Grant(Reservation Reservation, AgentPhone Phone) : AgentEffect;

    public sealed record Refuse(AgentOffer Offer) : AgentEffect;

    /// <summary>Tells the call whether the agent comes.</summary>
    public sealed record AnswerSummons(SummonsAnswer Answer) : AgentEffect;

    /// <summary>Tells a supervisor in which call the agent is; null: in none.</summary>
    public sealed record TellWatcher(AgentId Supervisor, AgentId Agent, CallId? Call) : AgentEffect;

    /// <summary>Asks the call whether the reservation still stands.</summary>
    public sealed record Verify(Reservation Reservation) : AgentEffect;

    /// <summary>Tells the call that the agent does not hold the reservation.</summary>
    public sealed record Void(Reservation Reservation) : AgentEffect;

    public sealed record Save(AgentRecord Record) : AgentEffect;

    /// <summary>Whoever watches agents is to see the change.</summary>
    public sealed record Show : AgentEffect;
}

/// <summary>The outcome of one step.</summary>
public readonly record struct AgentTransition(AgentState Next, ImmutableArray<AgentEffect> Effects);
