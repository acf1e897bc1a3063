using System.Globalization;
using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Dialogs;
using OrleansAcd.Sip.Messages;

namespace OrleansAcd.Sip.Stack;

/// <summary>Reliable provisional responses and PRACK, RFC 3262, both sides.</summary>
public sealed partial class SipCall
{
    /// <summary>Reliable responses that may wait for the PRACK of an earlier one.</summary>
    private const int UnacknowledgedMax = 8;

    private readonly Queue<SipResponse> _unacknowledged = new();
    private uint _localRSeq;
    private byte[] _reliableBytes = [];
    private TimeSpan _prackInterval;
    private Instant _prackAgain = Instant.Never;
    private Instant _prackUntil = Instant.Never;
    private bool _earlyBodySent;
    private SipDialog? _prackDialog;
    private SipResponse? _prackWanted;

    /// <summary>PRACK with the answer to an offer in a reliable response, after Provisional said NeedsAnswer.</summary>
    public SipClientRequest? Prack(ReadOnlyMemory<byte> body, Instant now, string contentType = "application/sdp")
    {
        if (_prackWanted is not { } response || _prackDialog is not { } dialog) return null;

        _prackWanted = null;
        _answeredByPrack = true;
        if (!body.IsEmpty) (_localBody, _localType) = (body, contentType);
        return SendPrack(dialog, response, body, contentType, now);
    }

    private bool HasUnacknowledgedBody
    {
        get
        {
            foreach (var response in _unacknowledged)
            {
                if (response.HasBody) return true;
            }

            return false;
        }
    }

    private static bool IsReliable(SipResponse response) =>
        response.Headers.HasToken(SipHeaderId.Require, "100rel") && response.TryGetRSeq(out _);

    /// <summary>§3: the next reliable response waits until the one before is acknowledged.</summary>
    private bool SendReliable(SipResponse response, Instant now)
    {
        if (_unacknowledged.Count >= UnacknowledgedMax) return false;

        _localRSeq = _localRSeq == 0 ? 1 + _stack.RandomBelow(int.MaxValue) : _localRSeq + 1;
        response.Headers.Add(SipHeaderId.Require, "100rel");
        response.Headers.Add(SipHeaderId.RSeq, _localRSeq.ToString(CultureInfo.InvariantCulture));
        _earlyBodySent |= response.HasBody;
        if (response.HasBody) (_localBody, _localType) = (response.Body, response.ContentType);
        _unacknowledged.Enqueue(response);
        if (_unacknowledged.Count == 1) SendFirstReliable(now);
        return true;
    }

    private void SendFirstReliable(Instant now)
    {
        var response = _unacknowledged.Peek();
        _reliableBytes = SipWriter.ToArray(response);
        _prackInterval = _stack.Options.Timers.T1;
        _prackAgain = now + _prackInterval;
        _prackUntil = now + _stack.Options.Timers.Timeout;
        _stack.SendResponse(_inviteServer!, response, now);
        _stack.Update(this);
    }

    /// <summary>§3: "starts at T1 seconds and doubles for each retransmission"; it has no upper bound but the
    /// end.</summary>
    private void RepeatReliable(Instant now)
    {
        if (_unacknowledged.Count == 0) return;
        _prackInterval *= 2;
        _prackAgain = now + _prackInterval;
        _stack.Resend(_inviteServer!, _reliableBytes);
    }

    /// <summary>§3: after 64*T1 without PRACK "the UAS SHOULD reject the original request with a 5xx".</summary>
    private void HandleNoPrack(Instant now)
    {
        RespondFinal(504, now, "No PRACK", null);
        End(SipEndReason.NoPrack, null, now);
    }

    private void StopReliable()
    {
        _unacknowledged.Clear();
        _prackAgain = _prackUntil = Instant.Never;
    }

    /// <summary>§3: a PRACK that matches nothing is answered 481.</summary>
    private void HandlePrack(SipServerRequest server, Instant now)
    {
        var text = server.Request.Headers.Get(SipHeaderId.RAck);
        if (text is null || !RAck.TryParse(text, out var acknowledged))
        {
            server.Respond(400, now, "Bad RAck header field");
            return;
        }

        var matches = _unacknowledged.TryPeek(out var response) && response.TryGetRSeq(out var rseq)
            && acknowledged == new RAck(rseq, Invite.CSeq.Number, SipMethods.Invite);
        if (!matches)
        {
            server.Respond(481, now);
            return;
        }

        _unacknowledged.Dequeue();
        _prackAgain = _prackUntil = Instant.Never;
        AnswerPrack(server, response!, now);
        if (_unacknowledged.Count > 0) SendFirstReliable(now);
        if (_acceptLater is { } accept && !HasUnacknowledgedBody)
        {
            _acceptLater = null;
            accept(now);
        }
    }

    /// <summary>A body is an answer when our response held the offer, and an offer for the owner to answer otherwise
    /// (§5). </summary>
    private void AnswerPrack(SipServerRequest server, SipResponse response, Instant now)
    {
        var isAnswer = response.HasBody && !Invite.HasBody;
        if (!server.Request.HasBody || isAnswer) server.Respond(200, now);
        if (server.Request.HasBody) _stack.Raise(new SipEvent.PrackReceived(this, server));
    }

    /// <summary>§4: responses out of order are dropped, repeated ones too; others are acknowledged at once, unless they
    /// carry an offer that the owner has to answer.</summary>
    private bool AcknowledgeReliable(
        SipDialog dialog, SipClientRequest client, SipResponse response, Instant now, out bool needsAnswer)
    {
        needsAnswer = false;
        response.TryGetRSeq(out var rseq);
        if (dialog.RemoteRSeq != 0 && rseq != dialog.RemoteRSeq + 1) return false;

        dialog.RemoteRSeq = rseq;
        _earlyAnswered |= response.HasBody && client.Request.HasBody;
        needsAnswer = response.HasBody && !client.Request.HasBody && !_answeredByPrack && _prackWanted is null;
        if (needsAnswer) (_prackWanted, _prackDialog) = (response, dialog);
        else SendPrack(dialog, response, default, "", now);
        return true;
    }

    private SipClientRequest SendPrack(
        SipDialog dialog, SipResponse response, ReadOnlyMemory<byte> body, string contentType, Instant now)
    {
        response.TryGetRSeq(out var rseq);
        var prack = dialog.NewRequest(SipMethods.Prack);
        prack.Headers.Add(SipHeaderId.RAck, new RAck(rseq, response.CSeq.Number, response.CSeq.Method).ToString());
        SipStack.SetBody(prack, body, contentType);
        var purpose = body.IsEmpty ? ClientPurpose.Silent : ClientPurpose.Owner;
        return _stack.Start(new SipClientRequest(prack, this, purpose) { Wanted = WantedFlow }, now);
    }
}
