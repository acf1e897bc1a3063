using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Contracts.Views;

namespace OrleansAcd.Calls;

/// <summary>What phones ask for by themselves: REFER (RFC 3515), REFER and INVITE with Replaces (RFC 3891).</summary>
/// <remarks>An attended transfer made on a phone joins two calls: the one with the customer goes on and takes the party
/// out of the other. Calls ask each other one-way, never awaiting.</remarks>
public static partial class CallMachine
{
    private const int Trying = 100;
    private const int Unavailable = 480;
    private const int NoSuchCall = 481;
    private const int Declined = 603;

    /// <summary>The phone was told 202 already: what becomes of it follows, where it wants to hear it.</summary>
    private static void Referred(CallWork work, LegReferred e, DialTarget? target)
    {
        var code = Refer(work, e, target);
        if (code > 0 && e.WantsProgress) work.ReferProgress(e.Leg, code);
        if (code > 200) work.Note("refer-refused", $"the phone is told {code}");
    }

    /// <summary>A final code for the phone; 0: it is told later, or was told.</summary>
    private static int Refer(CallWork work, LegReferred e, DialTarget? target)
    {
        var s = work.State;
        if (s.Phase != CallPhase.Talking || s.Find(e.Leg) is not { IsUp: true, Agent: { } agent } party)
            return Declined;
        if (e.ReplacesCall == s.Id) return CompleteTransfer(work).IsAccepted ? 200 : NoSuchCall;
        if (e.ReplacesCall is { } other) return ReferToOtherCall(work, e, agent, other);
        if (party.Role != PartyRole.Agent && !party.HasTakenOver || CannotTransfer(s) is not null) return Declined;
        if (target is null) return 404;

        if (target.Queue is { } queue)
        {
            if (e.WantsProgress) work.ReferProgress(e.Leg, 200);
            TransferToQueue(work, queue, "the agent's phone");
            return 0;
        }

        if (CannotDial(s, target) is not null) return Unavailable;

        if (e.WantsProgress) work.ReferProgress(e.Leg, Trying);
        StartTransfer(work, target, e.Leg, e.WantsProgress, "the agent's phone");
        return 0;
    }

    private static int ReferToOtherCall(CallWork work, LegReferred e, AgentId agent, CallId other)
    {
        var s = work.State;
        if (e.ReplacesLeg is not { } replaced) return NoSuchCall;
        if (CannotTransfer(s) is not null) return Declined;

        if (e.WantsProgress) work.ReferProgress(e.Leg, Trying);
        AwaitHandOver(work, e.Leg, e.WantsProgress);
        work.Add(new CallEffect.AskHandOver(
            new HandOver(other, s.Id, e.Leg, s.Node, replaced, agent, IsReturned: false)));
        return 0;
    }

    private static void AwaitHandOver(CallWork work, LegId by, bool tellsPhone)
    {
        work.State = work.State with { Handing = new Handing(by, tellsPhone, work.Now + TakeTime) };
        work.Note("transferring", "by the agent's phone, to the party of its other call");
        work.Show("transferring");
    }

    /// <summary>Another call wants the party that talks to one of our legs. Where the customer is here, we ask back:
    /// the customer's call goes on.</summary>
    private static void AskedToHandOver(CallWork work, HandOver request)
    {
        var s = work.State;
        if (WhyNotHandOver(s, request) is { } wrong)
        {
            work.Add(new CallEffect.GiveHandOver(new HandOverAnswer(
                request.Asker, request.AskerLeg, request.Asked, null, null, null, wrong)));
            return;
        }

        var hasCustomer = s.Find(LegId.Caller) is { IsUp: true, Agent: null };
        if (hasCustomer && !request.IsReturned && CannotTransfer(s) is null)
        {
            AwaitHandOver(work, request.Replaced, tellsPhone: false);
            work.Add(new CallEffect.AskHandOver(new HandOver(
                request.Asker, s.Id, request.Replaced, s.Node, request.AskerLeg, request.Agent, IsReturned: true)));
            return;
        }

        var peer = PeerOf(s, request.Replaced)!;
        work.Note("handed-over", "the other party goes on in another call", peer.Agent);
        work.Add(new CallEffect.GiveHandOver(new HandOverAnswer(
            request.Asker, request.AskerLeg, request.Asked, peer.Leg, peer.Agent, peer.Reservation, "")));
    }

    private static string? WhyNotHandOver(CallState s, HandOver request)
    {
        if (s.Phase != CallPhase.Talking) return "nobody talks in the other call";
        if (s.Node != request.Node) return "the other call is on another media node";
        if (s.Find(request.Replaced) is not { IsUp: true } leg || leg.Agent != request.Agent) return "no such leg";

        return PeerOf(s, request.Replaced) is null ? "the other call has not just two parties" : null;
    }

    private static CallParty? PeerOf(CallState s, LegId leg)
    {
        var others = s.Parties.Where(p => p.IsUp && p.Leg != leg && p.Role != PartyRole.Supervisor).Take(2).ToList();
        return others.Count == 1 ? others[0] : null;
    }

    private static void HandedOver(CallWork work, HandOverAnswer answer)
    {
        var s = work.State;
        if (s.Handing is not { } handing || handing.By != answer.AskerLeg || s.Phase != CallPhase.Talking) return;
        if (answer.Leg is not { } given)
        {
            EndHanding(work, NoSuchCall);
            return;
        }

        var party = new CallParty(
            work.NextLeg(), answer.Party is null ? PartyRole.Guest : PartyRole.Agent, PartyState.Dialling)
        {
            Agent = answer.Party, MoveFrom = answer.Reservation, Until = work.Now + TakeTime,
        };
        work.Put(party);
        work.State = work.State with
        {
            Handing = null, Transfer = new Transfer(party.Leg, handing.By, handing.TellsPhone),
        };
        work.Note("taking-over", "the party of the other call", answer.Party);
        work.TakeLeg(party.Leg, answer.Giver, given);
    }

    /// <summary>Nobody comes from the other call: all stays as it is.</summary>
    private static void EndHanding(CallWork work, int sipCode)
    {
        var handing = work.State.Handing!;
        work.State = work.State with { Handing = null };
        work.Note("transfer-failed", "the other call does not hand its party over");
        if (handing.TellsPhone) work.ReferProgress(handing.By, sipCode);
        work.Show("transfer-failed");
        if (!IsServed(work.State)) LeftAlone(work);
        else ServeAgain(work);
    }

    /// <summary>A party of ours talks in another call now: what is left here is over.</summary>
    private static void GiveAway(CallWork work, CallParty party, LegQuality quality)
    {
        work.Drop(party, quality);
        if (party.Reservation is { } given) work.State = work.State with { Given = work.State.Given.Add(given) };
        if (work.State.Handing is { TellsPhone: true } handing) work.ReferProgress(handing.By, 200);
        CountPrivateTalk(work, party);
        if (work.State.Phase == CallPhase.Closing) FinishIfDown(work);
        else if (!IsServed(work.State with { Handing = null }) || party.Role == PartyRole.Caller)
            Close(work, QueueOutcome.TransferredOut, "transfer");
    }

    /// <summary>An INVITE with Replaces: an agent's other phone takes the conversation of the first.</summary>
    /// <remarks>All else is refused with 403 and noted (RFC 3891 section 3: who replaces has to be authorized). So is
    /// the pick-up of a leg that rings: routing has reserved that agent for the call, and whoever else took it would do
    /// so without being asked for skill, capacity or turn; the agent's other phones ring as well.</remarks>
    private static void Replacing(CallWork work, LegReplacing e)
    {
        var s = work.State;
        var isOwn = s.Phase == CallPhase.Talking && e.Account is { } account && s.Parties.Length < PartiesMax
            && s.Find(e.Replaced) is { IsUp: true, Role: not PartyRole.Caller } replaced && replaced.Agent == account;
        if (!isOwn)
        {
            work.Reject(e.Leg, 403);
            work.Note("replace-refused", "somebody wanted to take a party's place", e.Account);
            return;
        }

        work.Put(new CallParty(e.Leg, s.Find(e.Replaced)!.Role, PartyState.Offered)
        {
            Agent = e.Account, Replaces = e.Replaced, Until = work.Now + TakeTime,
        });
        work.Answer(e.Leg);
        work.Note("replacing", "another phone of the agent takes the conversation", e.Account);
    }

    /// <summary>The new leg is up: it is the party from now on.</summary>
    private static void TakePlace(CallWork work, CallParty party)
    {
        var s = work.State;
        if (s.Find(party.Replaces!.Value) is not { IsUp: true } old)
        {
            work.Drop(party);
            work.Hangup(party.Leg);
            work.Note("party-failed", "nobody is left whose place it could take", party.Agent);
            return;
        }

        work.Put(old with { Leg = party.Leg, HeldByPhone = false, Quality = null });
        work.Hangup(old.Leg);
        work.Put(old with
        {
            State = PartyState.Leaving, Reservation = null, Until = work.Now + ClosingTime,
        });
        if (s.Consultation is { } c && c.Leg == old.Leg)
            work.State = work.State with { Consultation = c with { Leg = party.Leg } };
        work.Rewire();
        work.Note("replaced", "the conversation goes on at another phone", party.Agent);
    }
}
