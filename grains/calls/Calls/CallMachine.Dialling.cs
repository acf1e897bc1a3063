using System.Collections.Immutable;
using System.Globalization;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;

namespace OrleansAcd.Calls;

/// <summary>Why somebody who was called did not come.</summary>
internal readonly record struct DialFailure(ReleaseReason Release, OfferFailure Offer, int SipCode, string Why)
{
    public static readonly DialFailure NoAnswer = new(
        ReleaseReason.RingNoAnswer, OfferFailure.RingNoAnswer, 480, "rang without an answer");

    public static readonly DialFailure Expired = new(
        ReleaseReason.Void, OfferFailure.Expired, 480, "the reservation had expired");

    public static readonly DialFailure Late = new(
        ReleaseReason.Void, OfferFailure.Expired, 480, "answered after the reservation had expired");

    public static readonly DialFailure Lost = new(
        ReleaseReason.Unreachable, OfferFailure.Unreachable, 503, "the agent's phone was lost");

    public static readonly DialFailure NoPhone = new(
        ReleaseReason.Unreachable, OfferFailure.Unreachable, 480, "no phone");

    public static readonly DialFailure Taken = new(
        ReleaseReason.CallerGone, OfferFailure.Expired, 487, "not wanted any more");

    public static DialFailure Silent => NotComing("the agent did not answer the summons");

    public static DialFailure NotComing(string why) => new(
        ReleaseReason.Void, OfferFailure.Unreachable, 480, why.Length == 0 ? "the agent is not ready" : why);

    /// <param name="sipCode">0 where there was no answer at all.</param>
    /// <param name="reason">Where a forwarded phone points; told for that alone.</param>
    public static DialFailure Of(int sipCode, string reason = "")
    {
        var (release, offer) = CallMachine.ReasonOf(sipCode);
        var isForwarded = offer == OfferFailure.Forwarded;
        var code = sipCode is >= 400 and < 700 ? sipCode : isForwarded ? 480 : 503;
        var why = $"SIP {sipCode.ToString(CultureInfo.InvariantCulture)}";
        return new DialFailure(release, offer, code, isForwarded ? $"{why}, {reason}" : why);
    }
}

/// <summary>Calling somebody past the queues: a transfer's target, a consulted, a guest, a supervisor.</summary>
public static partial class CallMachine
{
    /// <summary>Why nobody more can be called; null: it can.</summary>
    private static ControlAnswer? CannotDial(CallState s, DialTarget? target)
    {
        if (target is null) return Refused(ControlRefusal.Unknown, "There is no such agent, queue or number.");
        if (target.Queue is not null) return Impossible("A queue cannot be called, only transferred to.");
        if (s.Parties.Length >= PartiesMax) return Impossible($"The call has {PartiesMax} parties already.");
        if (target.Agent is { } agent && s.Find(agent) is not null) return Impossible("The agent is in the call already.");

        return null;
    }

    /// <summary>Calls a target: an agent is asked first whether it comes, a number is dialled at once.</summary>
    private static CallParty Call(CallWork work, DialTarget target, PartyRole role, SummonsKind kind)
    {
        var party = new CallParty(work.NextLeg(), role, PartyState.Asked) { Agent = target.Agent, Target = target };
        if (target.Agent is { } agent)
        {
            party = party with { Until = work.Now + SummonTime };
            work.Put(party);
            Summon(work, party.Leg, agent, kind);
            return party;
        }

        party = party with { State = PartyState.Dialling, Until = work.Now + TrunkRingTime };
        work.Put(party);
        work.Dial(party, [ContactOf(work.State, target)], target.Encryption, target.Trunk, TrunkRingTime);
        return party;
    }

    private static void Summon(CallWork work, LegId leg, AgentId agent, SummonsKind kind)
    {
        var s = work.State;
        var wrapUp = kind == SummonsKind.Transfer ? WrapUpOf(s) : DirectWrapUp;
        work.Add(new CallEffect.Summon(new Summons(
            s.Id, leg, agent, s.Route?.Queue ?? new QueueId(""), kind, AgentRingTime, wrapUp)));
    }

    /// <summary>Whoever takes part in a queue's call has the queue's wrap-up.</summary>
    private static TimeSpan WrapUpOf(CallState s)
    {
        foreach (var p in s.Parties)
        {
            if (p is { Role: PartyRole.Agent, Reservation: { } r } && r.Queue == s.Route?.Queue) return r.WrapUp;
        }

        return DirectWrapUp;
    }

    private static PhoneContact ContactOf(CallState s, DialTarget target)
    {
        const string key = ";transport=";
        var uri = target.Uri!;
        var at = uri.IndexOf(key, StringComparison.Ordinal);
        var transport = at >= 0 ? uri[(at + key.Length)..] : uri.StartsWith("sips:", StringComparison.Ordinal)
            ? "tls"
            : "udp";
        return new PhoneContact(uri, [], transport, "", s.Node, DateTimeOffset.MaxValue);
    }

    /// <summary>An agent says whether it comes.</summary>
    private static void Summoned(CallWork work, SummonsAnswer answer)
    {
        var s = work.State;
        var party = s.Find(answer.Leg);
        if (party?.Agent != answer.Agent) party = null;
        if (answer.Reservation is { } same && PartyOf(s, same) is not null) return;

        if (party is { IsLeaving: false } && answer.Reservation is { } granted && Awaits(party))
        {
            Hold(work, party, granted, answer.Phone);
            return;
        }

        // Nobody waits for it any more.
        work.Release(answer.Reservation, ReleaseReason.CallerGone);
        if (party is { State: PartyState.Asked } && answer.Reservation is null)
            FailDial(work, party, DialFailure.NotComing(answer.Refused), stop: false);
        else if (party is { MoveFrom: not null } && answer.Reservation is null)
            work.Put(party with { MoveFrom = null });
    }

    private static bool Awaits(CallParty p) =>
        p.State == PartyState.Asked || p.MoveFrom is not null || p is { IsEngaged: true, Reservation: null };

    private static void Hold(CallWork work, CallParty party, Reservation granted, AgentPhone? phone)
    {
        party = party with { Reservation = granted, MoveFrom = null };
        if (party.State != PartyState.Asked)
        {
            work.Put(party);
            work.Note("agent-engaged", "takes no other call", party.Agent);
            TellAgent(work, party);
            return;
        }

        var contacts = phone?.Contacts ?? [];
        party = party with { State = PartyState.Dialling, Until = work.Now + AgentRingTime };
        work.Put(party);
        if (contacts.IsEmpty)
        {
            FailDial(work, party, DialFailure.NoPhone, stop: false);
            return;
        }

        Tell(work, party, "agent-dialled", "the agent's phone is called");
        work.Dial(party, contacts, party.Target?.Encryption ?? EncryptionPolicy.Prefer, null, AgentRingTime);
    }

    /// <summary>A note about a party, hidden where it is a supervisor who is not to be seen.</summary>
    private static void Tell(CallWork work, CallParty party, string kind, string detail)
    {
        if (party.Role == PartyRole.Supervisor) work.NoteWatch("supervisor-" + kind, detail, party.Agent!.Value);
        else work.Note(kind, detail, party.Agent);
    }

    /// <summary>Somebody who was called does not come: it costs nobody the call.</summary>
    /// <param name="stop">The phone still rings and is told to stop.</param>
    private static void FailDial(CallWork work, CallParty party, DialFailure failure, bool stop)
    {
        var s = work.State;
        if (stop) StopDialling(work, party);
        if (s.IsOffering && party.Leg == s.AgentLeg)
        {
            if (s.Route is not null) FailOffer(work, failure.Release, failure.Offer, failure.Why);
            else FailDirect(work, party, failure);
            return;
        }

        work.Drop(party);
        work.Release(party.Reservation, party.Role == PartyRole.Supervisor ? ReleaseReason.Void : failure.Release);
        if (party.Role == PartyRole.Supervisor) WatchOver(work, party, failure.Why);
        else if (party.Leg == s.Transfer?.Target) FailTransfer(work, party, failure);
        else if (party.Leg == s.Consultation?.Leg) EndConsultation(work, party, failure.Why);
        else work.Note("party-failed", failure.Why, party.Agent);
    }

    private static void StopDialling(CallWork work, CallParty party)
    {
        if (party.State is PartyState.Dialling or PartyState.Ringing) work.CancelDial(party.Leg);
        else if (party.State == PartyState.Offered) work.Hangup(party.Leg);
    }

    /// <summary>The called has answered.</summary>
    private static void Join(CallWork work, CallParty party)
    {
        var s = work.State;
        if (party.Reservation is { } held && work.Now >= held.ExpiresAt)
        {
            work.Hangup(party.Leg);
            FailDial(work, party, DialFailure.Late, stop: false);
            return;
        }

        party = party with { State = PartyState.Up, UpSince = work.Now, Until = null };
        work.Put(party);
        if (s.IsOffering && party.Leg == s.AgentLeg) Connect(work, party);
        else if (party.Replaces is not null) TakePlace(work, party);
        else if (party.Leg == s.Transfer?.Target) FinishTransfer(work, party);
        else if (party.Role == PartyRole.Supervisor) BeginWatch(work, party);
        else
        {
            var isConsulted = party.Role == PartyRole.Consulted;
            work.Note(isConsulted ? "consulting" : "party-joined", DescribeTarget(party), party.Agent);
            work.Show(isConsulted ? "consulting" : "party-joined");
            TellAgent(work, party);
        }
    }

    /// <summary>In words without numbers of people outside.</summary>
    private static string DescribeTarget(CallParty party) => party switch
    {
        { Agent: { } agent } => "agent " + agent.Value,
        { Target.Trunk: { } trunk } => "a number through trunk " + trunk,
        _ => "somebody outside",
    };

    private static ControlAnswer Refused(ControlRefusal refusal, string reason) => new(refusal, reason);

    private static ControlAnswer Impossible(string reason) => new(ControlRefusal.Impossible, reason);
}
