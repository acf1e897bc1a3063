using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;

namespace OrleansAcd.Calls;

/// <summary>How parties and calls end, and what happens when time runs out.</summary>
public static partial class CallMachine
{
    /// <summary>The end is decided: what is still up is told to end, and the record waits for it, within a
    /// deadline.</summary>
    private static void Close(CallWork work, QueueOutcome outcome, string by)
    {
        var s = work.State;
        var waited = s.Phase == CallPhase.Queued || s.IsOffering;
        work.EndSegment(outcome);
        foreach (var party in s.Parties)
        {
            if (party.Role != PartyRole.Caller) Leave(work, party);
        }

        if (work.State.Find(LegId.Caller) is { } caller) Leave(work, caller);
        work.State = work.State with
        {
            Phase = CallPhase.Closing, Outcome = outcome, EndedBy = by, EndedAt = work.Now, Consultation = null,
            Transfer = null, Handing = null, Recording = null, AnswerUntil = null, RefreshAt = null,
            ClosingUntil = work.Now + ClosingTime,
        };
        if (waited && s.Route is { } route) work.Add(new CallEffect.LeaveQueue(route.Queue, outcome));
        if (outcome is QueueOutcome.Abandoned or QueueOutcome.ShortAbandoned) work.Show("abandoned");
        FinishIfDown(work);
    }

    /// <summary>Tells a leg to end; its agent is released when it has, or when that takes too long.</summary>
    private static void Leave(CallWork work, CallParty party)
    {
        if (party.IsLeaving) return;

        var release = ReleaseOf(party);
        if (party.State == PartyState.Asked)
        {
            // A reservation that still comes finds nobody here and is given back.
            LeftNow(work, party, null);
            return;
        }

        if (party is { State: PartyState.Offered, Replaces: null })
        {
            work.Reject(party.Leg, Unavailable);
            LeftNow(work, party, null);
            return;
        }

        if (party.IsUp) CountPrivateTalk(work, party);
        if (party.State is PartyState.Dialling or PartyState.Ringing) work.CancelDial(party.Leg);
        else work.Hangup(party.Leg);
        work.Put(party with { State = PartyState.Leaving, Release = release, Until = work.Now + ClosingTime });
    }

    private static ReleaseReason ReleaseOf(CallParty party) => party switch
    {
        { Role: PartyRole.Supervisor } or { IsEngaged: true } => ReleaseReason.Void,
        { IsUp: true } => ReleaseReason.Finished,
        _ => ReleaseReason.CallerGone,
    };

    /// <summary>A leg that was told to end is down.</summary>
    private static void LeftNow(CallWork work, CallParty party, LegQuality? quality)
    {
        work.Drop(party, quality);
        work.Release(party.Reservation, party.IsLeaving ? party.Release : ReleaseOf(party));
        if (party.Role == PartyRole.Supervisor) ReportEnd(work, party, "the call is over");
        if (work.State.Phase == CallPhase.Closing) FinishIfDown(work);
    }

    private static void EndByUs(CallWork work, string by)
    {
        var s = work.State;
        if (s.Phase is CallPhase.New or CallPhase.Closing or CallPhase.Ended) return;

        work.Note("hang-up", "by " + by);
        Close(work, s.Phase == CallPhase.Talking ? QueueOutcome.Answered : QueueOutcome.Rejected, by);
    }

    private static void FinishIfDown(CallWork work)
    {
        if (work.State is { Phase: CallPhase.Closing, Parties.IsEmpty: true }) Finish(work);
    }

    private static void Finish(CallWork work)
    {
        work.State = work.State with
        {
            Phase = CallPhase.Ended, ClosingUntil = null, AnswerUntil = null, RefreshAt = null, CallUntil = null,
            Recording = null,
        };
        work.Note("ended", $"{OutcomeName(work.State.Outcome)}, ended by {work.State.EndedBy}");
        work.Show("ended");
        work.Add(new CallEffect.Complete());
    }

    /// <summary>A party that was up is not any more: whoever is left talks on; a caller who is left alone goes back
    /// into the line where the party was lost, and is hung up where it hung up.</summary>
    /// <param name="why">Why it was lost; empty: it hung up.</param>
    private static void LoseParty(CallWork work, CallParty party, bool isLost, ReleaseReason release, string why)
    {
        var s = work.State;
        work.Drop(party);
        work.Release(party.Reservation, ReleaseOf(party) == ReleaseReason.Void ? ReleaseReason.Void : release);
        CountPrivateTalk(work, party);
        switch (party.Role)
        {
            case PartyRole.Supervisor: WatchOver(work, party, why); break;
            case PartyRole.Consulted when party.Leg == s.Consultation?.Leg: EndConsultation(work, party, why); break;
            case PartyRole.Agent: LoseAgent(work, isLost); break;
        }

        if (work.State.Phase != CallPhase.Talking || IsServed(work.State)) return;

        if (isLost && s.Route is not null)
            BackInLine(work, "the agent's phone was lost; back at the old place", QueueOutcome.SystemLost);
        else Close(work, QueueOutcome.Answered, why.Length > 0 ? "system" : ByParty(party));
    }

    /// <summary>Whoever was to come does not, and whoever was there has gone.</summary>
    private static void LeftAlone(CallWork work)
    {
        if (work.State.Route is not null)
            BackInLine(work, "the transfer failed; back at the old place", QueueOutcome.TransferredOut);
        else Close(work, QueueOutcome.Answered, "transfer failed");
    }

    private static string ByParty(CallParty party) => party.Role switch
    {
        PartyRole.Agent => "agent",
        PartyRole.Supervisor => "supervisor",
        _ => "guest",
    };

    /// <summary>Somebody talks to the caller, or is on the way.</summary>
    private static bool IsServed(CallState s) =>
        s.Transfer is not null || s.Consultation is not null || s.Handing is not null
        || s.Parties.Any(p => p.IsUp && (p.Role is PartyRole.Agent or PartyRole.Guest || p.HasTakenOver));

    /// <summary>The caller goes to whom the agent consulted, to the supervisor who has taken over, or stays with the
    /// others of the conversation.</summary>
    private static void LoseAgent(CallWork work, bool isLost)
    {
        var s = work.State;
        if (s.Consultation is { } consultation)
        {
            TransferToConsulted(work, consultation, by: new LegId(0));
            return;
        }

        if (s.Transfer is not null || s.Handing is not null)
        {
            AwaitNext(work);
            return;
        }

        var next = s.Parties.FirstOrDefault(p => p.HasTakenOver)
            ?? s.Parties.FirstOrDefault(p => p is { IsUp: true, Role: PartyRole.Guest, Agent: not null })
            ?? s.Parties.FirstOrDefault(p => p is { IsUp: true, Role: PartyRole.Guest });
        if (next is not null) Promote(work, next, isLost);
    }

    /// <summary>Who served the caller is gone, and the caller waits for somebody: a stretch of its own. A phone that
    /// has gone is not told any more.</summary>
    private static void AwaitNext(CallWork work)
    {
        var s = work.State;
        work.EndSegment(QueueOutcome.TransferredOut);
        work.BeginSegment(s.Route?.Queue, null, s.Transfer is { } t ? TargetText(s.Find(t.Target)) : "");
        work.State = work.State with
        {
            Transfer = s.Transfer is null ? null : s.Transfer with { TellsPhone = false },
            Handing = s.Handing is null ? null : s.Handing with { TellsPhone = false },
        };
    }

    /// <summary>A party serves the caller in the agent's place: as agent, where it is one.</summary>
    private static void Promote(CallWork work, CallParty party, bool isLost)
    {
        var hadTaken = party.HasTakenOver;
        CountPrivateTalk(work, party);
        if (party.Role == PartyRole.Supervisor) ReportEnd(work, party, "took the call over");
        if (party.Agent is not null) work.Put(party with { Role = PartyRole.Agent, Mode = default });
        work.State = work.State with { Agent = party.Agent };
        work.Note("agent-changed", "talks to the caller from now on", party.Agent);
        if (hadTaken) return;

        work.EndSegment(isLost ? QueueOutcome.SystemLost : QueueOutcome.TransferredOut);
        Serve(work, party);
        RecordAs(work, party);
    }

    /// <summary>Nobody came for whom the caller waited, and somebody is still there: that stretch is theirs.</summary>
    private static void ServeAgain(CallWork work)
    {
        if (work.State.OpenSegment is not { AnsweredAt: null } || TalkerOf(work.State) is not { } talker) return;

        if (talker is { Role: PartyRole.Guest, Agent: not null })
        {
            CountPrivateTalk(work, talker);
            work.Put(talker with { Role = PartyRole.Agent });
        }

        work.State = work.State with { Agent = talker.Agent };
        work.AnswerSegment(talker.Agent);
    }

    /// <summary>A caller who goes to somebody else, or back into the line, is neither held nor muted any
    /// more.</summary>
    private static void FreeCaller(CallWork work)
    {
        if (work.State.Find(LegId.Caller) is { } caller && (caller.OnHold || caller.Muted))
            work.Put(caller with { OnHold = false, Muted = false });
    }

    /// <summary>A new stretch of the call, with this party talking to the caller.</summary>
    private static void Serve(CallWork work, CallParty party)
    {
        work.BeginSegment(work.State.Route?.Queue, party.Agent, TargetText(party));
        work.AnswerSegment(party.Agent);
    }

    private static string TargetText(CallParty? party) =>
        party?.Target is { Agent: null } target ? target.Trunk ?? "" : "";

    /// <summary>The agent is gone, the caller is not: back into the line with the first enqueue time.</summary>
    private static void BackInLine(CallWork work, string why, QueueOutcome outcome)
    {
        work.EndSegment(outcome);
        LetOthersGo(work);
        StopRecording(work);
        var s = work.State;
        work.State = s with
        {
            Phase = CallPhase.Queued, Agent = null, RefreshAt = work.Now + WaitRefresh, WaitsSince = work.Now,
            TalkedBefore = s.TalkedBefore + (work.Now - (s.AnsweredAt ?? work.Now)), AnsweredAt = null,
            EnqueuedAt = s.EnqueuedAt ?? work.Now, Transfer = null, Consultation = null, Handing = null,
            MonitorShownTo = [],
        };
        FreeCaller(work);
        work.Rewire();
        work.Note("queued", why);
        work.BeginSegment(s.Route!.Queue, null, "");
        ListenForFax(work);
        work.Enqueue();
        work.Show("queued");
    }

    /// <summary>Only the caller stays.</summary>
    private static void LetOthersGo(CallWork work)
    {
        foreach (var party in work.State.Parties)
        {
            if (party.Role != PartyRole.Caller) Leave(work, party);
        }
    }

    private static void Tick(CallWork work)
    {
        var s = work.State;
        if (s.Phase is CallPhase.New or CallPhase.Ended) return;

        if (s.ClosingUntil <= work.Now) GiveUpClosing(work);
        else if (s.Phase == CallPhase.Closing) PartiesDue(work);
        else if (s.CallUntil <= work.Now) EndByUs(work, "time limit");
        else if (s.AnswerUntil <= work.Now) LoseCaller(work);
        else
        {
            PartiesDue(work);
            if (work.State.Handing?.Until <= work.Now) EndHanding(work, 503);
            if (work.State.RefreshAt <= work.Now) Refresh(work);
        }
    }

    /// <summary>Whoever was called too long, or does not end in time.</summary>
    private static void PartiesDue(CallWork work)
    {
        foreach (var due in work.State.Parties)
        {
            if (due.Until > work.Now || due.Until is null || work.State.Find(due.Leg) is not { } party) continue;

            if (party.IsLeaving) LeftNow(work, party, null);
            else if (party.State == PartyState.Asked) FailDial(work, party, DialFailure.Silent, stop: false);
            else if (party.IsComing) FailDial(work, party, DialFailure.NoAnswer, stop: true);
        }
    }

    private static void GiveUpClosing(CallWork work)
    {
        work.Note("closing-timeout", "a leg did not end in time");
        foreach (var party in work.State.Parties) LeftNow(work, party, null);
    }

    /// <summary>The 200 was never acknowledged, RFC 3261 section 13.3.1.4: the session is terminated.</summary>
    private static void LoseCaller(CallWork work)
    {
        work.Note("caller-left", "never acknowledged");
        Close(work, WaitingOutcome(work, LegEndReason.SignallingLost), "caller's signalling lost");
    }

    private static void Refresh(CallWork work)
    {
        var isTalking = work.State.Phase == CallPhase.Talking;
        work.State = work.State with { RefreshAt = work.Now + (isTalking ? TalkRefresh : WaitRefresh) };
        if (work.State.Phase == CallPhase.Queued) work.Enqueue();
        foreach (var party in work.State.Parties)
        {
            if (!party.IsLeaving) TellAgent(work, party);
        }

        work.ShowMonitoringAgain();
    }

    private static string OutcomeName(QueueOutcome outcome) => outcome switch
    {
        QueueOutcome.Answered => "answered",
        QueueOutcome.Abandoned => "abandoned",
        QueueOutcome.ShortAbandoned => "abandoned early",
        QueueOutcome.Rejected => "rejected",
        QueueOutcome.TransferredOut => "transferred",
        QueueOutcome.SystemLost => "lost by the system",
        _ => "left the queue",
    };
}
