using System.Collections.Immutable;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Routing;

namespace OrleansAcd.Calls;

/// <summary>One step of the Queue machine in the making.</summary>
internal sealed class QueueWork(QueueState state, DateTimeOffset now)
{
    private readonly QueueState _before = state;
    private ImmutableArray<QueueEffect>.Builder? _effects;

    public QueueState State { get; set; } = state;

    public DateTimeOffset Now { get; } = now;

    public QueueDefinition Rules => State.Definition ?? QueueMachine.DefaultDefinition;

    public void Add(QueueEffect effect) => (_effects ??= ImmutableArray.CreateBuilder<QueueEffect>()).Add(effect);

    public QueueTransition Done()
    {
        if (!ReferenceEquals(State, _before))
        {
            // Time alone may have made a pair eligible since the last step.
            Match();
            State = State with
            {
                Version = _before.Version + 1, Deadline = QueueMachine.NextDeadline(State, Rules, Now),
            };
        }

        return new QueueTransition(State, _effects?.DrainToImmutable() ?? []);
    }

    /// <summary>Offers calls to ready agents until no eligible pair is left.</summary>
    public void Match()
    {
        while (!State.Settles && !State.IsDropped && State.Pool.Count > 0 && State.Line.FreeCount > 0
            && NextPair() is var (call, agent) && agent is not null)
        {
            Offer(call, agent);
        }
    }

    public void Offer(CallRank rank, Candidate agent)
    {
        var wait = Now - rank.EnqueuedAt;
        var rules = Rules;
        var decision = Decisions.Explain(rules.Strategy, State.Pool, agent, wait, Now, State.Line.Count);
        var member = State.Members[agent.Agent];
        var offer = new AgentOffer(
            agent.Agent, rules.Id, member.Notice.ReadyEpoch, rank.Call, rank, rules.RingTimeout, rules.WrapUp);
        var turn = State.Turn + 1;
        State = State with
        {
            Turn = turn,
            Line = State.Line.Hold(rank.Call),
            Pool = State.Pool.Without(agent.Agent),
            Members = State.Members.SetItem(
                agent.Agent, member with { UsedEpoch = member.Notice.ReadyEpoch, Turn = turn }),
        };
        SetOffer(new OpenOffer(offer, decision, null, Now + QueueMachine.OfferTime));
        Add(new QueueEffect.OfferAgent(offer));
    }

    public void SetOffer(OpenOffer open)
    {
        var call = open.Offer.Call!.Value;
        RemoveOffer(call);
        State = State with
        {
            Offers = State.Offers.SetItem(call, open), Expiries = State.Expiries.Add(new OfferExpiry(open.Until, call)),
        };
    }

    public void RemoveOffer(CallId call)
    {
        if (!State.Offers.TryGetValue(call, out var open)) return;

        State = State with
        {
            Offers = State.Offers.Remove(call), Expiries = State.Expiries.Remove(new OfferExpiry(open.Until, call)),
        };
    }

    /// <summary>The offer came to nothing: the call is at its old place again.</summary>
    public void FreeCall(CallId call)
    {
        RemoveOffer(call);
        State = State with { Line = State.Line.Free(call) };
    }

    /// <summary>Puts a ready agent into the pool, anybody else out of it.</summary>
    public void Place(QueueMember member)
    {
        var notice = member.Notice;
        var isFree = notice.Presence == Presence.Ready && notice.ReadyEpoch > member.UsedEpoch;
        State = State with
        {
            Pool = isFree ? State.Pool.With(CandidateOf(member)) : State.Pool.Without(notice.Agent),
        };
    }

    private Candidate CandidateOf(QueueMember member)
    {
        var notice = member.Notice;
        var required = Rules.Skills;
        return new Candidate(
            notice.Agent, notice.ReadySince, SkillRules.Sum(required, notice.Skills), notice.Skills.Count,
            notice.CallsHandled, member.Turn, SkillRules.EligibleFrom(required, notice.Skills));
    }

    private (CallRank Call, Candidate? Agent) NextPair()
    {
        foreach (var head in State.Line.FreeHeads())
        {
            if (State.Pool.Best(Now - head.EnqueuedAt) is { } agent) return (head, agent);
        }

        return default;
    }
}
