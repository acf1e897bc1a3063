using System.Collections.Immutable;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;

namespace OrleansAcd.Calls;

/// <summary>The Call machine: from the caller's INVITE to the record of the call. Pure.</summary>
/// <remarks>A failed offer never costs the caller the place: the call stays in the line with its first enqueue time.
/// The agent's legs are numbered, so what a cancelled leg still says is told from the current one. Every phase that
/// could hang has a deadline.</remarks>
public static partial class CallMachine
{
    /// <summary>The caller's ACK: 64*T1 of RFC 3261 section 13.3.1.4, and a margin in which the node tells
    /// first.</summary>
    public static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(36);

    /// <summary>The node gives up ringing this much later than the machine.</summary>
    public static readonly TimeSpan DialMargin = TimeSpan.FromSeconds(5);

    /// <summary>Waiting calls tell their queue again this often; ringing ones their agent.</summary>
    public static readonly TimeSpan WaitRefresh = TimeSpan.FromSeconds(2);

    /// <summary>Talking calls tell their agent again this often.</summary>
    public static readonly TimeSpan TalkRefresh = TimeSpan.FromSeconds(5);

    /// <summary>Legs that are told to end have this long.</summary>
    public static readonly TimeSpan ClosingTime = TimeSpan.FromSeconds(5);

    /// <summary>No call lasts longer.</summary>
    public static readonly TimeSpan CallTime = TimeSpan.FromHours(12);

    /// <summary>A summoned agent that does not answer for so long does not come.</summary>
    public static readonly TimeSpan SummonTime = TimeSpan.FromSeconds(3);

    /// <summary>How long an agent's phone rings past the queues.</summary>
    public static readonly TimeSpan AgentRingTime = TimeSpan.FromSeconds(20);

    /// <summary>How long a number outside rings.</summary>
    public static readonly TimeSpan TrunkRingTime = TimeSpan.FromSeconds(60);

    /// <summary>How long a party of another call, or one that replaces another, has to come.</summary>
    public static readonly TimeSpan TakeTime = TimeSpan.FromSeconds(5);

    /// <summary>Wrap-up of agents who come past the queues into a call without one.</summary>
    public static readonly TimeSpan DirectWrapUp = TimeSpan.Zero;

    /// <summary>The music of calls without a queue.</summary>
    public const string DirectMusic = "default";

    /// <summary>At most so many entries of a timeline are kept.</summary>
    public const int TimelineMax = 200;

    /// <summary>So many parties a call has at most.</summary>
    public const int PartiesMax = 200;

    /// <summary>At most so many stretches of a call are kept: the first, and the last ones.</summary>
    public const int SegmentsMax = 100;

    /// <summary>At most so many pieces of recordings are listed; the chain goes on.</summary>
    public const int RecordedMax = 1_000;

    public static CallTransition Step(CallState state, CallEvent e, DateTimeOffset now)
    {
        var work = new CallWork(state, now);
        switch (e)
        {
            case CallEvent.Offered offered: Begin(work, offered); break;
            case CallEvent.Media media: OnMedia(work, media); break;
            case CallEvent.Assigned assigned: Assign(work, assigned); break;
            case CallEvent.Overflowed overflowed: Overflow(work, overflowed); break;
            case CallEvent.QueueGone gone: LoseQueue(work, gone); break;
            case CallEvent.Verified verified: Verify(work, verified.Reservation); break;
            case CallEvent.Voided voided: Void(work, voided.Reservation); break;
            case CallEvent.HangupAsked asked: EndByUs(work, asked.By); break;
            case CallEvent.Controlled controlled: work.Reply = Control(work, controlled); break;
            case CallEvent.Summoned summoned: Summoned(work, summoned.Answer); break;
            case CallEvent.HandOverAsked asked: AskedToHandOver(work, asked.Request); break;
            case CallEvent.HandedOver handed: HandedOver(work, handed.Answer); break;
            case CallEvent.Tick: Tick(work); break;
        }

        return work.Done();
    }

    private static void Begin(CallWork work, CallEvent.Offered e)
    {
        if (work.State.Phase != CallPhase.New) return;

        var leg = e.Leg;
        work.State = work.State with
        {
            Phase = CallPhase.Queued, Id = leg.Call, Node = leg.Node, Epoch = leg.Epoch, SeenSequence = leg.Sequence,
            Number = leg.Dialled, Caller = leg.From, Headers = leg.Headers, Route = e.Route, StartedAt = work.Now,
            Target = e.Target,
        };
        work.Put(new CallParty(leg.Leg, PartyRole.Caller, PartyState.Offered) { Agent = leg.Account });
        if (e.Route is not null) Welcome(work, e.Route);
        else if (e.Target is not null) CallDirectly(work, e.Target);
        else Refuse(work);
    }

    private static void Refuse(CallWork work)
    {
        work.Note("offered", "to a number that nobody configured");
        work.Show("offered");
        RejectCaller(work, 404, "unknown number");
    }

    /// <summary>Nobody has answered the caller, and nobody will.</summary>
    private static void RejectCaller(CallWork work, int sipCode, string by)
    {
        work.Reject(LegId.Caller, sipCode);
        EndUnanswered(work, QueueOutcome.Rejected, by);
    }

    private static void EndUnanswered(CallWork work, QueueOutcome outcome, string by)
    {
        var caller = work.State.Find(LegId.Caller)!;
        work.Release(caller.Reservation, ReleaseReason.Void);
        work.Drop(caller);
        work.EndSegment(outcome);
        work.State = work.State with { Outcome = outcome, EndedBy = by, EndedAt = work.Now };
        Finish(work);
    }

    /// <summary>The caller is in the line at once: the greeting never delays a connection (definitions section 3, pain
    /// 5).</summary>
    private static void Welcome(CallWork work, QueueRoute route)
    {
        work.State = work.State with
        {
            EnqueuedAt = work.Now, AnswerUntil = work.Now + AnswerTime, RefreshAt = work.Now + WaitRefresh,
            CallUntil = work.Now + CallTime, MusicTo = [LegId.Caller],
        };
        work.Note("offered", "answered by the centre");
        work.Show("offered");
        work.Answer(LegId.Caller);
        work.Put(work.State.Find(LegId.Caller)! with { State = PartyState.Up, UpSince = work.Now });
        work.Play(LegId.Caller, Prompts(route), loopLast: route.Music is not null);
        work.Note("queued", $"in queue {route.Queue.Value}");
        work.BeginSegment(route.Queue, null, "");
        ListenForFax(work);
        work.Enqueue();
        work.Show("queued");
    }

    private static ImmutableArray<string> Prompts(QueueRoute route) => (route.Greeting, route.Music) switch
    {
        (null, null) => [],
        ({ } greeting, null) => [greeting],
        (null, { } music) => [music],
        ({ } greeting, { } music) => [greeting, music],
    };

    private static void Assign(CallWork work, CallEvent.Assigned e)
    {
        var s = work.State;
        var reservation = e.Assignment.Reservation;
        if (PartyOf(s, reservation) is not null) return;

        if (s.Phase != CallPhase.Queued || s.Route!.Queue != reservation.Queue)
        {
            // The queue does not know yet: give the agent back, and say again what became of the call.
            work.Release(reservation, ReleaseReason.CallerGone);
            work.Add(new CallEffect.LeaveQueue(reservation.Queue, OutcomeToTell(s)));
            return;
        }

        var hasPhone = !e.Assignment.Phone.Contacts.IsEmpty;
        if (work.Now < reservation.ExpiresAt && hasPhone)
        {
            Dial(work, e);
            return;
        }

        work.Note("offer-failed", hasPhone ? "the reservation had expired" : "no phone", reservation.Agent);
        GiveBack(work, reservation, hasPhone ? ReleaseReason.Void : ReleaseReason.Unreachable,
            hasPhone ? OfferFailure.Expired : OfferFailure.Unreachable);
    }

    private static QueueOutcome OutcomeToTell(CallState s) => s.Phase switch
    {
        CallPhase.New => QueueOutcome.SystemLost,
        CallPhase.Talking => QueueOutcome.Answered,
        CallPhase.Closing or CallPhase.Ended => s.Outcome,
        _ => QueueOutcome.None,
    };

    private static void Dial(CallWork work, CallEvent.Assigned e)
    {
        var (reservation, phone, ringTimeout, decision) = e.Assignment;
        work.State = work.State with
        {
            Phase = CallPhase.Dialling, Agent = reservation.Agent, Offers = work.State.Offers + 1,
            RefreshAt = work.Now + WaitRefresh, AgentRecording = e.Recording,
        };
        var party = new CallParty(work.NextLeg(), PartyRole.Agent, PartyState.Dialling)
        {
            Agent = reservation.Agent, Reservation = reservation, Until = work.Now + ringTimeout,
        };
        work.Put(party);
        work.Note("agent-offered", decision.Reason, reservation.Agent, decision);
        work.Dial(party, phone.Contacts, e.Encryption, null, ringTimeout);
        work.Show("agent-offered");
    }

    /// <summary>The offer is over; the call waits on at its old place.</summary>
    private static void FailOffer(CallWork work, ReleaseReason reason, OfferFailure failure, string why)
    {
        var party = work.State.AgentParty!;
        work.Note("offer-failed", why, party.Agent);
        work.Drop(party);
        GiveBack(work, party.Reservation!, reason, failure);
    }

    private static void GiveBack(CallWork work, Reservation reservation, ReleaseReason reason, OfferFailure failure)
    {
        work.State = work.State with
        {
            Phase = CallPhase.Queued, Agent = null, RefreshAt = work.Now + WaitRefresh,
        };
        work.Release(reservation, reason);
        work.Add(new CallEffect.OfferFailed(reservation, failure));
        work.Enqueue();
        work.Show("offer-failed");
    }

    private static void Overflow(CallWork work, CallEvent.Overflowed e)
    {
        var s = work.State;
        if (s.Phase != CallPhase.Queued || s.Route!.Queue != e.From || e.To is null) return;

        work.State = s with { Hops = s.Hops + 1 };
        work.Note("overflowed", $"from queue {e.From.Value} to queue {e.To.Queue.Value}");
        ToOtherLine(work, e.To, QueueOutcome.OverflowedOut);
    }

    /// <summary>The queue is no more: the call waits where its number leads now, with its first enqueue time.</summary>
    private static void LoseQueue(CallWork work, CallEvent.QueueGone e)
    {
        var s = work.State;
        if (s.Phase != CallPhase.Queued || s.Route!.Queue != e.From) return;

        if (e.To is null)
        {
            work.Note("queue-gone", $"queue {e.From.Value} was taken out of the centre, and the number leads nowhere");
            Close(work, QueueOutcome.Rejected, "centre");
            return;
        }

        work.Note("queue-gone", $"queue {e.From.Value} was taken out of the centre; on to queue {e.To.Queue.Value}");
        ToOtherLine(work, e.To, QueueOutcome.OverflowedOut);
    }

    /// <summary>A waiting call waits elsewhere, at its old place; its queue knows it already.</summary>
    private static void ToOtherLine(CallWork work, QueueRoute to, QueueOutcome outcome)
    {
        work.EndSegment(outcome);
        work.State = work.State with { Route = to, RefreshAt = work.Now + WaitRefresh };
        work.BeginSegment(to.Queue, null, "");
        ListenForFax(work);
        work.Enqueue();
        work.Show("queued");
    }

    private static void Verify(CallWork work, Reservation asked)
    {
        var s = work.State;
        if (s.Given.Any(g => IsSame(g, asked))) return;

        if (PartyOf(s, asked) is { } party)
        {
            TellAgent(work, party);
            return;
        }

        var talked = s.Segments.Any(x => x.Agent == asked.Agent && x is { AnsweredAt: not null, EndedAt: not null });
        work.Release(asked, talked ? ReleaseReason.Finished : ReleaseReason.Void);
    }

    /// <summary>Says again what an agent does, as this call knows it.</summary>
    private static void TellAgent(CallWork work, CallParty party)
    {
        if (party is { MoveFrom: { } from, IsUp: true }) work.Add(new CallEffect.MoveAgent(from, party.Leg));
        if (party.Reservation is not { } reservation || work.State.Phase == CallPhase.Closing) return;

        if (party.IsUp || party.IsEngaged) work.Add(new CallEffect.ConfirmAgent(reservation));
        else if (party.State is PartyState.Dialling or PartyState.Ringing)
            work.Add(new CallEffect.AgentRinging(reservation));
    }

    /// <summary>The agent has let go: its phone is left alone, nobody else is.</summary>
    private static void Void(CallWork work, Reservation voided)
    {
        if (PartyOf(work.State, voided) is not { IsLeaving: false } party) return;

        if (party.IsEngaged) work.Put(party with { Reservation = null });
        else if (party.IsComing) FailDial(work, party, DialFailure.Expired, stop: true);
        else if (party.IsUp)
        {
            work.Hangup(party.Leg);
            LoseParty(work, party, isLost: true, ReleaseReason.Void, "the agent's reservation was lost");
        }
    }

    private static CallParty? PartyOf(CallState s, Reservation reservation)
    {
        foreach (var p in s.Parties)
        {
            if (p.Reservation is { } held && IsSame(held, reservation)) return p;
        }

        return null;
    }

    private static bool IsSame(Reservation a, Reservation b) =>
        a.Agent == b.Agent && a.Epoch == b.Epoch && a.Call == b.Call;
}
