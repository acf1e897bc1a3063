using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Grains;

namespace OrleansAcd.Calls;

/// <summary>How calls end, and what happens when time runs out.</summary>
public static partial class CallMachine
{
    /// <summary>The end is decided: what is still up is told to end, and the record waits for it, within a
    /// deadline.</summary>
    private static void Close(CallWork work, QueueOutcome outcome, string by)
    {
        var s = work.State;
        if (s.AgentLeg is { } leg)
        {
            if (s.IsOffering) work.CancelDial(leg);
            else work.Hangup(leg);
        }

        if (s.CallerOpen) work.Hangup(LegId.Caller);
        var wasTalking = s.Phase == CallPhase.Talking;
        work.State = work.State with
        {
            Phase = CallPhase.Closing, Outcome = outcome, EndedBy = by, EndedAt = work.Now,
            ReleaseWith = wasTalking ? ReleaseReason.Finished : ReleaseReason.CallerGone,
            AnswerUntil = null, RingUntil = null, RefreshAt = null, ClosingUntil = work.Now + ClosingTime,
        };
        if (!wasTalking) work.Add(new CallEffect.LeaveQueue(s.Route!.Queue, outcome));
        if (outcome is QueueOutcome.Abandoned or QueueOutcome.ShortAbandoned)
            work.Add(new CallEffect.Show("abandoned"));
        FinishIfDown(work);
    }

    private static void EndByUs(CallWork work, string by)
    {
        var s = work.State;
        if (s.Phase is CallPhase.New or CallPhase.Closing or CallPhase.Ended) return;

        work.Note("hang-up", "by " + by);
        Close(work, s.Phase == CallPhase.Talking ? QueueOutcome.Answered : QueueOutcome.Rejected, by);
    }

    private static void AgentLegDown(CallWork work)
    {
        if (work.State.Reservation is { } reservation)
        {
            work.Add(new CallEffect.ReleaseAgent(reservation, work.State.ReleaseWith));
        }

        work.State = work.State with { AgentLeg = null, Reservation = null };
        FinishIfDown(work);
    }

    private static void FinishIfDown(CallWork work)
    {
        if (!work.State.CallerOpen && work.State.AgentLeg is null) Finish(work);
    }

    private static void Finish(CallWork work)
    {
        work.State = work.State with
        {
            Phase = CallPhase.Ended, ClosingUntil = null, AnswerUntil = null, RingUntil = null, RefreshAt = null,
            CallUntil = null,
        };
        work.Note("ended", $"{OutcomeName(work.State.Outcome)}, ended by {work.State.EndedBy}");
        work.Add(new CallEffect.Show("ended"));
        work.Add(new CallEffect.Complete());
    }

    /// <summary>The agent is lost, the caller is not: back into the line with the first enqueue time.</summary>
    private static void QueueAgain(CallWork work, ReleaseReason reason, string why)
    {
        var s = work.State;
        work.Add(new CallEffect.ReleaseAgent(s.Reservation!, reason));
        work.State = s with
        {
            Phase = CallPhase.Queued, AgentLeg = null, Reservation = null, Agent = null,
            RefreshAt = work.Now + WaitRefresh,
            TalkedBefore = s.TalkedBefore + (work.Now - s.AnsweredAt!.Value), AnsweredAt = null,
        };
        work.Hear([]);
        work.PlayMusic();
        work.Note("queued", why + "; back at the old place");
        work.Enqueue();
        work.Add(new CallEffect.Show("queued"));
    }

    private static void Tick(CallWork work)
    {
        var s = work.State;
        if (s.Phase is CallPhase.New or CallPhase.Ended) return;

        if (s.ClosingUntil <= work.Now) GiveUpClosing(work);
        else if (s.Phase == CallPhase.Closing) return;
        else if (s.CallUntil <= work.Now) EndByUs(work, "time limit");
        else if (s.AnswerUntil <= work.Now) LoseCaller(work);
        else if (s.RingUntil <= work.Now)
        {
            work.CancelDial(s.AgentLeg!.Value);
            FailOffer(work, ReleaseReason.RingNoAnswer, OfferFailure.RingNoAnswer, "rang without an answer");
        }
        else if (s.RefreshAt <= work.Now) Refresh(work);
    }

    private static void GiveUpClosing(CallWork work)
    {
        work.Note("closing-timeout", "a leg did not end in time");
        work.State = work.State with { CallerOpen = false };
        AgentLegDown(work);
    }

    /// <summary>The 200 was never acknowledged, RFC 3261 section 13.3.1.4: the session is terminated.</summary>
    private static void LoseCaller(CallWork work)
    {
        work.Note("caller-left", "never acknowledged");
        Close(work, WaitingOutcome(work, Contracts.Media.LegEndReason.SignallingLost), "caller's signalling lost");
    }

    private static void Refresh(CallWork work)
    {
        var isTalking = work.State.Phase == CallPhase.Talking;
        work.State = work.State with { RefreshAt = work.Now + (isTalking ? TalkRefresh : WaitRefresh) };
        if (work.State.Phase == CallPhase.Queued) work.Enqueue();
        else TellAgent(work);
    }

    private static string OutcomeName(QueueOutcome outcome) => outcome switch
    {
        QueueOutcome.Answered => "answered",
        QueueOutcome.Abandoned => "abandoned",
        QueueOutcome.ShortAbandoned => "abandoned early",
        QueueOutcome.Rejected => "rejected",
        QueueOutcome.SystemLost => "lost by the system",
        _ => "left the queue",
    };
}
