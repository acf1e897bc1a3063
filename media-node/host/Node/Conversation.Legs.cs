using System.Globalization;
using System.Net;
using OrleansAcd.Audio;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Media;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Sdp;
using OrleansAcd.Sip.Stack;

namespace OrleansAcd.MediaNode.Node;

using SipHeader = OrleansAcd.Sip.Messages.SipHeader;

/// <summary>Legs: offered, answered, dialled, hung up. The way from commands to SIP.</summary>
internal sealed partial class Conversation
{
    /// <summary>Takes a caller's INVITE as this conversation's first leg.</summary>
    /// <returns>0, or the status code that refuses the INVITE.</returns>
    public int Offer(SipCall call, SipRequest invite, SipFlow source)
    {
        var refusal = TakeInvite(call, invite, LegId.Caller, "caller");
        if (refusal != 0) return refusal;

        var context = ContextHeaders.Of(invite, out var dropped);
        _worker.Counters.ContextDropped += dropped;
        var offered = new LegOffered(
            Id, _epoch, ++_lastEvent, LegId.Caller, _worker.Node, invite.RequestUri.UserUnescaped, IdentityOf(invite),
            context, _worker.Phones.WhoCalls(invite, source, _worker.Now), _legs[LegId.Caller].Codec)
        {
            Trunk = _worker.TrunkOf(source)?.Id,
        };
        _worker.Publish(offered);
        return 0;
    }

    /// <summary>Why the last INVITE was refused, in words; null: its code says it all.</summary>
    public string? RefusalText { get; private set; }

    /// <summary>Makes an INVITE a leg that waits for a decision: SDP read, ports bound, our answer made.</summary>
    /// <returns>0, or the status code that refuses the INVITE.</returns>
    private int TakeInvite(SipCall call, SipRequest invite, LegId id, string name)
    {
        if (invite.HasBody && !invite.ContentType.Equals("application/sdp", StringComparison.OrdinalIgnoreCase))
        {
            _worker.Counters.BadDescriptions++;
            return 415;
        }

        if (_audio.TryAddParty(name, out var party) != MediaRefusal.None) return 503;

        var leg = AddLeg(id, LegState.Offered, party!);
        leg.Active = new Fork(leg, call) { Security = _worker.SecurityOf(invite, call.PeerFlow) };
        leg.GiveUpAt = _worker.Now + _worker.Options.DecisionMax;
        var refusal = invite.HasBody ? PrepareAnswer(leg, invite.Body) : CheckOfferable(leg.Active.Security);
        if (refusal != 0)
        {
            Remove(leg);
            return refusal;
        }

        call.Tag = leg.Active;
        return 0;
    }

    /// <summary>An INVITE without a description gets our offer with the 200: it must be one that the policy lets us
    /// make, keys that are required go over TLS alone.</summary>
    private int CheckOfferable(LegSecurity security)
    {
        if (security.IsPossible) return 0;

        NotAcceptable(security);
        return 488;
    }

    private int PrepareAnswer(Leg leg, ReadOnlyMemory<byte> offer)
    {
        if (SessionDescription.TryParse(offer.Span, out var theirs) != SdpError.None)
        {
            _worker.Counters.BadDescriptions++;
            return 400;
        }

        var exchange = leg.Active!.Exchange;
        if (exchange.HandleOffer(theirs) == OfferAnswerError.None
            && leg.Active.Security.TryAnswer(exchange, theirs, OursFor(leg, theirs), out var ours)
            && exchange.TryAnswer(ours, ChoiceFor(leg, theirs), out var answer) == OfferAnswerError.None
            && leg.Active.Agreed() is { } agreed)
        {
            _worker.Counters.EncryptionRefused += leg.Active.Security.LinesRefused;
            leg.Answer = answer.ToBytes();
            leg.Codec = agreed.Codec.ToString().ToUpperInvariant();
            return 0;
        }

        NotAcceptable(leg.Active.Security);
        return 488;
    }

    private void NotAcceptable(LegSecurity security)
    {
        _worker.Counters.OffersNotAcceptable++;
        RefusalText = security.Refusal;
        if (RefusalText is not null) _worker.Counters.EncryptionRefused++;
    }

    private SessionDescription Ours(Leg leg) =>
        LegDescriptions.Ours(leg.Party, _worker.Advertise, _worker.NextBits(), CodecsFor(leg));

    /// <summary>What a leg speaks already comes first, else what others here speak: like codecs are relayed.</summary>
    private IEnumerable<AudioCodecId> CodecsFor(Leg leg) =>
        Preferred(leg) is { } codec ? _worker.Options.Codecs.Prepend(codec) : _worker.Options.Codecs;

    private AudioCodecId? Preferred(Leg leg)
    {
        if (leg.Party.Media is { } own) return own.Codec;

        foreach (var other in _legs.Values)
        {
            if (other != leg && other.Party.Media is { } media) return media.Codec;
        }

        return null;
    }

    /// <summary>The offer's first codec that we speak (RFC 3264 section 6.1), or the preferred one where it is
    /// offered.</summary>
    private AnswerChoice ChoiceFor(Leg leg, SessionDescription offer) => new(
        OwnPreference: Preferred(leg) is { } codec && LegDescriptions.Offers(offer, codec));

    private void AnswerLeg(Leg leg)
    {
        if (leg.State != LegState.Offered) return;

        leg.State = LegState.Answering;
        leg.GiveUpAt = Instant.Never;
        var fork = leg.Active!;
        if (leg.Answer.IsEmpty)
        {
            // Late offer, RFC 3261 section 13.2.1: the 200 offers, the ACK answers.
            fork.Exchange.TryOffer(fork.Security.Offer(OursWithLines(leg), isDatagram: false), out var offer);
            leg.Answer = offer.ToBytes();
        }
        else
        {
            Configure(leg);
        }

        fork.Call!.Accept(_worker.Now, leg.Answer);
    }

    private void RejectLeg(Leg leg, Reject reject)
    {
        if (leg.State != LegState.Offered) return;

        if (leg.Id.Value >= LegId.FirstByNode.Value) _worker.Counters.ReplacementsForbidden++;
        var headers = reject.RetryAfter is { } wait ? RetryAfter(wait) : null;
        Detach(leg.Active!).Reject(reject.SipCode, _worker.Now, headers: headers);
        Remove(leg);
    }

    private void DialLeg(Dial dial)
    {
        if (_legs.ContainsKey(dial.Leg) || _legs.Count >= LegsMax)
        {
            _worker.Counters.CommandsIgnored++;
            return;
        }

        if (_audio.TryAddParty($"leg-{dial.Leg}", out var party) != MediaRefusal.None)
        {
            Raise(sequence => new LegFailed(Id, _epoch, sequence, dial.Leg, 503, "no media port"));
            return;
        }

        var leg = AddLeg(dial.Leg, LegState.Ringing, party!);
        leg.GiveUpAt = _worker.Now + _worker.Options.RingMax;
        var trunk = dial.Trunk is null ? null : _worker.Trunks.Find(dial.Trunk);
        if (trunk is null && dial.Trunk is not null)
        {
            FailLeg(leg, 503, "no such trunk");
            return;
        }

        foreach (var contact in dial.Contacts) Ring(leg, contact, dial, trunk);
        if (leg.Ringing.Count > 0) return;

        if (leg.BestFailure == 488) FailLeg(leg, 488, "encryption is required, which takes signalling over TLS");
        else FailLeg(leg, 503, "no contact can be reached");
    }

    private void Ring(Leg leg, PhoneContact contact, Dial dial, TrunkSettings? trunk, int number = 1)
    {
        if (DialPlan.Of(contact, dial, trunk, _worker.AdvertiseHost) is not { } plan) return;

        var security = DialPlan.SecurityOf(contact, dial, trunk, _worker.Phones.EncryptionOf(contact));
        if (!security.IsPossible)
        {
            leg.BestFailure = 488;
            _worker.Counters.EncryptionRefused++;
            return;
        }

        var fork = new Fork(leg, null) { Security = security, Attempt = AttemptOf(contact, dial, trunk, number) };
        fork.Exchange.TryOffer(security.Offer(OursWithLines(leg), DialPlan.IsDatagram(contact, trunk)), out var offer);
        leg.Ringing.Add(fork);
        var invite = plan with
        {
            Body = offer.ToBytes(), Tag = fork, Credentials = DialPlan.CredentialsOf(trunk, _worker.Ids),
        };
        fork.Call = _worker.Sip.Invite(invite, _worker.Now);
    }

    private void CancelLeg(Leg leg)
    {
        if (leg.State != LegState.Ringing) return;

        FailLeg(leg, 487, "cancelled");
    }

    /// <summary>A dialled leg comes to nothing: whatever rings is cancelled.</summary>
    private void FailLeg(Leg leg, int code, string reason)
    {
        foreach (var fork in leg.Ringing) Detach(fork).Hangup(_worker.Now);
        leg.Ringing.Clear();
        Raise(sequence => new LegFailed(Id, _epoch, sequence, leg.Id, code, reason));
        Remove(leg);
    }

    private void HangUpLeg(Leg leg, int sipCode, LegEndReason reason)
    {
        if (leg.State == LegState.Ringing)
        {
            FailLeg(leg, 487, "cancelled");
            return;
        }

        var call = Detach(leg.Active!);
        if (leg.State == LegState.Offered) call.Reject(sipCode is >= 400 and < 700 ? sipCode : 480, _worker.Now);
        else call.Hangup(_worker.Now, ReasonText(sipCode));
        EndLeg(leg, reason);
    }

    private void EndLeg(Leg leg, LegEndReason reason)
    {
        var quality = leg.ReadQuality();
        Raise(sequence => new LegEnded(Id, _epoch, sequence, leg.Id, reason, quality));
        Remove(leg);
    }

    /// <summary>What the exchange agreed on goes to the media; a hold by the phone is told.</summary>
    private bool Configure(Leg leg)
    {
        var exchange = leg.Active!.Exchange;
        if (leg.Active.Agreed() is not { } agreed) return false;

        leg.Codec = agreed.Codec.ToString().ToUpperInvariant();
        CountEncryption(leg.Party.Media, agreed);
        _audio.Configure(leg.Party, agreed);
        ConfigureLines(leg);
        var isHeld = LegDescriptions.IsHold(exchange);
        if (isHeld != leg.IsHeld)
        {
            leg.IsHeld = isHeld;
            Raise(sequence => new LegHeld(Id, _epoch, sequence, leg.Id, isHeld));
        }

        return true;
    }

    /// <summary>Nothing is downgraded silently: who prefers encryption may still be asked for less by a
    /// re-INVITE.</summary>
    private void CountEncryption(LegMedia? before, LegMedia agreed)
    {
        var isEncrypted = agreed.Crypto is not null;
        if (before is null && isEncrypted) _worker.Counters.LegsEncrypted++;
        if (before is null && !isEncrypted) _worker.Counters.LegsPlain++;
        if (before?.Crypto is not null && !isEncrypted) _worker.Counters.EncryptionDowngraded++;
    }

    /// <summary>The call's later events are nobody's any more: the stack ends it by itself.</summary>
    private static SipCall Detach(Fork fork)
    {
        fork.Call!.Tag = null;
        return fork.Call;
    }

    /// <summary>A Reason header, RFC 3326 section 2.</summary>
    private static string? ReasonText(int sipCode) => sipCode is 0 or 200
        ? "Q.850;cause=16"
        : string.Create(CultureInfo.InvariantCulture, $"SIP;cause={sipCode}");

    private static IReadOnlyList<SipHeader> RetryAfter(TimeSpan wait) =>
    [
        SipHeader.Of("Retry-After", ((long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture)),
    ];
}
