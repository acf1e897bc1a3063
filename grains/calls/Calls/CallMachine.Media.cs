using System.Globalization;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;

namespace OrleansAcd.Calls;

/// <summary>What the media node tells.</summary>
public static partial class CallMachine
{
    private static void OnMedia(CallWork work, MediaEvent e)
    {
        var s = work.State;
        // A gap is tolerated: what is missing was lost with the node's buffer. What was seen, or is of another epoch,
        // is stale.
        if (s.Phase == CallPhase.New || e.Epoch != s.Epoch || e.Sequence <= s.SeenSequence) return;

        work.State = s with { SeenSequence = e.Sequence };
        switch (e)
        {
            case LegProgress m: Progress(work, m.Leg); break;
            case LegAnswered m: Answered(work, m.Leg); break;
            case LegFailed m: Failed(work, m); break;
            case LegEnded { Leg.Value: 1 } m: CallerEnded(work, m); break;
            case LegEnded m: AgentEnded(work, m); break;
            case LegHeld m: Held(work, m); break;
            default: break;     // PlayEnded, DigitReceived: nothing to decide in a queue; digits are never kept
        }
    }

    private static void Progress(CallWork work, LegId leg)
    {
        var s = work.State;
        if (s.Phase != CallPhase.Dialling || leg != s.AgentLeg) return;

        work.State = s with { Phase = CallPhase.Ringing };
        work.Note("agent-ringing", "the agent's phone rings", s.Agent);
        work.Add(new CallEffect.AgentRinging(s.Reservation!));
        work.Add(new CallEffect.Show("agent-ringing"));
    }

    private static void Answered(CallWork work, LegId leg)
    {
        var s = work.State;
        if (leg == LegId.Caller)
        {
            CallerConnected(work);
            return;
        }

        if (s.Phase == CallPhase.Talking && leg == s.AgentLeg) return;

        if (!s.IsOffering || leg != s.AgentLeg)
        {
            // Answered while we cancelled it, or another agent has the call.
            work.Note("late-answer", "a phone answered when it was not asked for any more; hung up");
            work.Hangup(leg);
        }
        else if (work.Now >= s.Reservation!.ExpiresAt)
        {
            work.Hangup(leg);
            FailOffer(work, ReleaseReason.Void, OfferFailure.Expired, "answered after the reservation had expired");
        }
        else Connect(work, leg);
    }

    private static void CallerConnected(CallWork work)
    {
        if (work.State.AnswerUntil is null) return;

        work.State = work.State with { AnswerUntil = null };
        work.Note("caller-connected", "both ways");
    }

    /// <summary>The greeting or music is cut at once, and both hear each other.</summary>
    private static void Connect(CallWork work, LegId leg)
    {
        work.State = work.State with
        {
            Phase = CallPhase.Talking, AnsweredAt = work.Now, RingUntil = null, RefreshAt = work.Now + TalkRefresh,
        };
        var s = work.State;
        work.StopPlay();
        work.Hear([new Hearing(LegId.Caller, leg), new Hearing(leg, LegId.Caller)]);
        work.Note("answered", "caller and agent hear each other", s.Agent);
        work.Add(new CallEffect.ConfirmAgent(s.Reservation!));
        work.Add(new CallEffect.LeaveQueue(s.Route!.Queue, QueueOutcome.Answered));
        work.Add(new CallEffect.Show("answered"));
    }

    private static void Failed(CallWork work, LegFailed e)
    {
        var s = work.State;
        if (e.Leg == LegId.Caller)
        {
            CallerEnded(work, new LegEnded(
                e.Call, e.Epoch, e.Sequence, e.Leg, LegEndReason.SignallingLost, LegQuality.None));
        }
        else if (e.Leg == s.AgentLeg && s.IsOffering)
        {
            var (reason, failure) = ReasonOf(e.SipCode);
            FailOffer(work, reason, failure, $"SIP {e.SipCode.ToString(CultureInfo.InvariantCulture)}");
        }
        else if (e.Leg == s.AgentLeg && s.Phase == CallPhase.Closing) AgentLegDown(work);
    }

    /// <summary>486/600 busy; 408 no answer; other 4xx and 6xx rejected; 5xx and the rest unreachable.</summary>
    internal static (ReleaseReason Reason, OfferFailure Failure) ReasonOf(int sipCode) => sipCode switch
    {
        486 or 600 => (ReleaseReason.Busy, OfferFailure.Busy),
        408 => (ReleaseReason.RingNoAnswer, OfferFailure.RingNoAnswer),
        >= 400 and < 500 or >= 601 and < 700 => (ReleaseReason.Rejected, OfferFailure.Rejected),
        _ => (ReleaseReason.Unreachable, OfferFailure.Unreachable),
    };

    private static void CallerEnded(CallWork work, LegEnded e)
    {
        var s = work.State;
        if (!s.CallerOpen) return;

        work.State = s with { CallerOpen = false, AnswerUntil = null };
        work.Note("caller-left", Describe(e));
        if (s.Phase == CallPhase.Closing) FinishIfDown(work);
        else Close(work, WaitingOutcome(work, e.Reason), ByCaller(e.Reason));
    }

    private static void AgentEnded(CallWork work, LegEnded e)
    {
        var s = work.State;
        if (e.Leg != s.AgentLeg) return;

        work.Note("agent-left", Describe(e), s.Agent);
        switch (s.Phase)
        {
            case CallPhase.Dialling or CallPhase.Ringing:
                FailOffer(work, ReleaseReason.Unreachable, OfferFailure.Unreachable, "the agent's phone was lost");
                break;
            case CallPhase.Talking when e.Reason is LegEndReason.MediaLost or LegEndReason.SignallingLost:
                QueueAgain(work, ReleaseReason.Unreachable, "the agent's phone was lost");
                break;
            case CallPhase.Talking:
                work.Add(new CallEffect.ReleaseAgent(s.Reservation!, ReleaseReason.Finished));
                work.State = work.State with { AgentLeg = null, Reservation = null };
                Close(work, QueueOutcome.Answered, e.Reason == LegEndReason.RemoteHangup ? "agent" : "system");
                break;
            case CallPhase.Closing:
                AgentLegDown(work);
                break;
        }
    }

    private static void Held(CallWork work, LegHeld e)
    {
        var s = work.State;
        if (s.Phase != CallPhase.Talking) return;

        work.Note(e.Held ? "held" : "resumed", e.Leg == LegId.Caller ? "by the caller" : "by the agent", s.Agent);
        if (e.Leg != s.AgentLeg || s.Route!.Music is null) return;

        if (e.Held) work.PlayMusic();
        else work.StopPlay();
    }

    private static QueueOutcome WaitingOutcome(CallWork work, LegEndReason reason)
    {
        var s = work.State;
        if (s.Phase == CallPhase.Talking) return QueueOutcome.Answered;
        if (reason == LegEndReason.NodeStopped) return QueueOutcome.SystemLost;

        var wait = work.Now - s.EnqueuedAt!.Value;
        return wait < s.Route!.ShortAbandon ? QueueOutcome.ShortAbandoned : QueueOutcome.Abandoned;
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
        _ => "ended",
    };
}
