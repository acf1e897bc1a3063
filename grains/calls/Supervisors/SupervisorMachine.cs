using System.Collections.Immutable;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;

namespace OrleansAcd.Calls;

/// <summary>The Supervisor machine: watches one call, or every call of an agent as it comes. Pure.</summary>
/// <remarks>The call decides whether the supervisor may join and stay, by its queue; it tells when the phone is up and
/// when it is over. A watched agent, and a call that is listened to, are asked again and again, so that a lost message
/// or a restart heals.</remarks>
public static class SupervisorMachine
{
    /// <summary>A watched agent is asked again this often; its lease is more than three times as long.</summary>
    public static readonly TimeSpan AskInterval = TimeSpan.FromSeconds(10);

    /// <summary>A call that is listened to is asked again this often whether the supervisor may and does.</summary>
    public static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(30);

    /// <summary>A call that was asked tells within this: the summons and the ringing are over by then.</summary>
    public static readonly TimeSpan JoinTime =
        CallMachine.SummonTime + CallMachine.AgentRingTime + TimeSpan.FromSeconds(5);

    public static SupervisorTransition Step(SupervisorState state, AgentId own, SupervisorEvent e, DateTimeOffset now)
    {
        var work = new SupervisorWork(state, own, now);
        switch (e)
        {
            case SupervisorEvent.Started started: Start(work, started.Stored); break;
            case SupervisorEvent.WatchAsked asked: Watch(work, asked); break;
            case SupervisorEvent.ModeAsked asked: ChangeMode(work, asked); break;
            case SupervisorEvent.StopAsked: Stop(work); break;
            case SupervisorEvent.AgentTalks talks: Follow(work, talks); break;
            case SupervisorEvent.Answered answered: Answered(work, answered); break;
            case SupervisorEvent.Checked done: Checked(work, done); break;
            case SupervisorEvent.RightsChanged changed: FollowRights(work, changed.Rights); break;
            case SupervisorEvent.Reported reported: Reported(work, reported.Report); break;
            case SupervisorEvent.Tick: Tick(work); break;
        }

        return work.Done();
    }

    /// <summary>The call that was listened to is asked: it knows whether the phone is still up.</summary>
    private static void Start(SupervisorWork work, SupervisorRecord stored)
    {
        if (work.State.Doing != Supervision.Off) return;

        work.State = work.State with { Agent = stored.Agent, Mode = stored.Mode, Since = work.Now };
        if (stored.Agent is { } agent) work.Follow(agent);
        if (stored.Call is { } call) work.Join(call);
    }

    private static void Watch(SupervisorWork work, SupervisorEvent.WatchAsked asked)
    {
        if (asked.Target.Agent is not null == asked.Target.Call is not null)
        {
            work.Refuse(ControlRefusal.Invalid, "One call or one agent is watched.");
            return;
        }

        if (asked.Target.Agent == work.Own)
        {
            work.Refuse(ControlRefusal.Invalid, "Nobody watches oneself.");
            return;
        }

        if (!May(asked.Rights, asked.Mode))
        {
            work.Refuse(ControlRefusal.NotPermitted, "The supervisor has no right to do this in any queue.");
            return;
        }

        if (IsThere(work.State, asked.Target))
        {
            // Asked again: the phone is not called twice for it.
            ChangeMode(work, new SupervisorEvent.ModeAsked(asked.Mode, asked.Rights));
            return;
        }

        work.LeaveAll("");
        work.State = work.State with { Mode = asked.Mode, Past = null };
        if (asked.Target.Agent is { } agent) work.Follow(agent);
        else work.Join(asked.Target.Call!.Value);
    }

    /// <summary>In a call for that very target.</summary>
    private static bool IsThere(SupervisorState s, WatchTarget target) =>
        s.Call is { } call && s.Agent == target.Agent && (target.Agent is not null || call == target.Call);

    /// <summary>A new version of the centre may say the same of a supervisor as the one before.</summary>
    public static bool AreSame(ImmutableArray<SupervisionRight> a, ImmutableArray<SupervisionRight> b) =>
        a.Length == b.Length
        && a.Zip(b).All(x => x.First.Queue == x.Second.Queue && x.First.May.SequenceEqual(x.Second.May));

    private static bool May(ImmutableArray<SupervisionRight> rights, SupervisionMode mode) =>
        rights.Any(r => r.May.Contains(mode));

    private static void ChangeMode(SupervisorWork work, SupervisorEvent.ModeAsked asked)
    {
        var s = work.State;
        if (s.Doing == Supervision.Off) work.Refuse(ControlRefusal.Impossible, "The supervisor watches nothing.");
        else if (!May(asked.Rights, asked.Mode))
            work.Refuse(ControlRefusal.NotPermitted, "The supervisor has no right to do this in any queue.");
        else if (s.Call is { } call)
            work.Add(new SupervisorEffect.Ask(call, new CallControl.ChangeWatch(work.Own, asked.Mode)));
        else work.State = s with { Mode = asked.Mode };
    }

    private static void Stop(SupervisorWork work)
    {
        if (work.State.Doing != Supervision.Off) work.LeaveAll("");
    }

    /// <summary>The watched agent tells in which call it is.</summary>
    private static void Follow(SupervisorWork work, SupervisorEvent.AgentTalks talks)
    {
        var s = work.State;
        if (s.Agent != talks.Agent)
        {
            work.Add(new SupervisorEffect.WatchAgent(talks.Agent, false));
            return;
        }

        if (talks.Call is not { } call) LoseAgent(work);
        else if (call != s.Call && call != s.Past)
        {
            work.LeaveCall();
            work.Join(call);
        }
    }

    /// <summary>The agent has left a call that may go on: it is the agent who is watched. Who has taken the call over
    /// stays, the caller is theirs.</summary>
    private static void LoseAgent(SupervisorWork work)
    {
        if (work.State.Call is null || work.State.Mode == SupervisionMode.TakeOver) return;

        work.LeaveCall();
        work.CallOver("the agent has left the call");
        // Should the agent be in it after all, it is joined again.
        work.State = work.State with { Past = null };
    }

    /// <summary>A new centre: what is not allowed any more ends at once.</summary>
    private static void FollowRights(SupervisorWork work, ImmutableArray<SupervisionRight> rights)
    {
        var s = work.State;
        if (s.Doing == Supervision.Off) return;

        if (!May(rights, s.Mode)) work.LeaveAll("the right was taken away");
        else if (s.Call is { } call) work.Check(call);
    }

    /// <summary>The call does not know the supervisor, or lets nobody listen who has not the right for its
    /// queue.</summary>
    private static void Checked(SupervisorWork work, SupervisorEvent.Checked e)
    {
        if (e.Call != work.State.Call || e.Answer.IsAccepted) return;

        work.LeaveCall();
        work.CallOver(e.Answer.Reason);
    }

    private static void Answered(SupervisorWork work, SupervisorEvent.Answered e)
    {
        if (e.Call != work.State.Call) return;
        if (!e.Answer.IsAccepted && e.Control is not CallControl.StopWatch)
            work.Refuse(e.Answer.Refusal, e.Answer.Reason);

        switch (e.Control)
        {
            case CallControl.Watch when !e.Answer.IsAccepted:
                // A phone that is up there since before a restart does not listen without the right.
                if (e.Answer.Refusal == ControlRefusal.NotPermitted) work.LeaveCall();
                work.CallOver(e.Answer.Reason);
                break;
            case CallControl.ChangeWatch change when e.Answer.IsAccepted:
                work.State = work.State with { Mode = change.Mode };
                break;
        }
    }

    private static void Reported(SupervisorWork work, Contracts.Grains.WatchReport report)
    {
        var s = work.State;
        if (report.Call != s.Call)
        {
            // The phone came up in a call that nobody wants any more.
            if (report.IsListening)
                work.Add(new SupervisorEffect.Ask(report.Call, new CallControl.StopWatch(work.Own)));
        }
        else if (!report.IsListening) work.CallOver(report.Reason);
        else if (s.Doing != Supervision.Listening || s.Mode != report.Mode) work.Listen(report.Mode);
    }

    private static void Tick(SupervisorWork work)
    {
        if (work.State.JoinUntil <= work.Now)
        {
            work.LeaveCall();
            work.CallOver("the call did not answer");
        }

        if (work.State.AskAt <= work.Now && work.State.Agent is { } agent) work.AskAgent(agent);
        if (work.State.CheckAt <= work.Now && work.State.Call is { } listened) work.Check(listened);
    }
}
