using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Dialogs;
using OrleansAcd.Sip.Messages;

namespace OrleansAcd.Sip.Stack;

/// <summary>Requests that come in inside the dialog, RFC 3261 §12.2.2.</summary>
public sealed partial class SipCall
{
    internal void HandleRequest(SipServerRequest server, Instant now)
    {
        var request = server.Request;
        if (State is SipCallState.Ended)
        {
            // Our BYE is on its way: a BYE that crosses it is answered as if it had come first.
            server.Respond(request.Method == SipMethods.Bye ? 200 : 481, now);
            return;
        }

        if (DialogWith(request.FromTag) is not { } dialog || !dialog.TryAcceptCSeq(request.CSeq.Number))
        {
            server.Respond(500, now, "CSeq out of order");
            return;
        }

        if (!IsOverTls || server.Flow.Transport is SipTransport.Tls)
        {
            _peerFlow = server.Flow;
        }
        else if (request.Method is SipMethods.Invite or SipMethods.Update)
        {
            // Keys in descriptions never leave TLS (RFC 4568 §8.3): neither theirs nor, in our answer, ours.
            _stack.Counters.InsecureRefused++;
            server.Respond(403, now, "Only over TLS");
            return;
        }

        LearnPeer(request);
        switch (request.Method)
        {
            case SipMethods.Bye: HandleBye(server, now); break;
            case SipMethods.Invite: HandleReinvite(server, now); break;
            case SipMethods.Update: HandleUpdate(server, dialog, now); break;
            case SipMethods.Prack: HandlePrack(server, now); break;
            case SipMethods.Options: server.Respond(200, now, null, _stack.Capabilities()); break;
            case SipMethods.Refer: HandleRefer(server, now); break;
            default: _stack.Raise(new SipEvent.RequestReceived(server)); break;
        }
    }

    /// <summary>The INVITE that began it went, or came, over TLS.</summary>
    private bool IsOverTls =>
        (_inviteServer?.Flow ?? _inviteClient?.Flow ?? _wanted) is { Transport: SipTransport.Tls };

    /// <summary>§15.1.2. An INVITE that waits for an answer gets 487.</summary>
    private void HandleBye(SipServerRequest server, Instant now)
    {
        server.Respond(200, now);
        if (State is SipCallState.Incoming) RespondFinal(487, now, null, null);
        if (State is SipCallState.Calling) return;
        End(SipEndReason.RemoteBye, server.Request.Headers.Get(SipHeaderId.Reason), now);
    }

    /// <summary>What the peer says that it allows.</summary>
    private void LearnPeer(SipMessage message)
    {
        if (message.Headers.Has(SipHeaderId.Allow))
        {
            _peerUpdates = message.Headers.HasToken(SipHeaderId.Allow, SipMethods.Update);
        }
    }
}
