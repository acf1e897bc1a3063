using System.Collections.Immutable;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;

namespace OrleansAcd.Calls;

/// <summary>Supervisors in a call: listen, coach, talk along, take over, give back.</summary>
public static partial class CallMachine
{
    private static ControlAnswer Watch(CallWork work, CallControl.Watch e, ImmutableArray<SupervisionMode> may)
    {
        var s = work.State;
        if (!may.Contains(e.Mode)) return NotPermitted(e.Mode);
        if (s.Phase != CallPhase.Talking) return Impossible("Nobody talks to the caller.");
        if (s.Find(e.Supervisor) is { } known)
        {
            if (known.Role != PartyRole.Supervisor) return Impossible("The supervisor is a party of the call.");

            // Asked again after a restart: the supervisor wants to hear how it is.
            if (known.IsUp && known.Mode == e.Mode) Report(work, known, isListening: true, "");
            return SetMode(work, known, e.Mode);
        }

        if (CannotTakeOver(s, e.Mode) is { } wrong) return wrong;
        if (s.Parties.Length >= PartiesMax) return Impossible($"The call has {PartiesMax} parties already.");

        var leg = work.NextLeg();
        work.Put(new CallParty(leg, PartyRole.Supervisor, PartyState.Asked)
        {
            Agent = e.Supervisor, Mode = e.Mode, Watched = e.Agent, Until = work.Now + SummonTime,
        });
        Summon(work, leg, e.Supervisor, SummonsKind.Supervise);
        work.NoteWatch("supervisor-called", ModeName(e.Mode), e.Supervisor);
        return ControlAnswer.Accepted;
    }

    private static ControlAnswer ChangeWatch(
        CallWork work, CallControl.ChangeWatch e, ImmutableArray<SupervisionMode> may)
    {
        if (work.State.Find(e.Supervisor) is not { Role: PartyRole.Supervisor } party) return NotWatching();
        return may.Contains(e.Mode) ? SetMode(work, party, e.Mode) : NotPermitted(e.Mode);
    }

    private static ControlAnswer StopWatch(CallWork work, AgentId supervisor)
    {
        if (work.State.Find(supervisor) is not { Role: PartyRole.Supervisor } party) return NotWatching();
        if (party.HasTakenOver && work.State.AgentParty is not { IsUp: true })
            return Impossible("Nobody would be left with the caller.");

        work.NoteWatch("supervisor-stopped", ModeName(party.Mode), supervisor);
        if (party.HasTakenOver) GiveBack(work);
        Leave(work, party);
        return ControlAnswer.Accepted;
    }

    private static ControlAnswer? CannotTakeOver(CallState s, SupervisionMode mode, LegId? own = null)
    {
        if (mode != SupervisionMode.TakeOver) return null;
        if (s.Transfer is not null || s.Consultation is not null)
            return Impossible("A transfer or consultation is under way.");

        return s.Parties.Any(p => p.HasTakenOver && p.Leg != own)
            ? Impossible("Another supervisor has taken the call over.")
            : null;
    }

    private static ControlAnswer SetMode(CallWork work, CallParty party, SupervisionMode mode)
    {
        if (party.Mode == mode) return ControlAnswer.Accepted;
        if (CannotTakeOver(work.State, mode) is { } wrong) return wrong;

        if (party.HasTakenOver)
        {
            if (work.State.AgentParty is not { IsUp: true })
                return Impossible("Nobody would be left with the caller.");

            GiveBack(work);
        }

        party = party with { Mode = mode };
        work.Put(party);
        work.NoteWatch("supervisor-mode", ModeName(mode), party.Agent!.Value);
        if (party.HasTakenOver) TakeOver(work, party);
        work.Rewire();
        if (party.IsUp) Report(work, party, isListening: true, "");
        return ControlAnswer.Accepted;
    }

    /// <summary>The supervisor's phone has answered. Who was to take over, and cannot any more, listens.</summary>
    private static void BeginWatch(CallWork work, CallParty party)
    {
        if (CannotTakeOver(work.State, party.Mode, party.Leg) is not null)
        {
            party = party with { Mode = SupervisionMode.Monitor };
            work.Put(party);
        }

        work.NoteWatch("supervisor-joined", ModeName(party.Mode), party.Agent!.Value);
        if (party.HasTakenOver) TakeOver(work, party);
        TellAgent(work, party);
        Report(work, party, isListening: true, "");
    }

    /// <summary>The supervisor talks in the agent's place; talk counts for the supervisor from now on.</summary>
    private static void TakeOver(CallWork work, CallParty party)
    {
        work.EndSegment(QueueOutcome.TransferredOut);
        Serve(work, party);
        work.State = work.State with { Agent = party.Agent };
        work.Note("taken-over", "a supervisor talks to the caller", party.Agent);
        work.Show("taken-over");
    }

    /// <summary>The agent talks to the caller again.</summary>
    private static void GiveBack(CallWork work)
    {
        var agent = work.State.AgentParty!;
        work.EndSegment(QueueOutcome.TransferredOut);
        Serve(work, agent);
        work.State = work.State with { Agent = agent.Agent };
        work.Note("given-back", "the agent talks to the caller again", agent.Agent);
        work.Show("given-back");
    }

    /// <summary>A supervisor who has come is gone, or one who was called does not come.</summary>
    private static void WatchOver(CallWork work, CallParty party, string why)
    {
        if (!party.IsUp) work.NoteWatch("supervisor-failed", why, party.Agent!.Value);
        if (party.HasTakenOver) LoseTalker(work);
        ReportEnd(work, party, why.Length > 0 ? why : "hung up");
    }

    /// <summary>A supervisor who had taken over is gone: the agent talks again, unless the caller is on the way to
    /// somebody else.</summary>
    private static void LoseTalker(CallWork work)
    {
        var s = work.State;
        if (s.Transfer is not null || s.Handing is not null) AwaitNext(work);
        else if (s.AgentParty is { IsUp: true }) GiveBack(work);
    }

    private static void ReportEnd(CallWork work, CallParty party, string why) =>
        Report(work, party, isListening: false, why);

    private static void Report(CallWork work, CallParty party, bool isListening, string why) =>
        work.Add(new CallEffect.Report(
            party.Agent!.Value, new WatchReport(work.State.Id, isListening, party.Mode, why)));

    private static string ModeName(SupervisionMode mode) => mode switch
    {
        SupervisionMode.Whisper => "whisper",
        SupervisionMode.Barge => "barge",
        SupervisionMode.TakeOver => "take-over",
        _ => "monitor",
    };

    private static ControlAnswer NotPermitted(SupervisionMode mode) => Refused(
        ControlRefusal.NotPermitted, $"The supervisor has no right to {ModeName(mode)} in this call's queue.");

    private static ControlAnswer NotWatching() => Impossible("The supervisor does not watch this call.");
}
