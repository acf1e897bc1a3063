using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Grains;

namespace OrleansAcd.Calls;

/// <summary>Consultation and conference: the agent talks to somebody else, and then all may talk together.</summary>
public static partial class CallMachine
{
    private static ControlAnswer Consult(CallWork work, DialTarget? target, string by)
    {
        var s = work.State;
        if (CannotTransfer(s) is { } wrong) return wrong;
        if (s.AgentParty is not { IsUp: true }) return Impossible("No agent is in the call who could consult.");
        if (s.Parties.Any(p => p.HasTakenOver)) return Impossible("A supervisor has taken the call over.");
        if (CannotDial(s, target) is { } refused) return refused;

        var party = Call(work, target!, PartyRole.Consulted, SummonsKind.Transfer);
        work.State = work.State with { Consultation = new Consultation(party.Leg, WithCaller: false) };
        work.Rewire();
        work.Note("consultation", $"with {DescribeTarget(party)}, by {by}", party.Agent);
        work.Show("consultation");
        return ControlAnswer.Accepted;
    }

    private static ControlAnswer Swap(CallWork work)
    {
        if (work.State.Consultation is not { } consultation || work.State.Find(consultation.Leg) is not { IsUp: true })
            return Impossible("Nobody is consulted.");

        var withCaller = !consultation.WithCaller;
        work.State = work.State with { Consultation = consultation with { WithCaller = withCaller } };
        work.Note("swapped", withCaller ? "the agent talks to the caller" : "the agent talks to the consulted");
        work.Show("swapped");
        return ControlAnswer.Accepted;
    }

    private static ControlAnswer CompleteTransfer(CallWork work)
    {
        if (work.State is not { Consultation: { } consultation, AgentParty: { IsUp: true } agent })
            return Impossible("Nobody is consulted.");

        TransferToConsulted(work, consultation, agent.Leg);
        return ControlAnswer.Accepted;
    }

    /// <summary>The caller goes to the consulted; while their phone still rings, that is a transfer like any
    /// other.</summary>
    private static void TransferToConsulted(CallWork work, Consultation consultation, LegId by)
    {
        var party = work.State.Find(consultation.Leg)!;
        party = party with { Role = party.Agent is null ? PartyRole.Guest : PartyRole.Agent };
        var transfer = new Transfer(party.Leg, by, TellsPhone: false);
        work.State = work.State with { Consultation = null };
        if (party.IsUp)
        {
            CountPrivateTalk(work, work.State.Find(party.Leg)!);
            work.Put(party);
            work.State = work.State with { Agent = party.Agent };
            HandCallerTo(work, party, transfer);
            return;
        }

        work.State = work.State with { Transfer = transfer };
        work.Put(party);
        if (work.State.AgentParty is null)
        {
            work.EndSegment(QueueOutcome.TransferredOut);
            work.BeginSegment(work.State.Route?.Queue, null, TargetText(party));
        }

        work.Note("transferring", "to " + DescribeTarget(party), party.Agent);
        work.Show("transferring");
    }

    private static ControlAnswer CancelConsult(CallWork work)
    {
        if (work.State.Consultation is not { } consultation) return Impossible("Nobody is consulted.");

        var party = work.State.Find(consultation.Leg)!;
        Leave(work, party);
        EndConsultation(work, party, "cancelled");
        return ControlAnswer.Accepted;
    }

    /// <summary>Whoever was consulted is gone: the agent talks to the caller again.</summary>
    private static void EndConsultation(CallWork work, CallParty party, string why)
    {
        work.State = work.State with { Consultation = null };
        work.Rewire();
        work.Note("consultation-ended", why.Length > 0 ? why : "the consulted hung up", party.Agent);
        work.Show("consultation-ended");
    }

    private static ControlAnswer Conference(CallWork work)
    {
        if (work.State.Consultation is not { } consultation
            || work.State.Find(consultation.Leg) is not { IsUp: true } party)
            return Impossible("Nobody is consulted.");

        work.Put(party with { Role = PartyRole.Guest });
        work.State = work.State with { Consultation = null };
        work.Note("conference", DescribeTarget(party) + " joins caller and agent", party.Agent);
        work.Show("conference");
        return ControlAnswer.Accepted;
    }

    private static ControlAnswer AddParty(CallWork work, DialTarget? target, string by)
    {
        var s = work.State;
        if (s.Phase != CallPhase.Talking) return Impossible("Nobody talks to the caller.");
        if (CannotDial(s, target) is { } refused) return refused;

        var party = Call(work, target!, PartyRole.Guest, SummonsKind.Transfer);
        work.Note("party-called", $"{DescribeTarget(party)}, by {by}", party.Agent);
        return ControlAnswer.Accepted;
    }

    private static ControlAnswer RemoveParty(CallWork work, LegId leg)
    {
        var s = work.State;
        if (s.Find(leg) is not { IsLeaving: false } party) return UnknownLeg();
        if (party.Role == PartyRole.Caller) return Impossible("The caller cannot be removed: hang the call up.");
        if (s.Phase != CallPhase.Talking) return Impossible("Nobody talks to the caller.");
        if (leg == s.Consultation?.Leg) return CancelConsult(work);

        var rest = s with { Parties = s.Parties.RemoveAll(p => p.Leg == leg) };
        if (leg != s.Transfer?.Target && !IsServed(rest)) return Impossible("Nobody would be left with the caller.");

        Tell(work, party, "party-removed", DescribeTarget(party));
        if (party.IsUp)
        {
            work.Hangup(leg);
            LoseParty(work, party, isLost: false, ReleaseReason.Finished, "removed");
        }
        else FailDial(work, party, DialFailure.Taken, stop: true);
        return ControlAnswer.Accepted;
    }

    /// <summary>An agent who talked along without serving the caller, or called somebody: it counts for that agent
    /// alone, once: when the party goes, or begins to serve.</summary>
    private static void CountPrivateTalk(CallWork work, CallParty party)
    {
        var isPrivate = party.Role is PartyRole.Consulted or PartyRole.Guest or PartyRole.Caller;
        if (!isPrivate || party.Agent is null || TalkOf(work, party) is not { Ticks: > 0 } talk) return;

        var since = work.Now - talk;
        work.Add(new CallEffect.CountTalk(new Contracts.Views.CallSegment(
            0, null, party.Agent, "", since, since, work.Now, talk.TotalSeconds, 0, QueueOutcome.Answered)));
    }

    /// <summary>A caller's wait is no talk.</summary>
    private static TimeSpan TalkOf(CallWork work, CallParty party)
    {
        var s = work.State;
        if (party.Role != PartyRole.Caller) return work.Now - (party.UpSince ?? work.Now);

        return s.TalkedBefore + (work.Now - (s.AnsweredAt ?? work.Now));
    }

    private static ControlAnswer UnknownLeg() => Refused(ControlRefusal.Unknown, "The call has no such leg.");
}
