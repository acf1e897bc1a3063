using System.Globalization;
using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Transfer;

namespace OrleansAcd.Sip.Stack;

/// <summary>REFER inside the dialog and the subscription that it makes (RFC 3515, RFC 4488); <c>Event:
/// talk</c>.</summary>
public sealed partial class SipCall
{
    /// <summary>Referrals that may be open at once in one dialog.</summary>
    public const int ReferralsMax = 4;

    /// <summary>How long a peer is told of a referral; then its subscription times out.</summary>
    public static readonly TimeSpan ReferralExpiry = TimeSpan.FromMinutes(3);

    private readonly List<SipReferral> _referrals = [];
    private bool _wasReferred;

    /// <summary>202, and NOTIFYs from now on; or 200 when the peer wants none (RFC 4488 §4).</summary>
    public bool AcceptRefer(SipReferral referral, Instant now)
    {
        ArgumentNullException.ThrowIfNull(referral);
        if (referral.State is not SipReferralState.Offered || State is SipCallState.Ended) return false;

        if (!referral.Headers.WantsProgress)
        {
            CloseReferral(referral);
            return referral.Request.Respond(200, now, null, [SipHeader.Of("Refer-Sub", "false")]);
        }

        referral.State = SipReferralState.Active;
        referral.ExpiresAt = now + ReferralExpiry;
        referral.Request.Respond(202, now);
        Tell(referral, now);
        _stack.Update(this);
        return true;
    }

    /// <summary>Refuses it; the call stays as it was.</summary>
    public bool RejectRefer(SipReferral referral, int code, Instant now, string? reason = null)
    {
        ArgumentNullException.ThrowIfNull(referral);
        if (referral.State is not SipReferralState.Offered || code is < 300 or > 699) return false;

        CloseReferral(referral);
        return referral.Request.Respond(code, now, reason);
    }

    /// <summary>Tells the peer how its referral goes: a final code ends the subscription (§2.4.5). What it knows
    /// already is not told again.</summary>
    public bool NotifyRefer(SipReferral referral, int code, Instant now)
    {
        ArgumentNullException.ThrowIfNull(referral);
        var isNews = referral.State is SipReferralState.Active && referral.Code < 200 && code is >= 100 and <= 699;
        if (!isNews) return false;
        if (code == referral.Code) return true;

        referral.Code = code;
        if (!referral.IsTelling) Tell(referral, now);
        return true;
    }

    /// <summary>NOTIFY with <c>Event: talk</c>, which asks a phone to answer by itself. False while no response of the
    /// phone has made a dialog.</summary>
    public bool AskToTalk(Instant now)
    {
        if (State is SipCallState.Ended || ActiveDialog is not { } dialog) return false;

        var request = dialog.NewRequest(SipMethods.Notify);
        request.Headers.Add(SipHeaderId.Event, "talk");
        request.Headers.Add(SipHeaderId.SubscriptionState, "active");
        _stack.Start(new SipClientRequest(request, this, ClientPurpose.Silent) { Wanted = WantedFlow }, now);
        return true;
    }

    /// <summary>The subscription that runs out first.</summary>
    private Instant ReferralDeadline
    {
        get
        {
            var next = Instant.Never;
            foreach (var referral in _referrals) next = Instant.Min(next, referral.ExpiresAt);
            return next;
        }
    }

    private void HandleRefer(SipServerRequest server, Instant now)
    {
        if (State is not (SipCallState.Confirmed or SipCallState.Accepted))
        {
            server.Respond(403, now, "Not before the call is up");
            return;
        }

        var (code, reason) = ReferHeaders.TryRead(server.Request, out var headers);
        if (code == 0 && _referrals.Count >= ReferralsMax) (code, reason) = (491, "Too many referrals");
        if (code != 0)
        {
            _stack.Counters.ReferralsRefused++;
            server.Respond(code, now, reason);
            return;
        }

        var referral = new SipReferral(this, server, headers!, isFirst: !_wasReferred);
        _wasReferred = true;
        _referrals.Add(referral);
        _stack.Raise(new SipEvent.Referred(this, referral));
    }

    private void Tell(SipReferral referral, Instant now)
    {
        (referral.ToldCode, referral.IsTelling) = (referral.Code, true);
        var isFinal = referral.Code >= 200;
        var left = (referral.ExpiresAt - now).TotalSeconds;
        SendNotify(referral, isFinal ? "terminated;reason=noresource" : Active(left), now);
        if (isFinal) CloseReferral(referral);

        static string Active(double seconds) =>
            string.Create(CultureInfo.InvariantCulture, $"active;expires={Math.Max(0, (long)seconds)}");
    }

    private void SendNotify(SipReferral referral, string state, Instant now)
    {
        if (Dialog is not { } dialog) return;

        var request = dialog.NewRequest(SipMethods.Notify);
        request.Headers.Add(SipHeaderId.Event, referral.Event);
        request.Headers.Add(SipHeaderId.SubscriptionState, state);
        SipStack.SetBody(request, SipFrag.Write(referral.ToldCode), SipFrag.ContentType);
        var client = new SipClientRequest(request, this, ClientPurpose.Notify) { Wanted = WantedFlow, Tag = referral };
        _stack.Start(client, now);
    }

    /// <summary>RFC 6665 §4.2.2: an error ends the subscription, and it alone (RFC 5057 §5.3.3).</summary>
    private void HandleNotifyAnswer(SipClientRequest client, int code, Instant now)
    {
        var referral = (SipReferral)client.Tag!;
        referral.IsTelling = false;
        if (referral.State is not SipReferralState.Active) return;

        if (code >= 300) CloseReferral(referral);
        else if (referral.Code != referral.ToldCode) Tell(referral, now);
        _stack.Update(this);
    }

    private void ExpireReferrals(Instant now)
    {
        for (var i = _referrals.Count - 1; i >= 0; i--)
        {
            var referral = _referrals[i];
            if (now < referral.ExpiresAt) continue;
            referral.ToldCode = referral.Code;
            SendNotify(referral, "terminated;reason=timeout", now);
            CloseReferral(referral);
        }
    }

    /// <summary>The call is over: whoever waits for news of a referral gets the last, and that there will be no
    /// more.</summary>
    private void EndReferrals(Instant now)
    {
        foreach (var referral in _referrals.ToArray())
        {
            referral.ToldCode = referral.Code;
            if (referral.State is SipReferralState.Offered) referral.Request.Respond(481, now);
            else SendNotify(referral, "terminated;reason=noresource", now);
            CloseReferral(referral);
        }
    }

    private void CloseReferral(SipReferral referral)
    {
        referral.State = SipReferralState.Over;
        _referrals.Remove(referral);
    }
}
