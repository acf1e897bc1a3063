using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Grains;

namespace OrleansAcd.Calls;

/// <summary>What people and programs ask of a call: a table of the requests, and the small ones.</summary>
public static partial class CallMachine
{
    public static readonly TimeSpan KeyTimeMin = TimeSpan.FromMilliseconds(40);
    public static readonly TimeSpan KeyTimeMax = TimeSpan.FromSeconds(1);

    private static ControlAnswer Control(CallWork work, CallEvent.Controlled e) => work.State.Phase switch
    {
        CallPhase.New => Refused(ControlRefusal.Unknown, "There is no such call."),
        CallPhase.Closing or CallPhase.Ended => Impossible("The call has ended."),
        _ => ControlLive(work, e),
    };

    private static ControlAnswer ControlLive(CallWork work, CallEvent.Controlled e) => e.Control switch
    {
        CallControl.Hold c => SetHold(work, c.Leg ?? LegId.Caller, true, c.By),
        CallControl.Unhold c => SetHold(work, c.Leg ?? LegId.Caller, false, c.By),
        CallControl.Mute c => SetMute(work, c.Leg, true, c.By),
        CallControl.Unmute c => SetMute(work, c.Leg, false, c.By),
        CallControl.BlindTransfer c => BlindTransfer(work, e.Target, c.By),
        CallControl.Consult c => Consult(work, e.Target, c.By),
        CallControl.Swap => Swap(work),
        CallControl.CompleteTransfer => CompleteTransfer(work),
        CallControl.CancelConsult => CancelConsult(work),
        CallControl.Conference => Conference(work),
        CallControl.AddParty c => AddParty(work, e.Target, c.By),
        CallControl.RemoveParty c => RemoveParty(work, c.Leg),
        CallControl.RedirectCaller => Redirect(work, e.Target),
        CallControl.AnswerPhone => AnswerPhone(work),
        CallControl.RecordOn c => RecordOn(work, c.By),
        CallControl.RecordOff c => RecordOff(work, c.By),
        CallControl.PauseRecording c => PauseRecording(work, true, c.By),
        CallControl.ResumeRecording c => PauseRecording(work, false, c.By),
        CallControl.PressKeys c => PressKeys(work, c),
        CallControl.Watch c => Watch(work, c, e.May),
        CallControl.ChangeWatch c => ChangeWatch(work, c, e.May),
        CallControl.StopWatch c => StopWatch(work, c.Supervisor),
        _ => Refused(ControlRefusal.Invalid, "This is no control that there is."),
    };

    private static ControlAnswer SetHold(CallWork work, LegId leg, bool onHold, string by)
    {
        var s = work.State;
        if (s.Find(leg) is not { IsUp: true } party) return UnknownLeg();
        if (s.Phase != CallPhase.Talking) return Impossible("Nobody talks to the caller.");
        if (party.Role == PartyRole.Supervisor) return Impossible("A supervisor is not held: stop watching.");
        if (party.OnHold == onHold) return ControlAnswer.Accepted;

        work.Put(party with { OnHold = onHold });
        work.Rewire();
        work.Note(onHold ? "held" : "resumed", $"{NameOf(party)}, by {by}", party.Agent);
        work.Show(onHold ? "held" : "resumed");
        return ControlAnswer.Accepted;
    }

    private static ControlAnswer SetMute(CallWork work, LegId leg, bool muted, string by)
    {
        var s = work.State;
        if (s.Find(leg) is not { IsUp: true } party) return UnknownLeg();
        if (s.Phase != CallPhase.Talking) return Impossible("Nobody talks to the caller.");
        if (party.Muted == muted) return ControlAnswer.Accepted;

        work.Put(party with { Muted = muted });
        work.Rewire();
        Tell(work, party, muted ? "muted" : "unmuted", $"{NameOf(party)}, by {by}");
        if (party.Role != PartyRole.Supervisor) work.Show(muted ? "muted" : "unmuted");
        return ControlAnswer.Accepted;
    }

    private static ControlAnswer AnswerPhone(CallWork work)
    {
        var s = work.State;
        if (!s.IsOffering || s.AgentParty is not { State: PartyState.Dialling or PartyState.Ringing } agent)
            return Impossible("No agent's phone rings.");

        work.AskToAnswer(agent.Leg);
        work.Note("answer-asked", "the phone is asked to answer by itself", agent.Agent);
        return ControlAnswer.Accepted;
    }

    /// <summary>RFC 4733 section 3.2. The digits are nowhere but in the command.</summary>
    private static ControlAnswer PressKeys(CallWork work, CallControl.PressKeys keys)
    {
        var isValid = keys.Digits.Length is > 0 and <= CallControl.DigitsMax
            && keys.Digits.All(c => char.IsAsciiDigit(c) || c is '*' or '#' or (>= 'A' and <= 'D'))
            && keys.Duration >= KeyTimeMin && keys.Duration <= KeyTimeMax;
        if (!isValid)
        {
            return Refused(ControlRefusal.Invalid,
                $"Keys are 1 to {CallControl.DigitsMax} of 0-9, *, #, A-D, each 40 ms to 1 s long.");
        }

        if (work.State.Find(keys.Leg) is not { IsUp: true } party) return UnknownLeg();

        work.SendDtmf(keys.Leg, keys.Digits, keys.Duration);
        Tell(work, party, "keys-sent", $"to {NameOf(party)}, by {keys.By}");
        return ControlAnswer.Accepted;
    }
}
