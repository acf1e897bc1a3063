using System.Collections.Immutable;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Media;

namespace OrleansAcd.Calls;

/// <summary>Who hears whom, and who hears music.</summary>
/// <param name="Cells">By listener, then by speaker.</param>
public sealed record HearingPlan(ImmutableArray<Hearing> Cells, ImmutableArray<LegId> Music);

/// <summary>The hearing matrix of a call (design section 5), all of it, from what the call is: hold, monitoring,
/// whisper, barge-in, take-over, consultation, conference, mute.</summary>
/// <remarks>Parties talk in one of two circles: the caller's, and the agent's private one during a consultation. A
/// party hears the others of its circle. Who is alone in a circle hears music, agents excepted. A supervisor is where
/// the agent is who is watched.</remarks>
public static class HearingMatrix
{
    /// <summary>Where a party talks.</summary>
    private enum Circle
    {
        /// <summary>Nowhere: it waits in silence.</summary>
        None,

        Callers,
        Private,
    }

    public static HearingPlan Of(CallState s)
    {
        if (s.Phase != CallPhase.Talking) return new HearingPlan([], Waits(s) ? [LegId.Caller] : []);

        var up = s.Parties.Where(p => p.IsUp).OrderBy(p => p.Leg.Value).ToList();
        var cells = ImmutableArray.CreateBuilder<Hearing>();
        foreach (var listener in up)
        {
            foreach (var speaker in up)
            {
                if (Hears(s, listener, speaker)) cells.Add(new Hearing(listener.Leg, speaker.Leg));
            }
        }

        return new HearingPlan(cells.ToImmutable(), [.. up.Where(p => HearsMusic(s, p, up)).Select(p => p.Leg)]);
    }

    /// <summary>In the line the caller hears greeting and music; a caller whom nobody has answered hears nothing of
    /// us.</summary>
    private static bool Waits(CallState s) =>
        s.Phase is CallPhase.Queued or CallPhase.Dialling or CallPhase.Ringing
        && s.Find(LegId.Caller) is { IsUp: true };

    private static bool Hears(CallState s, CallParty listener, CallParty speaker)
    {
        if (listener.Leg == speaker.Leg || !IsOpen(listener) || !IsOpen(speaker) || speaker.Muted) return false;

        var circle = CircleOf(s, listener);
        return circle != Circle.None && circle == CircleOf(s, speaker) && IsMeantFor(s, speaker, listener);
    }

    /// <summary>What a supervisor says is meant for some alone: a whisper for the agent who is watched.</summary>
    private static bool IsMeantFor(CallState s, CallParty speaker, CallParty listener) =>
        speaker.Role != PartyRole.Supervisor || speaker.Mode switch
        {
            SupervisionMode.Monitor => false,
            SupervisionMode.Whisper when WatchedBy(s, speaker) is { } watched => listener.Leg == watched.Leg,
            SupervisionMode.Whisper => listener.Role == PartyRole.Agent,
            _ => true,
        };

    /// <summary>The agent who is watched, where it is in the call; null: who talks to the caller is.</summary>
    private static CallParty? WatchedBy(CallState s, CallParty supervisor)
    {
        if (supervisor.Watched is not { } agent) return null;

        foreach (var p in s.Parties)
        {
            if (p is { IsUp: true, Role: not PartyRole.Supervisor } && p.Agent == agent) return p;
        }

        return null;
    }

    /// <summary>On hold by either side, a party neither hears nor is heard.</summary>
    private static bool IsOpen(CallParty p) => !p.OnHold && !p.HeldByPhone;

    private static Circle CircleOf(CallState s, CallParty p) => p.Role switch
    {
        PartyRole.Caller or PartyRole.Guest => Circle.Callers,
        PartyRole.Consulted => Circle.Private,
        PartyRole.Agent => OfAgent(s),
        _ when p.HasTakenOver => Circle.Callers,
        _ => OfWatcher(s, p),
    };

    /// <summary>Who watches follows the agent; without one, the caller.</summary>
    private static Circle OfWatcher(CallState s, CallParty supervisor)
    {
        var circle = WatchedBy(s, supervisor) is { } watched ? CircleOf(s, watched)
            : HasAgent(s) ? OfAgent(s) : Circle.Callers;
        return circle == Circle.None ? Circle.Callers : circle;
    }

    /// <summary>While the caller goes to somebody else, and while a supervisor talks in its place, the agent
    /// waits.</summary>
    private static Circle OfAgent(CallState s)
    {
        if (s.Transfer is not null || s.Parties.Any(p => p.HasTakenOver)) return Circle.None;

        return s.Consultation is { WithCaller: false } ? Circle.Private : Circle.Callers;
    }

    private static bool HasAgent(CallState s) => s.Parties.Any(p => p.IsUp && p.Role == PartyRole.Agent);

    private static bool HearsMusic(CallState s, CallParty p, List<CallParty> up)
    {
        if (p.HeldByPhone || p.Role == PartyRole.Supervisor) return false;
        if (p.OnHold) return true;
        if (p.Role == PartyRole.Agent) return false;

        var circle = CircleOf(s, p);
        return !up.Any(other => other.Leg != p.Leg && IsOpen(other) && CircleOf(s, other) == circle
            && (other.Role != PartyRole.Supervisor || other.Mode is SupervisionMode.Barge or SupervisionMode.TakeOver));
    }
}
