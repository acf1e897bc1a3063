using System.Collections.Immutable;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;

namespace OrleansAcd.Calls;

/// <summary>One step of the Agent machine in the making: the state so far and the effects so far.</summary>
internal sealed class AgentWork(AgentState state, DateTimeOffset now)
{
    private readonly AgentState _before = state;
    private readonly ImmutableArray<AgentEffect>.Builder _effects = ImmutableArray.CreateBuilder<AgentEffect>();

    public AgentState State { get; set; } = state;

    public DateTimeOffset Now { get; } = now;

    public void Add(AgentEffect effect) => _effects.Add(effect);

    public AgentTransition Done()
    {
        if (ReferenceEquals(State, _before)) return new AgentTransition(_before, _effects.ToImmutable());

        // Never below the clock: versions rise over restarts too.
        State = State with { Version = Math.Max(_before.Version + 1, Now.ToUnixTimeMilliseconds()) };
        SaveIfStoredPartChanged();
        if (Shown(_before) != Shown(State)) Add(new AgentEffect.Show());
        return new AgentTransition(State, _effects.ToImmutable());
    }

    /// <summary>Goes to where an agent without a call belongs, by wish and phones.</summary>
    public void Rest(bool keepIdle)
    {
        State = State with
        {
            Current = null, LeaseUntil = null, VerifyAt = null, WrapUpUntil = null, HasNext = false, Monitored = false,
        };
        var (presence, reason) = Resting();
        if (presence != Presence.Ready)
        {
            Leave(presence, reason);
            return;
        }

        RefuseBids(except: null);
        Enter(Presence.Ready, "");
        State = State with
        {
            ReadySince = keepIdle ? State.ReadySince : Now,
            BidsUntil = Now + AgentMachine.BidTime,
            AnnounceAt = Now + AgentMachine.AnnounceInterval,
        };
        Announce();
    }

    /// <summary>Goes to a presence in which no offer can be taken.</summary>
    public void Leave(Presence presence, string reason)
    {
        RefuseBids(except: null);
        Enter(presence, reason);
        State = State with { BidsUntil = null, AnnounceAt = null };
        Announce();
    }

    public void RefuseBids(AgentOffer? except)
    {
        foreach (var bid in State.Bids)
        {
            if (bid.Call is not null && !ReferenceEquals(bid, except)) Add(new AgentEffect.Refuse(bid));
        }

        if (!State.Bids.IsEmpty) State = State with { Bids = [] };
    }

    /// <summary>Tells all queues, with a new readiness epoch.</summary>
    public void Announce()
    {
        State = State with { ReadyEpoch = NextEpoch(State.ReadyEpoch) };
        var queues = State.Definition?.Queues ?? [];
        foreach (var gone in State.Queues)
        {
            if (!queues.Contains(gone)) Notify(gone, member: false);
        }

        foreach (var queue in queues) Notify(queue, member: true);
        if (!queues.SequenceEqual(State.Queues)) State = State with { Queues = queues };
    }

    public void Notify(QueueId queue, bool member)
    {
        if (State.Definition is null && member) return;

        var id = State.Definition?.Id ?? State.Current?.Agent ?? default;
        Add(new AgentEffect.Notify(new AgentNotice(
            id, queue, State.ReadyEpoch, State.Presence, State.Reason, State.ReadySince,
            State.Definition?.Skills ?? ImmutableSortedDictionary<string, int>.Empty, State.CallsHandled, member)));
    }

    /// <summary>Epochs only rise, over restarts too: the clock's ticks are far ahead of any count.</summary>
    public long NextEpoch(long last) => Math.Max(last + 1, Now.UtcTicks);

    private void Enter(Presence presence, string reason)
    {
        if (presence == State.Presence && reason == State.Reason) return;

        var since = presence == State.Presence && presence == Presence.NotReady ? State.Since : Now;
        State = State with { Presence = presence, Reason = reason, Since = since };
    }

    private (Presence Presence, string Reason) Resting() => State switch
    {
        { Definition: null } => (Presence.LoggedOut, "unknown"),
        { LoggedIn: false } => (Presence.LoggedOut, ""),
        { Definition.Login: LoginMode.Phone, HasPhone: false } => (Presence.LoggedOut, ""),
        { SettleUntil: not null } => (Presence.NotReady, AgentMachine.Starting),
        { NotReadyReason: not "" } s => (Presence.NotReady, s.NotReadyReason),
        { HasPhone: false } => (Presence.NotReady, AgentMachine.NoPhone),
        _ => (Presence.Ready, ""),
    };

    private void SaveIfStoredPartChanged()
    {
        if (_before.LoggedIn == State.LoggedIn && _before.NotReadyReason == State.NotReadyReason
            && ReferenceEquals(_before.Phones, State.Phones) && _before.Conversation == State.Conversation) return;

        Add(new AgentEffect.Save(new AgentRecord(
            State.LoggedIn, State.NotReadyReason, State.CallsHandled, [.. AgentPhones.All(State.Phones)])
        {
            Talking = State.Conversation,
        }));
    }

    private static (Presence, string, CallId?, bool, bool, int, bool) Shown(AgentState s) => (
        s.Presence, s.Reason, s.Current?.Call, s.HasNext, s.HasPhone, s.Definition?.Queues.Length ?? -1, s.Monitored);
}
