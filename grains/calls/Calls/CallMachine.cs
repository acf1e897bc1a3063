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

    /// <summary>At most so many entries of a timeline are kept.</summary>
    public const int TimelineMax = 200;

    public static CallTransition Step(CallState state, CallEvent e, DateTimeOffset now)
    {
        var work = new CallWork(state, now);
        switch (e)
        {
            case CallEvent.Offered offered: Begin(work, offered); break;
            case CallEvent.Media media: OnMedia(work, media.Event); break;
            case CallEvent.Assigned assigned: Assign(work, assigned.Assignment); break;
            case CallEvent.Overflowed overflowed: Overflow(work, overflowed); break;
            case CallEvent.QueueGone gone: LoseQueue(work, gone); break;
            case CallEvent.Verified verified: Verify(work, verified.Reservation); break;
            case CallEvent.Voided voided: Void(work, voided.Reservation); break;
            case CallEvent.HangupAsked asked: EndByUs(work, asked.By); break;
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
            CallerOpen = true,
        };
        if (e.Route is null) Refuse(work);
        else Welcome(work, e.Route);
    }

    private static void Refuse(CallWork work)
    {
        work.Note("offered", "to a number that nobody configured");
        work.Add(new CallEffect.Show("offered"));
        work.Reject(404);
        work.State = work.State with
        {
            CallerOpen = false, Outcome = QueueOutcome.Rejected, EndedBy = "unknown number", EndedAt = work.Now,
        };
        Finish(work);
    }

    /// <summary>The caller is in the line at once: the greeting never delays a connection (definitions section 3, pain
    /// 5).</summary>
    private static void Welcome(CallWork work, QueueRoute route)
    {
        work.State = work.State with
        {
            EnqueuedAt = work.Now, AnswerUntil = work.Now + AnswerTime, RefreshAt = work.Now + WaitRefresh,
            CallUntil = work.Now + CallTime,
        };
        work.Note("offered", "answered by the centre");
        work.Add(new CallEffect.Show("offered"));
        work.Answer();
        work.Play(Prompts(route), loopLast: route.Music is not null);
        work.Note("queued", $"in queue {route.Queue.Value}");
        work.Enqueue();
        work.Add(new CallEffect.Show("queued"));
    }

    private static ImmutableArray<string> Prompts(QueueRoute route) => (route.Greeting, route.Music) switch
    {
        (null, null) => [],
        ({ } greeting, null) => [greeting],
        (null, { } music) => [music],
        ({ } greeting, { } music) => [greeting, music],
    };

    private static void Assign(CallWork work, Assignment assignment)
    {
        var s = work.State;
        var reservation = assignment.Reservation;
        if (s.Reservation is not null && IsSame(s.Reservation, reservation)) return;

        if (s.Phase != CallPhase.Queued || s.Route!.Queue != reservation.Queue)
        {
            // The queue does not know yet: give the agent back, and say again what became of the call.
            work.Add(new CallEffect.ReleaseAgent(reservation, ReleaseReason.CallerGone));
            work.Add(new CallEffect.LeaveQueue(reservation.Queue, OutcomeToTell(s)));
            return;
        }

        if (work.Now >= reservation.ExpiresAt || assignment.Phone.Contacts.IsEmpty)
        {
            var noPhone = assignment.Phone.Contacts.IsEmpty;
            work.Note("offer-failed", noPhone ? "no phone" : "the reservation had expired", reservation.Agent);
            GiveBack(work, reservation, noPhone ? ReleaseReason.Unreachable : ReleaseReason.Void,
                noPhone ? OfferFailure.Unreachable : OfferFailure.Expired);
            return;
        }

        Dial(work, assignment);
    }

    private static QueueOutcome OutcomeToTell(CallState s) => s.Phase switch
    {
        CallPhase.New => QueueOutcome.SystemLost,
        CallPhase.Talking => QueueOutcome.Answered,
        CallPhase.Closing or CallPhase.Ended => s.Outcome,
        _ => QueueOutcome.None,
    };

    private static void Dial(CallWork work, Assignment assignment)
    {
        var leg = new LegId(work.State.LastLeg + 1);
        var reservation = assignment.Reservation;
        work.State = work.State with
        {
            Phase = CallPhase.Dialling, LastLeg = leg.Value, AgentLeg = leg, Reservation = reservation,
            Agent = reservation.Agent, Offers = work.State.Offers + 1, RingUntil = work.Now + assignment.RingTimeout,
            RefreshAt = work.Now + WaitRefresh,
        };
        work.Note("agent-offered", assignment.Decision.Reason, reservation.Agent, assignment.Decision);
        work.Dial(leg, assignment);
        work.Add(new CallEffect.Show("agent-offered"));
    }

    /// <summary>The offer is over; the call waits on at its old place.</summary>
    private static void FailOffer(CallWork work, ReleaseReason reason, OfferFailure failure, string why)
    {
        var reservation = work.State.Reservation!;
        work.Note("offer-failed", why, reservation.Agent);
        GiveBack(work, reservation, reason, failure);
    }

    private static void GiveBack(CallWork work, Reservation reservation, ReleaseReason reason, OfferFailure failure)
    {
        work.State = work.State with
        {
            Phase = CallPhase.Queued, AgentLeg = null, Reservation = null, Agent = null, RingUntil = null,
            RefreshAt = work.Now + WaitRefresh,
        };
        work.Add(new CallEffect.ReleaseAgent(reservation, reason));
        work.Add(new CallEffect.OfferFailed(reservation, failure));
        work.Enqueue();
        work.Add(new CallEffect.Show("offer-failed"));
    }

    private static void Overflow(CallWork work, CallEvent.Overflowed e)
    {
        var s = work.State;
        if (s.Phase != CallPhase.Queued || s.Route!.Queue != e.From || e.To is null) return;

        work.State = s with { Route = e.To, Hops = s.Hops + 1, RefreshAt = work.Now + WaitRefresh };
        work.Note("overflowed", $"from queue {e.From.Value} to queue {e.To.Queue.Value}");
        work.Enqueue();
        work.Add(new CallEffect.Show("queued"));
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

        work.State = s with { Route = e.To, RefreshAt = work.Now + WaitRefresh };
        work.Note("queue-gone", $"queue {e.From.Value} was taken out of the centre; on to queue {e.To.Queue.Value}");
        work.Enqueue();
        work.Add(new CallEffect.Show("queued"));
    }

    private static void Verify(CallWork work, Reservation asked)
    {
        var s = work.State;
        if (s.Reservation is null || !IsSame(s.Reservation, asked))
        {
            var talked = s.Phase == CallPhase.Ended && s.Agent == asked.Agent && s.Outcome == QueueOutcome.Answered;
            work.Add(new CallEffect.ReleaseAgent(asked, talked ? ReleaseReason.Finished : ReleaseReason.Void));
            return;
        }

        TellAgent(work);
    }

    /// <summary>Says again what the agent does, as this call knows it.</summary>
    private static void TellAgent(CallWork work)
    {
        var reservation = work.State.Reservation!;
        if (work.State.IsOffering) work.Add(new CallEffect.AgentRinging(reservation));
        else if (work.State.Phase == CallPhase.Talking) work.Add(new CallEffect.ConfirmAgent(reservation));
    }

    /// <summary>The agent has let go: its phone is left alone, the caller waits on.</summary>
    private static void Void(CallWork work, Reservation voided)
    {
        var s = work.State;
        if (s.Reservation is null || !IsSame(s.Reservation, voided)) return;

        if (s.IsOffering)
        {
            work.CancelDial(s.AgentLeg!.Value);
            FailOffer(work, ReleaseReason.Void, OfferFailure.Expired, "the reservation had expired");
        }
        else if (s.Phase == CallPhase.Talking)
        {
            work.Hangup(s.AgentLeg!.Value);
            QueueAgain(work, ReleaseReason.Void, "the agent's reservation was lost");
        }
    }

    private static bool IsSame(Reservation a, Reservation b) =>
        a.Agent == b.Agent && a.Epoch == b.Epoch && a.Call == b.Call;
}
