using OrleansAcd.Contracts;
using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Stack;
using OrleansAcd.Sip.Transfer;

namespace OrleansAcd.MediaNode.Node;

using SipHeader = OrleansAcd.Sip.Messages.SipHeader;

/// <summary>What goes across conversations: whose dialog is meant, who may replace it.</summary>
internal sealed partial class NodeWorker
{
    public TrunkBook Trunks { get; } = new();

    public Conversation? Find(CallId id) => _conversations.GetValueOrDefault(id);

    /// <summary>The leg whose dialog a Replaces names; null: none at this node.</summary>
    public Leg? Find(Replaces replaces) =>
        Sip.Find(replaces) is { State: not SipCallState.Ended, Tag: Fork { Leg: { State: not LegState.Ended } leg } }
            ? leg
            : null;

    /// <summary>RFC 3891 section 5: only who is known here may take another's place.</summary>
    private void OnReplacing(SipCall call, SipRequest invite, SipCall replaced)
    {
        var source = call.PeerFlow ?? default;
        var isKnown = TrunkOf(source) is not null
            || Phones.WhoCalls(invite, source, Now) is not null;
        if (!isKnown)
        {
            Counters.ReplacementsForbidden++;
            call.Reject(403, Now);
            return;
        }

        if (replaced.Tag is not Fork { Leg: { State: not LegState.Ended } leg })
        {
            call.Reject(481, Now);
            return;
        }

        Guarded(leg.Conversation, () =>
        {
            var refusal = leg.Conversation.Replace(call, invite, source, leg);
            if (refusal != 0) Refuse(call, refusal, leg.Conversation.RefusalText);
        });
    }
}
