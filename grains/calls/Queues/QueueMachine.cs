using System.Collections.Immutable;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Views;
using OrleansAcd.Routing;

namespace OrleansAcd.Calls;

/// <summary>The Queue machine: holds the line and matches it with ready agents (design section 7). Pure, driven by
/// events.</summary>
/// <remarks>After each step no free call is left that a ready agent may take: nobody is passed over (definitions 1.3).
/// A call keeps its rank over every failed offer.</remarks>
public static class QueueMachine
{
    /// <summary>An agent that does not answer an offer for so long has lost it.</summary>
    public static readonly TimeSpan OfferTime = TimeSpan.FromSeconds(3);

    /// <summary>A call that says nothing for so long after its reservation expired is offered again.</summary>
    public static readonly TimeSpan AssignedMargin = TimeSpan.FromSeconds(2);

    /// <summary>After a restart, waiting calls come again within this; a little more than their refresh.</summary>
    public static readonly TimeSpan SettleTime = CallMachine.WaitRefresh + TimeSpan.FromMilliseconds(500);

    /// <summary>A ticket older than the queue's start by more than this has waited here before.</summary>
    private static readonly TimeSpan ReturnedAfter = TimeSpan.FromMilliseconds(500);

    public static readonly QueueDefinition DefaultDefinition = new(
        new QueueId(""), "", RoutingStrategy.LongestIdle, new ServiceLevelTarget(0.8, TimeSpan.FromSeconds(20)),
        TimeSpan.FromSeconds(15), TimeSpan.Zero, 0, null, null, false, TimeSpan.FromSeconds(5), [], null);

    public static QueueTransition Step(QueueState state, QueueEvent e, DateTimeOffset now)
    {
        var work = new QueueWork(state, now);
        TurnDay(work);
        switch (e)
        {
            case QueueEvent.Started started: Start(work, started); break;
            case QueueEvent.Defined defined: Define(work, defined.Definition); break;
            case QueueEvent.Enqueued enqueued: Enqueue(work, enqueued.Ticket); break;
            case QueueEvent.Left left: Leave(work, left.Call, left.Outcome); break;
            case QueueEvent.OfferFailed failed: Fail(work, failed.Reservation); break;
            case QueueEvent.AgentChanged changed: ChangeAgent(work, changed.Notice); break;
            case QueueEvent.Granted granted: Grant(work, granted); break;
            case QueueEvent.Refused refused: Refuse(work, refused.Offer); break;
            case QueueEvent.Talked talked: Count(work, talked.Segment); break;
            case QueueEvent.Tick: Tick(work); break;
        }

        if (work.State.IsDropped) LetAllGo(work);
        return work.Done();
    }

    internal static DateTimeOffset? NextDeadline(QueueState s, QueueDefinition rules, DateTimeOffset now)
    {
        var next = Earliest.Of(s.SettleUntil, s.Expiries.IsEmpty ? null : s.Expiries.Min.Until);
        if (s.Line.FreeCount == 0) return next;

        foreach (var head in s.Line.FreeHeads())
        {
            var relaxed = head.EnqueuedAt + s.Pool.NextEligibility(now - head.EnqueuedAt);
            next = Earliest.Of(next, relaxed);
        }

        return Earliest.Of(next, NextOverflow(s, rules));
    }

    private static void TurnDay(QueueWork work)
    {
        var day = DateOnly.FromDateTime(work.Now.UtcDateTime);
        if (day == work.State.Day) return;

        work.State = work.State with { Day = day, Today = IntervalStatistics.Empty, Talk = default };
    }

    /// <summary>Talk counts for who talked: a call that was transferred counts once for each conversation.</summary>
    private static void Count(QueueWork work, CallSegment segment)
    {
        var (talk, hold, handled) = work.State.Talk;
        work.State = work.State with
        {
            Talk = new TalkFigures(talk + segment.TalkSeconds, hold + segment.HoldSeconds, handled + 1),
        };
    }

    private static void Start(QueueWork work, QueueEvent.Started started)
    {
        work.State = work.State with { StartedAt = work.Now };
        if (started.Definition is not null) Define(work, started.Definition);
        foreach (var agent in started.Agents) work.Add(new QueueEffect.AskAgent(agent, work.Rules.Id));
    }

    /// <summary>New rules hold for those who wait already. A queue that the centre drops keeps its rules for the offers
    /// that are open.</summary>
    private static void Define(QueueWork work, QueueDefinition? definition)
    {
        if (work.State.IsDropped != definition is null)
        {
            work.State = work.State with { IsDropped = definition is null };
        }

        if (definition is null || ReferenceEquals(definition, work.State.Definition)) return;

        var line = work.State.Line;
        var first = work.State.Definition is null;
        var samePriority = work.Rules.Priority == definition.Priority;
        work.State = work.State with
        {
            Definition = definition,
            Line = samePriority ? line : line.WithPriority(definition.Priority),
            Pool = AgentPool.Create(CandidateOrder.For(definition.Strategy)),
        };
        foreach (var member in work.State.Members.Values) work.Place(member);
        if (!first) work.Match();
    }

    private static void Enqueue(QueueWork work, Ticket ticket)
    {
        if (work.State.Line.Find(ticket.Call) is not null) return;

        var returns = ticket.EnqueuedAt < work.State.StartedAt - ReturnedAfter;
        if (returns && work.State.SettleUntil is null && work.Now < work.State.StartedAt + SettleTime)
        {
            work.State = work.State with { SettleUntil = work.State.StartedAt + SettleTime };
        }

        work.State = work.State with
        {
            Line = work.State.Line.Add(ticket), Today = work.State.Today.WithOffered(),
        };
        work.Match();
    }

    private static void Leave(QueueWork work, CallId call, QueueOutcome outcome)
    {
        if (work.State.Line.Find(call) is not { } ticket) return;

        work.RemoveOffer(call);
        work.State = work.State with
        {
            Line = work.State.Line.Remove(call),
            Today = Count(work.State.Today, outcome, work.Now - (ticket.WaitsSince ?? ticket.EnqueuedAt)),
        };
    }

    private static IntervalStatistics Count(IntervalStatistics today, QueueOutcome outcome, TimeSpan wait) =>
        outcome switch
    {
        QueueOutcome.Answered => today.WithAnswered(wait),
        QueueOutcome.Abandoned => today.WithAbandoned(wait, isShort: false),
        QueueOutcome.ShortAbandoned => today.WithAbandoned(wait, isShort: true),
        QueueOutcome.OverflowedOut => today.WithFlowOut(),
        QueueOutcome.None => today,
        _ => today.WithEnded(),
    };

    private static void Fail(QueueWork work, Reservation reservation)
    {
        if (!IsAssigned(work.State, reservation)) return;

        work.FreeCall(reservation.Call);
        work.Match();
    }

    private static void ChangeAgent(QueueWork work, AgentNotice notice)
    {
        var known = work.State.Members.GetValueOrDefault(notice.Agent);
        if (known is not null && notice.ReadyEpoch < known.Notice.ReadyEpoch) return;

        if (!notice.Member)
        {
            if (known is not null) Forget(work, known);
            return;
        }

        var counts = known is null ? work.State.Counts : work.State.Counts.Plus(known.Notice.Presence, -1);
        var member = known is null ? new QueueMember(notice, 0, 0) : known with { Notice = notice };
        work.State = work.State with
        {
            Members = work.State.Members.SetItem(notice.Agent, member), Counts = counts.Plus(notice.Presence, 1),
        };
        work.Place(member);
        if (notice.Presence == Presence.Ready && notice.ReadyEpoch > member.UsedEpoch) Bid(work, notice);
    }

    private static void Forget(QueueWork work, QueueMember member) => work.State = work.State with
    {
        Members = work.State.Members.Remove(member.Notice.Agent),
        Pool = work.State.Pool.Without(member.Notice.Agent),
        Counts = work.State.Counts.Plus(member.Notice.Presence, -1),
    };

    /// <summary>Answers a ready agent: with the best call it may take, or with an empty bid.</summary>
    private static void Bid(QueueWork work, AgentNotice notice)
    {
        work.Match();
        if (!work.State.Pool.Contains(notice.Agent)) return;

        var rules = work.Rules;
        work.Add(new QueueEffect.OfferAgent(new AgentOffer(
            notice.Agent, notice.Queue, notice.ReadyEpoch, null, default, rules.RingTimeout, rules.WrapUp)));
    }

    private static void Grant(QueueWork work, QueueEvent.Granted granted)
    {
        var reservation = granted.Reservation;
        if (work.State.Line.Find(reservation.Call) is null)
        {
            work.Add(new QueueEffect.ReleaseAgent(reservation, ReleaseReason.CallerGone));
            return;
        }

        var open = work.State.Offers.GetValueOrDefault(reservation.Call);
        if (open?.Reservation is { } held && held == reservation) return;
        if (open is null || open.Reservation is not null || open.Offer.Agent != reservation.Agent)
        {
            work.Add(new QueueEffect.ReleaseAgent(reservation, ReleaseReason.Void));
            return;
        }

        work.SetOffer(open with { Reservation = reservation, Until = reservation.ExpiresAt + AssignedMargin });
        work.Add(new QueueEffect.AssignCall(new Assignment(
            reservation, granted.Phone, work.Rules.RingTimeout, open.Decision)));
    }

    private static void Refuse(QueueWork work, AgentOffer offer)
    {
        if (offer.Call is not { } call || work.State.Offers.GetValueOrDefault(call) is not { Reservation: null } open)
            return;
        if (open.Offer.Agent != offer.Agent || open.Offer.ReadyEpoch != offer.ReadyEpoch) return;

        work.FreeCall(call);
        work.Match();
    }

    private static void Tick(QueueWork work)
    {
        if (work.State.SettleUntil <= work.Now) work.State = work.State with { SettleUntil = null };
        while (!work.State.Expiries.IsEmpty && work.State.Expiries.Min is var first && first.Until <= work.Now)
        {
            work.FreeCall(first.Call);
        }

        work.Match();
        OverflowDue(work);
    }

    /// <summary>Who is offered to an agent just now stays until that has come to an end.</summary>
    private static void LetAllGo(QueueWork work)
    {
        foreach (var rank in work.State.Line.FreeInOrder())
        {
            work.Add(new QueueEffect.LetGo(rank.Call, work.Rules.Id));
            Leave(work, rank.Call, QueueOutcome.OverflowedOut);
        }
    }

    private static void OverflowDue(QueueWork work)
    {
        if (work.Rules.Overflow is not { } rule) return;

        foreach (var rank in work.State.Line.FreeInOrder())
        {
            if (rank.EnqueuedAt + rule.After > work.Now || !MayOverflow(work.State, rank.Call)) continue;

            work.Add(new QueueEffect.Overflow(rank.Call, work.Rules.Id, rule.To));
            Leave(work, rank.Call, QueueOutcome.OverflowedOut);
        }
    }

    private static DateTimeOffset? NextOverflow(QueueState s, QueueDefinition rules)
    {
        if (rules.Overflow is not { } rule) return null;

        DateTimeOffset? next = null;
        foreach (var head in s.Line.FreeHeads())
        {
            if (MayOverflow(s, head.Call)) next = Earliest.Of(next, head.EnqueuedAt + rule.After);
        }

        // Those who may not move any more stand in front of those who may.
        foreach (var rank in s.Line.FreeInOrder())
        {
            if (MayOverflow(s, rank.Call)) return Earliest.Of(next, rank.EnqueuedAt + rule.After);
        }

        return next;
    }

    private static bool MayOverflow(QueueState s, CallId call) => s.Line.Find(call)!.Hops < Ticket.HopsMax;

    private static bool IsAssigned(QueueState s, Reservation reservation) =>
        s.Offers.GetValueOrDefault(reservation.Call)?.Reservation is { } held
        && held.Agent == reservation.Agent && held.Epoch == reservation.Epoch;
}
