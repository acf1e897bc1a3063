using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;

namespace OrleansAcd.Calls;

/// <summary>Calls past the queues: an agent's phone calls a colleague or a number outside, somebody outside calls an
/// agent's own number. The caller is answered when the called answers.</summary>
public static partial class CallMachine
{
    private static void CallDirectly(CallWork work, DialTarget target)
    {
        var caller = work.State.Find(LegId.Caller)!;
        work.Note("offered", "a direct call");
        work.Show("offered");
        if (target.Agent is not null && target.Agent == caller.Agent)
        {
            RejectCaller(work, 486, "called itself");
            return;
        }

        work.State = work.State with
        {
            Phase = CallPhase.Dialling, CallUntil = work.Now + CallTime, RefreshAt = work.Now + WaitRefresh,
            Agent = target.Agent, AgentRecording = target.Recording,
        };
        if (caller.Agent is { } agent)
        {
            work.Put(caller with { IsEngaged = true });
            Summon(work, caller.Leg, agent, SummonsKind.Engage);
        }

        work.BeginSegment(null, target.Agent, target.Trunk ?? "");
        var called = Call(work, target, PartyRole.Agent, SummonsKind.Direct);
        work.Note("dialled", DescribeTarget(called), target.Agent);
    }

    private static void AnswerCaller(CallWork work)
    {
        work.Answer(LegId.Caller);
        work.Put(work.State.Find(LegId.Caller)! with { State = PartyState.Up, UpSince = work.Now });
        work.State = work.State with { AnswerUntil = work.Now + AnswerTime };
    }

    private static void FailDirect(CallWork work, CallParty called, DialFailure failure)
    {
        work.Note("direct-failed", failure.Why, called.Agent);
        work.Drop(called);
        work.Release(called.Reservation, ReleaseReason.CallerGone);
        RejectCaller(work, failure.SipCode, "nobody answered");
    }
}
