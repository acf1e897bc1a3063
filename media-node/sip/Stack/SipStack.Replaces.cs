using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Transfer;

namespace OrleansAcd.Sip.Stack;

/// <summary>INVITE with Replaces, RFC 3891 §3: which dialog of ours is meant.</summary>
public sealed partial class SipStack
{
    /// <summary>The call of ours whose dialog a Replaces names; null when there is none.</summary>
    /// <remarks>The side that gets the INVITE is the to-tag's; §6.1: the tag 0 matches a peer without one.</remarks>
    public SipCall? Find(Replaces replaces)
    {
        ArgumentNullException.ThrowIfNull(replaces);
        if (!_calls.TryGetValue(new CallKey(replaces.CallId, replaces.ToTag), out var call)) return null;
        return call.HasPeer(replaces.FromTag) || (replaces.FromTag == "0" && call.HasPeer("")) ? call : null;
    }

    /// <summary>False when the INVITE has been refused.</summary>
    private bool TryFindReplaced(SipRequest invite, SipFlow flow, out SipCall? replaced)
    {
        replaced = null;
        var count = invite.Headers.CountOf(SipHeaderId.Replaces);
        if (count == 0) return true;

        // §3: "more than one Replaces header field", or one beside Join (RFC 3911 §4): 400.
        if (count > 1 || invite.Headers.Has(SipHeaderId.Join)
            || !Replaces.TryParse(invite.Headers.Get(SipHeaderId.Replaces)!, out var replaces))
        {
            return RefuseReplaces(invite, flow, 400, "Bad Replaces header field");
        }

        replaced = Find(replaces);
        return replaced switch
        {
            // §3: a dialog that is over "MUST be declined"; an early one that we did not begin is none; "the UA MUST
            // reject with 486" what is confirmed where early-only is asked for.
            null => RefuseReplaces(invite, flow, 481),
            { State: SipCallState.Ended } => RefuseReplaces(invite, flow, 603),
            { State: SipCallState.Incoming } => RefuseReplaces(invite, flow, 481),
            { State: not SipCallState.Calling } when replaces.IsEarlyOnly => RefuseReplaces(invite, flow, 486),
            _ => true,
        };
    }

    private bool RefuseReplaces(SipRequest invite, SipFlow flow, int code, string? reason = null)
    {
        Counters.ReplacesRefused++;
        return Refuse(invite, flow, code, reason);
    }
}
