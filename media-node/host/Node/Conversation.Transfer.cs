using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;
using OrleansAcd.MediaNode.Media;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Stack;
using OrleansAcd.Sip.Transfer;

namespace OrleansAcd.MediaNode.Node;

/// <summary>Legs that go elsewhere or come from elsewhere: 302, REFER, Replaces, <c>Event: talk</c>.</summary>
internal sealed partial class Conversation
{
    /// <summary>Contacts of one 302 at most.</summary>
    public const int RedirectsMax = 16;

    private int _legsByNode;

    /// <summary>A phone asks to be transferred (RFC 3515): accepted at once, decided by the Call grain.</summary>
    public void OnReferred(Fork fork, SipReferral referral)
    {
        var leg = fork.Leg;
        if (leg.State is not (LegState.Up or LegState.Answering) || leg.Referral is { State: SipReferralState.Active })
        {
            referral.Call.RejectRefer(referral, 491, _worker.Now);
            return;
        }

        var headers = referral.Headers;
        var replaced = headers.Replaces is { } replaces ? _worker.Find(replaces) : null;
        if (replaced == leg || (replaced is null && headers.Replaces is not null))
        {
            // A 481 to the REFER itself would say that the phone's own call is gone (RFC 5057 section 5.1).
            RefuseReplaced(referral, 481, 404);
            return;
        }

        // RFC 3891 section 3: "early-only" is for what nobody has answered yet.
        if (headers.Replaces is { IsEarlyOnly: true } && replaced is { State: LegState.Up or LegState.Answering })
        {
            RefuseReplaced(referral, 486, 486);
            return;
        }

        referral.Call.AcceptRefer(referral, _worker.Now);
        leg.Referral = referral;
        Raise(sequence => new LegReferred(
            Id, _epoch, sequence, leg.Id, headers.Target.UserUnescaped, replaced?.Conversation.Id, replaced?.Id,
            headers.ReferredBy, headers.WantsProgress));
    }

    /// <summary>An INVITE wants to take the place of a leg (RFC 3891): it becomes a leg beside it.</summary>
    /// <returns>0, or the status code that refuses the INVITE.</returns>
    public int Replace(SipCall call, SipRequest invite, SipFlow source, Leg replaced)
    {
        if (_legs.Count >= LegsMax) return 503;

        var id = new LegId(LegId.FirstByNode.Value + _legsByNode);
        var refusal = TakeInvite(call, invite, id, $"leg-{id}");
        if (refusal != 0) return refusal;

        _legsByNode++;
        var account = _worker.Phones.WhoCalls(invite, source, _worker.Now);
        Raise(sequence => new LegReplacing(Id, _epoch, sequence, id, replaced.Id, IdentityOf(invite), account)
        {
            Trunk = _worker.TrunkOf(source)?.Id,
        });
        return 0;
    }

    private static PartyIdentity IdentityOf(SipRequest invite) =>
        new(invite.From.DisplayName, invite.From.Uri.ToString());

    /// <summary>RFC 3515 section 2.4.5: the outcome is told by NOTIFY, where one is wanted.</summary>
    /// <param name="outcome">What the phone is told of its referral.</param>
    /// <param name="refusal">The response to a REFER that wants no NOTIFY.</param>
    private void RefuseReplaced(SipReferral referral, int outcome, int refusal)
    {
        _worker.Counters.ReferralsUnknown++;
        if (!referral.Headers.WantsProgress)
        {
            referral.Call.RejectRefer(referral, refusal, _worker.Now);
            return;
        }

        referral.Call.AcceptRefer(referral, _worker.Now);
        referral.Call.NotifyRefer(referral, outcome, _worker.Now);
    }

    private void TellReferral(Leg leg, ReferProgress progress)
    {
        var isTold = leg.Referral is { } referral
            && referral.Call.NotifyRefer(referral, progress.SipCode, _worker.Now);
        if (!isTold) _worker.Counters.CommandsIgnored++;
    }

    private void RedirectLeg(Leg leg, Redirect redirect)
    {
        if (leg.State != LegState.Offered) return;

        var contacts = new List<NameAddr>();
        foreach (var text in redirect.Contacts.IsDefault ? [] : redirect.Contacts.Take(RedirectsMax))
        {
            var contact = text.Replace(DialPlan.OwnHost, _worker.AdvertiseHost, StringComparison.Ordinal);
            if (!contact.Any(char.IsControl) && NameAddr.TryParse(contact, out var address))
            {
                contacts.Add(NameAddr.Create(address.DisplayName, address.Uri, address.Parameters.Text));
            }
        }

        var call = Detach(leg.Active!);
        if (contacts.Count == 0) call.Reject(480, _worker.Now);
        else call.Redirect(contacts, _worker.Now);
        Remove(leg);
    }

    /// <summary>Now, or as soon as the phone's first response makes a dialog to ask it in.</summary>
    private void AskToAnswerLeg(Leg leg)
    {
        leg.IsAskedToAnswer = true;
        if (leg.State == LegState.Up) leg.Active!.Call!.AskToTalk(_worker.Now);
        foreach (var fork in leg.Ringing) Ask(fork);
    }

    private void Ask(Fork fork)
    {
        if (fork.Leg.IsAskedToAnswer && !fork.IsAsked) fork.IsAsked = fork.Call!.AskToTalk(_worker.Now);
    }

    /// <summary>A leg that is up in another call of this worker goes on here: its phone notices nothing.</summary>
    private void Take(TakeLeg take)
    {
        var from = _worker.Find(take.FromCall);
        var leg = from?.Find(take.FromLeg);
        if (from is null || leg is not { State: LegState.Up } || from == this)
        {
            Raise(sequence => new LegFailed(Id, _epoch, sequence, take.Leg, 481, "no such leg"));
            return;
        }

        if (_legs.ContainsKey(take.Leg) || _audio.Take(leg.Party, $"leg-{take.Leg}") != MediaRefusal.None)
        {
            Raise(sequence => new LegFailed(Id, _epoch, sequence, take.Leg, 503, "no room for it"));
            return;
        }

        Adopt(take.Leg, leg, from);
        from.LetGo(leg);
    }

    private Leg? Find(LegId id) => _legs.GetValueOrDefault(id);

    private void Adopt(LegId id, Leg old, Conversation from)
    {
        _forwarded.Take(old.Picture, from._forwarded);
        var leg = AddLeg(id, LegState.Up, old.Party, old.Picture);
        leg.Codec = old.Codec;
        leg.Referral = old.Referral;
        leg.Active = old.Active;
        leg.Active!.Leg = leg;
        Raise(sequence => new LegAnswered(Id, _epoch, sequence, id));
        if (!old.IsHeld) return;

        leg.IsHeld = true;
        Raise(sequence => new LegHeld(Id, _epoch, sequence, id, true));
    }

    /// <summary>The leg is another call's; the last one ends this one.</summary>
    private void LetGo(Leg leg)
    {
        leg.State = LegState.Ended;
        leg.Playing = null;
        _legs.Remove(leg.Id);
        Raise(sequence => new LegEnded(Id, _epoch, sequence, leg.Id, LegEndReason.Moved, leg.ReadQuality()));
        ShowLines();
        FollowParties();
        if (_legs.Count == 0) _worker.Forget(this);
    }
}
