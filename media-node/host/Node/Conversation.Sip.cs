using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;
using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Sdp;
using OrleansAcd.Sip.Stack;

namespace OrleansAcd.MediaNode.Node;

/// <summary>What the SIP stack tells about this conversation's legs. The way from SIP to events.</summary>
internal sealed partial class Conversation
{
    /// <summary>Characters of a forwarding's target that are told.</summary>
    private const int ForwardedToMax = 64;

    private const string CompletedElsewhere = "SIP;cause=200;text=\"Call completed elsewhere\"";

    public void OnProvisional(Fork fork, SipResponse response)
    {
        var leg = fork.Leg;
        var isReliable = response.Headers.HasToken(SipHeaderId.Require, "100rel");
        if (response.HasBody && isReliable && fork.Early.Answer.IsEmpty) fork.Early = (response.ToTag, response.Body);
        if (leg.State == LegState.Ringing) Ask(fork);
        if (leg.State != LegState.Ringing || response.StatusCode <= leg.Progress) return;

        leg.Progress = response.StatusCode;
        TellCaller(leg);
        Raise(sequence => new LegProgress(Id, _epoch, sequence, leg.Id, response.StatusCode));
    }

    /// <summary>A caller who is not answered before somebody else is, hears that it rings (RFC 3261 section
    /// 21.1.2).</summary>
    private void TellCaller(Leg ringing)
    {
        var caller = _legs.GetValueOrDefault(LegId.Caller);
        if (caller is { State: LegState.Offered } && caller != ringing)
        {
            caller.Active!.Call!.ProvisionalResponse(180, _worker.Now);
        }
    }

    /// <summary>A phone answered. The first of a leg's contacts has it; the others stop ringing.</summary>
    public void OnAnswered(Fork fork, SipResponse response)
    {
        var leg = fork.Leg;
        leg.Ringing.Remove(fork);
        var body = fork.Early.Tag == response.ToTag && !fork.Early.Answer.IsEmpty ? fork.Early.Answer : response.Body;
        if (leg.State != LegState.Ringing || !TakeAnswer(fork, body))
        {
            Detach(fork).Hangup(_worker.Now, ReasonText(488));
            if (leg.State == LegState.Ringing) FailFork(leg, 488, "no audio in its answer that we speak as required");
            return;
        }

        foreach (var other in leg.Ringing) Detach(other).Hangup(_worker.Now, CompletedElsewhere);
        leg.Ringing.Clear();
        leg.Active = fork;
        leg.State = LegState.Up;
        leg.GiveUpAt = Instant.Never;
        Configure(leg);
        Raise(sequence => new LegAnswered(Id, _epoch, sequence, leg.Id));
    }

    public void OnFailed(Fork fork, SipEvent.Failed failed)
    {
        var leg = fork.Leg;
        leg.Ringing.Remove(fork);
        if (leg.State != LegState.Ringing || TryNextServer(fork, failed.Code, failed.Response is not null)) return;

        FailFork(leg, failed.Code, failed.Code / 100 == 3 ? Forwarded(failed) : failed.Reason);
    }

    /// <summary>RFC 3261 section 8.1.3.4 leaves it to us: what a phone's own forwarding names is not called. It would
    /// take a caller out of the queue, past recording and permissions; the Call grain chooses who is next.</summary>
    private string Forwarded(SipEvent.Failed failed)
    {
        _worker.Counters.PhonesForwarded++;
        var to = failed.Response?.Contacts is { Count: > 0 } contacts ? contacts[0].Uri.UserUnescaped : "";
        var printable = new string([.. to.Where(c => !char.IsControl(c)).Take(ForwardedToMax)]);
        return printable.Length == 0 ? "forwarded" : $"forwarded to {printable}";
    }

    public void OnEnded(Fork fork, SipEndReason reason)
    {
        var leg = fork.Leg;
        if (leg.Active != fork || leg.State == LegState.Ended) return;

        EndLeg(leg, reason is SipEndReason.RemoteBye or SipEndReason.RemoteCancel
            ? LegEndReason.RemoteHangup
            : LegEndReason.SignallingLost);
    }

    public void OnAck(Fork fork, SipRequest ack)
    {
        var leg = fork.Leg;
        if (fork.Exchange.State == OfferAnswerState.LocalOffered && !TakeLateAnswer(fork, ack.Body))
        {
            HangUpLeg(leg, 488, LegEndReason.LocalHangup);
            return;
        }

        if (leg.State != LegState.Answering) return;

        leg.State = LegState.Up;
        Raise(sequence => new LegAnswered(Id, _epoch, sequence, leg.Id));
    }

    /// <summary>A re-INVITE or UPDATE: hold, resume, another address, or a request for our offer (RFC 3264 section
    /// 8).</summary>
    public void OnReoffered(Fork fork, SipRequest request)
    {
        var (call, exchange, leg) = (fork.Call!, fork.Exchange, fork.Leg);
        if (!request.HasBody)
        {
            AnswerWithOffer(fork);
            return;
        }

        if (SessionDescription.TryParse(request.Body.Span, out var theirs) != SdpError.None)
        {
            _worker.Counters.BadDescriptions++;
            call.RejectReoffer(400, _worker.Now);
        }
        else if (exchange.HandleOffer(theirs) is var error and not OfferAnswerError.None)
        {
            call.RejectReoffer(CodeOf(error), _worker.Now);
        }
        else if (!fork.Security.TryAnswer(exchange, theirs, OursFor(leg, theirs), out var ours)
            || exchange.TryAnswer(ours, ChoiceFor(leg, theirs), out var answer) != OfferAnswerError.None
            || !Configure(leg))
        {
            exchange.Withdraw();
            ConfigureLines(leg);
            NotAcceptable(fork.Security);
            call.RejectReoffer(488, _worker.Now);
        }
        else
        {
            _worker.Counters.EncryptionRefused += fork.Security.LinesRefused;
            call.AcceptReoffer(answer.ToBytes(), _worker.Now);
        }
    }

    /// <summary>A re-INVITE without a description asks for all that we can (RFC 3261 section 14.2).</summary>
    private void AnswerWithOffer(Fork fork)
    {
        var ours = fork.Security.Offer(OursWithLines(fork.Leg), isDatagram: false);
        var error = fork.Exchange.TryOffer(ours, out var offer);
        if (error == OfferAnswerError.None) fork.Call!.AcceptReoffer(offer.ToBytes(), _worker.Now);
        else fork.Call!.RejectReoffer(CodeOf(error), _worker.Now);
    }

    /// <summary>Glare is worth another try (RFC 3261 section 14.1); what no try makes better is not.</summary>
    private static int CodeOf(OfferAnswerError error) =>
        error is OfferAnswerError.LocalOfferOpen or OfferAnswerError.RemoteOfferOpen ? 491 : 488;

    /// <summary>The stack has refreshed the session by a re-INVITE (RFC 4028 section 7.4). The answer may name another
    /// address, or another key; one that cannot be used, or is less than the policy wants, leaves all as it
    /// was.</summary>
    public void OnRefreshed(Fork fork, SipResponse response)
    {
        if (!response.HasBody || fork.Leg.Active != fork) return;

        if (SessionDescription.TryParse(response.Body.Span, out var theirs) != SdpError.None
            || fork.Exchange.HandleRefresh(theirs) != OfferAnswerError.None)
        {
            _worker.Counters.BadDescriptions++;
        }
        else if (!Configure(fork.Leg))
        {
            fork.Exchange.Withdraw();
            _worker.Counters.OffersNotAcceptable++;
        }
    }

    private bool TakeAnswer(Fork fork, ReadOnlyMemory<byte> body)
    {
        if (SessionDescription.TryParse(body.Span, out var answer) == SdpError.None
            && fork.Exchange.HandleAnswer(answer) == OfferAnswerError.None)
        {
            return fork.Agreed() is not null;
        }

        _worker.Counters.BadDescriptions++;
        return false;
    }

    private bool TakeLateAnswer(Fork fork, ReadOnlyMemory<byte> body) => TakeAnswer(fork, body) && Configure(fork.Leg);

    /// <summary>One contact failed: the leg fails when it was the last, with the best of all their codes.</summary>
    private void FailFork(Leg leg, int code, string reason)
    {
        leg.BestFailure = Failures.Better(leg.BestFailure, code);
        if (leg.Ringing.Count == 0) FailLeg(leg, leg.BestFailure, reason);
    }
}

/// <summary>Which of several contacts' failures is told, RFC 3261 section 16.7 step 6.</summary>
internal static class Failures
{
    /// <param name="known">0: none yet.</param>
    public static int Better(int known, int code)
    {
        if (known == 0) return code;
        if (known >= 600 || code >= 600) return Math.Max(known, code);

        // "choose from the lowest response class"; within it, what says most about the person.
        if (known / 100 != code / 100) return Math.Min(known, code);
        return Rank(code) < Rank(known) ? code : known;

        static int Rank(int code) => code switch { 486 => 0, 480 => 1, 408 => 2, _ => 3 };
    }
}
