using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;

namespace OrleansAcd.Calls;

/// <summary>Transfers: to an agent, a number or a queue; and those that fail, which cost nobody the call.</summary>
/// <remarks>The caller hears music until the target answers; the transferring agent stays until then, in silence, so
/// that a target that does not answer brings both together again. Whoever transfers may go earlier.</remarks>
public static partial class CallMachine
{
    private static ControlAnswer BlindTransfer(CallWork work, DialTarget? target, string by)
    {
        var s = work.State;
        if (CannotTransfer(s) is { } wrong) return wrong;
        if (target?.Queue is { } queue)
        {
            TransferToQueue(work, queue, by);
            return ControlAnswer.Accepted;
        }

        if (CannotDial(s, target) is { } refused) return refused;

        StartTransfer(work, target!, TalkerOf(s)!.Leg, tellsPhone: false, by);
        return ControlAnswer.Accepted;
    }

    private static ControlAnswer? CannotTransfer(CallState s) => s switch
    {
        { Phase: not CallPhase.Talking } => Impossible("Nobody talks to the caller."),
        { Transfer: not null } => Impossible("A transfer is under way."),
        { Consultation: not null } => Impossible("A consultation is under way: complete or cancel it."),
        { Handing: not null } => Impossible("A transfer is under way."),
        _ when TalkerOf(s) is null => Impossible("Nobody talks to the caller."),
        _ => null,
    };

    /// <summary>Who serves the caller: the agent, or who has taken the agent's place.</summary>
    private static CallParty? TalkerOf(CallState s) =>
        s.Parties.FirstOrDefault(p => p.HasTakenOver)
        ?? (s.AgentParty is { IsUp: true } agent ? agent : null)
        ?? s.Parties.FirstOrDefault(p => p is { IsUp: true, Role: PartyRole.Guest });

    private static void StartTransfer(CallWork work, DialTarget target, LegId by, bool tellsPhone, string asker)
    {
        var role = target.Agent is null ? PartyRole.Guest : PartyRole.Agent;
        var party = Call(work, target, role, SummonsKind.Transfer);
        work.State = work.State with { Transfer = new Transfer(party.Leg, by, tellsPhone) };
        work.Rewire();
        work.Note("transferring", $"to {DescribeTarget(party)}, by {asker}", party.Agent);
        work.Show("transferring");
    }

    /// <summary>The target has answered: the caller is theirs.</summary>
    private static void FinishTransfer(CallWork work, CallParty target)
    {
        var transfer = work.State.Transfer!;
        work.State = work.State with { Transfer = null, Agent = target.Agent };
        HandCallerTo(work, target, transfer);
    }

    private static void HandCallerTo(CallWork work, CallParty target, Transfer transfer)
    {
        if (transfer.TellsPhone) work.ReferProgress(transfer.By, 200);
        EndServing(work, target);
        FreeCaller(work);
        foreach (var party in work.State.Parties)
        {
            var isOut = party.Role == PartyRole.Agent || party.HasTakenOver || party.Leg == transfer.By;
            if (isOut && party.Leg != target.Leg && party.Role != PartyRole.Caller) Leave(work, party);
        }

        work.Rewire();
        if (work.State.OpenSegment is null)
            work.BeginSegment(work.State.Route?.Queue, target.Agent, TargetText(target));
        work.AnswerSegment(target.Agent);
        work.Note("transferred", "to " + DescribeTarget(target), target.Agent);
        TellAgent(work, target);
        RecordAs(work, target);
        work.Show("transferred");
    }

    /// <summary>The stretch of whoever served the caller until now is over; one that waits for the target goes
    /// on.</summary>
    private static void EndServing(CallWork work, CallParty target)
    {
        if (work.State.OpenSegment is { AnsweredAt: not null } open && open.Agent != target.Agent
            || work.State.OpenSegment is { AnsweredAt: not null, Agent: null })
            work.EndSegment(QueueOutcome.TransferredOut);
    }

    /// <summary>The target did not come: the caller goes back to who transferred, or into the line.</summary>
    private static void FailTransfer(CallWork work, CallParty target, DialFailure failure)
    {
        var transfer = work.State.Transfer!;
        work.State = work.State with { Transfer = null };
        work.Note("transfer-failed", $"to {DescribeTarget(target)}: {failure.Why}", target.Agent);
        if (transfer.TellsPhone) work.ReferProgress(transfer.By, failure.SipCode);
        work.Show("transfer-failed");
        if (!IsServed(work.State)) LeftAlone(work);
        else ServeAgain(work);
    }

    /// <summary>Back into a line: with the first enqueue time, so the place is kept (definitions section 3, pain
    /// 11).</summary>
    private static void TransferToQueue(CallWork work, QueueRoute queue, string by)
    {
        work.Note("transferred", $"to queue {queue.Queue.Value}, by {by}");
        work.Show("transferred");
        work.EndSegment(QueueOutcome.TransferredOut);
        work.State = work.State with { Route = queue };
        BackInLine(work, $"in queue {queue.Queue.Value}, with the first enqueue time", QueueOutcome.TransferredOut);
    }

    private static ControlAnswer Redirect(CallWork work, DialTarget? target)
    {
        var s = work.State;
        if (s.Find(LegId.Caller) is not { State: PartyState.Offered })
            return Impossible("The caller was answered already: transfer the call.");
        if (target is null) return Refused(ControlRefusal.Unknown, "There is no such agent, queue or number.");

        work.Note("redirected", "to another address");
        foreach (var party in s.Parties)
        {
            if (party.Role != PartyRole.Caller) Leave(work, party);
        }

        work.Redirect(LegId.Caller, target.ContactUri);
        var caller = s.Find(LegId.Caller)!;
        work.Drop(caller);
        work.Release(caller.Reservation, ReleaseReason.Void);
        Close(work, QueueOutcome.TransferredOut, "redirect");
        return ControlAnswer.Accepted;
    }
}
