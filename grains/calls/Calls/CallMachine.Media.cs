using System.Globalization;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;

namespace OrleansAcd.Calls;

/// <summary>What the media node tells.</summary>
public static partial class CallMachine
{
    private static void OnMedia(CallWork work, CallEvent.Media told)
    {
        var e = told.Event;
        var s = work.State;
        if (s.Phase == CallPhase.New) return;
        if (e is RecordingSegment segment)
        {
            // Known by its numbers, whenever and from whichever node it comes.
            Recorded(work, segment);
            return;
        }

        // A gap is tolerated: what is missing was lost with the node's buffer. What was seen, or is of another epoch,
        // is stale.
        if (e.Epoch != s.Epoch || e.Sequence <= s.SeenSequence) return;

        work.State = s with { SeenSequence = e.Sequence };
        switch (e)
        {
            case LegProgress m: Progress(work, m.Leg); break;
            case LegAnswered m: Answered(work, m.Leg); break;
            case LegFailed m: Failed(work, m); break;
            case LegEnded { Leg.Value: 1 } m: CallerEnded(work, m); break;
            case LegEnded m: PartyEnded(work, m); break;
            case LegHeld m: Held(work, m); break;
            case LegReferred m: Referred(work, m, told.Target); break;
            case LegReplacing m: Replacing(work, m); break;
            case ToneDetected m: ToneHeard(work, m); break;
            case LegQualityReported m: QualityReported(work, m); break;
            case RecordingFailed m: RecordingBroken(work, m); break;
            default: break;     // PlayEnded, DigitReceived: nothing to decide in a queue; digits are never kept
        }
    }

    private static void Progress(CallWork work, LegId leg)
    {
        var s = work.State;
        if (s.Find(leg) is not { State: PartyState.Dialling } party) return;

        party = party with { State = PartyState.Ringing };
        work.Put(party);
        if (s.Phase == CallPhase.Dialling && leg == s.AgentLeg)
        {
            work.State = work.State with { Phase = CallPhase.Ringing };
            work.Note("agent-ringing", "the agent's phone rings", party.Agent);
            TellAgent(work, party);
            work.Show("agent-ringing");
            return;
        }

        Tell(work, party, "ringing", DescribeTarget(party) + " rings");
        TellAgent(work, party);
        if (s.Transfer is { TellsPhone: true } transfer && transfer.Target == leg)
            work.ReferProgress(transfer.By, 180);
    }

    private static void Answered(CallWork work, LegId leg)
    {
        if (leg == LegId.Caller)
        {
            CallerConnected(work);
            return;
        }

        var party = work.State.Find(leg);
        if (party is { IsUp: true }) return;

        if (party is { IsComing: true, State: not PartyState.Asked } && work.State.Phase != CallPhase.Closing)
        {
            Join(work, party);
            return;
        }

        // Answered while we cancelled it, or another agent has the call.
        work.Note("late-answer", "a phone answered when it was not asked for any more; hung up");
        work.Hangup(leg);
    }

    private static void CallerConnected(CallWork work)
    {
        if (work.State.AnswerUntil is null) return;

        work.State = work.State with { AnswerUntil = null };
        work.Note("caller-connected", "both ways");
    }

    /// <summary>The greeting or music is cut at once, and both hear each other.</summary>
    private static void Connect(CallWork work, CallParty agent)
    {
        work.State = work.State with
        {
            Phase = CallPhase.Talking, AnsweredAt = work.Now, RefreshAt = work.Now + TalkRefresh,
        };
        var s = work.State;
        if (s.Route is null) AnswerCaller(work);
        work.Rewire();
        work.AnswerSegment(agent.Agent);
        work.Note("answered", "caller and agent hear each other", s.Agent);
        TellAgent(work, agent);
        if (s.Route is { } route) work.Add(new CallEffect.LeaveQueue(route.Queue, QueueOutcome.Answered));
        BeginRecording(work);
        work.Show("answered");
    }

    private static void Failed(CallWork work, LegFailed e)
    {
        var s = work.State;
        if (e.Leg == LegId.Caller)
        {
            CallerEnded(work, new LegEnded(
                e.Call, e.Epoch, e.Sequence, e.Leg, LegEndReason.SignallingLost, LegQuality.None));
        }
        else if (s.Find(e.Leg) is { } party)
        {
            if (party.IsLeaving) LeftNow(work, party, null);
            else if (party.IsComing) FailDial(work, party, DialFailure.Of(e.SipCode, e.Reason), stop: false);
        }
    }

    /// <summary>3xx forwarded; 486/600 busy; 408 no answer; other 4xx and 6xx rejected; 5xx and the rest
    /// unreachable.</summary>
    internal static (ReleaseReason Reason, OfferFailure Failure) ReasonOf(int sipCode) => sipCode switch
    {
        486 or 600 => (ReleaseReason.Busy, OfferFailure.Busy),
        >= 300 and < 400 => (ReleaseReason.Forwarded, OfferFailure.Forwarded),
        408 => (ReleaseReason.RingNoAnswer, OfferFailure.RingNoAnswer),
        >= 400 and < 500 or >= 601 and < 700 => (ReleaseReason.Rejected, OfferFailure.Rejected),
        _ => (ReleaseReason.Unreachable, OfferFailure.Unreachable),
    };

    private static void CallerEnded(CallWork work, LegEnded e)
    {
        var s = work.State;
        if (s.Find(LegId.Caller) is not { } caller) return;

        work.State = s with { AnswerUntil = null };
        work.Note("caller-left", Describe(e));
        if (s.Phase == CallPhase.Closing)
        {
            LeftNow(work, caller, e.Quality);
            return;
        }

        if (e.Reason == LegEndReason.Moved)
        {
            GiveAway(work, caller, e.Quality);
            return;
        }

        CountPrivateTalk(work, caller);
        work.Drop(caller, e.Quality);
        work.Release(caller.Reservation, ReleaseReason.Void);
        Close(work, WaitingOutcome(work, e.Reason), ByCaller(e.Reason));
    }

    private static void PartyEnded(CallWork work, LegEnded e)
    {
        if (work.State.Find(e.Leg) is not { } party) return;

        if (party.Role == PartyRole.Supervisor) work.NoteWatch("supervisor-left", Describe(e), party.Agent!.Value);
        else work.Note(party.Role == PartyRole.Agent ? "agent-left" : "party-left", Describe(e), party.Agent);
        if (party.IsLeaving) LeftNow(work, party, e.Quality);
        else if (party.IsComing) FailDial(work, party, DialFailure.Lost, stop: false);
        else
        {
            var isLost = e.Reason is LegEndReason.MediaLost or LegEndReason.SignallingLost;
            var release = isLost ? ReleaseReason.Unreachable : ReleaseReason.Finished;
            var why = e.Reason == LegEndReason.RemoteHangup ? "" : "system";
            if (e.Reason == LegEndReason.Moved) GiveAway(work, party, e.Quality);
            else LoseParty(work, party with { Quality = e.Quality }, isLost, release, why);
        }
    }

    private static void Held(CallWork work, LegHeld e)
    {
        var s = work.State;
        if (s.Phase != CallPhase.Talking || s.Find(e.Leg) is not { IsUp: true } party) return;

        work.Put(party with { HeldByPhone = e.Held });
        Tell(work, party, e.Held ? "held" : "resumed", "by " + NameOf(party));
        if (party.Role != PartyRole.Supervisor) work.Show(e.Held ? "held" : "resumed");
    }

    private static string NameOf(CallParty party) => party.Role switch
    {
        PartyRole.Caller => "the caller",
        PartyRole.Agent => "the agent",
        PartyRole.Consulted => "the consulted",
        PartyRole.Supervisor => "the supervisor",
        _ => "a guest",
    };

    /// <summary>Live alone, not journalled: reports come every few seconds.</summary>
    private static void QualityReported(CallWork work, LegQualityReported e)
    {
        if (work.State.Find(e.Leg) is { } party) work.Put(party with { Quality = e.Quality });
    }

    private static QueueOutcome WaitingOutcome(CallWork work, LegEndReason reason)
    {
        var s = work.State;
        if (s.Phase == CallPhase.Talking) return QueueOutcome.Answered;
        if (reason == LegEndReason.NodeStopped) return QueueOutcome.SystemLost;

        if (s.Route is null) return QueueOutcome.Abandoned;

        var wait = work.Now - (s.WaitsSince ?? s.EnqueuedAt!.Value);
        return wait < s.Route.ShortAbandon ? QueueOutcome.ShortAbandoned : QueueOutcome.Abandoned;
    }

    private static string ByCaller(LegEndReason reason) => reason switch
    {
        LegEndReason.SignallingLost => "caller's signalling lost",
        LegEndReason.MediaLost => "caller's media lost",
        LegEndReason.NodeStopped or LegEndReason.LocalHangup => "system",
        _ => "caller",
    };

    private static string Describe(LegEnded e)
    {
        var q = e.Quality;
        var quality = q.Codec.Length == 0
            ? ""
            : string.Create(CultureInfo.InvariantCulture,
                $"; {q.Codec}, {q.PacketsReceived} packets received, {q.PacketsLost} lost, jitter {q.JitterMs:0.#} ms");
        return ReasonName(e.Reason) + quality;
    }

    private static string ReasonName(LegEndReason reason) => reason switch
    {
        LegEndReason.RemoteHangup => "hung up",
        LegEndReason.LocalHangup => "ended by us",
        LegEndReason.SignallingLost => "signalling lost",
        LegEndReason.MediaLost => "media lost",
        LegEndReason.NodeStopped => "media node stopped",
        LegEndReason.Moved => "goes on in another call",
        _ => "ended",
    };
}
