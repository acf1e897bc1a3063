using System.Net;
using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Stack;
using OrleansAcd.Sip.Transfer;

namespace OrleansAcd.Tests.Fuzz.Sip;

/// <summary>A whole stack under damaged traffic: an owner that acts at random, and peers that answer what it
/// sends.</summary>
/// <remarks>Peers' answers go in as they are and, damaged, through the corpus: so dialogs come about and get
/// hit.</remarks>
internal sealed class FuzzedNode(ulong seed)
{
    public const int CallsMax = 200;
    public const int ServerTransactionsMax = 1000;
    public const int ClientTransactionsMax = 500;
    private const int PeerMessagesMax = 64;

    private static readonly byte[] Sdp = Corpus.Descriptions()[0];
    private readonly SeededIdSource _bits = new(seed);
    private readonly HashSet<SipCall> _calls = [];
    private readonly HashSet<SipCall> _over = [];
    private readonly Queue<byte[]> _peerSays = new();
    private readonly Queue<SipReferral> _referrals = new();

    private readonly SipStack _stack = new(
        new SipStackOptions
        {
            Host = "192.0.2.1", CallsMax = CallsMax, ServerTransactionsMax = ServerTransactionsMax,
            ClientTransactionsMax = ClientTransactionsMax,
        },
        new SeededIdSource(seed + 1));

    private Instant _now = Instant.FromMilliseconds(1000);

    public SipStack Stack => _stack;

    public long CallsMade { get; private set; }

    public long ReferralsSeen { get; private set; }

    /// <summary>What the corpus is given to damage: the last messages that peers sent.</summary>
    public List<byte[]> Recent { get; } = [];

    public void Step(int i, ReadOnlySpan<byte> damaged)
    {
        if (Below(3) == 0 && _peerSays.TryDequeue(out var whole)) _stack.HandleMessage(whole, Flow(), _now);
        else _stack.HandleMessage(damaged, Flow(), _now);

        Drain();
        if (i % 16 == 0) Pass(TimeSpan.FromMilliseconds(Below(2000)));
        if (i % 20 == 0) Call();
        if (i % 8 == 0) Act();
        if (i % 1000 == 0) CloseConnection();
        Drain();
        AssertBounds();
    }

    /// <summary>Hangs up everything and lets time pass until nothing is left to wait for.</summary>
    public void WindDown()
    {
        foreach (var call in _calls.ToList()) call.Hangup(_now);
        Drain();
        _peerSays.Clear();
        for (var steps = 0; steps < 200_000 && _stack.NextDeadline != Instant.Never; steps++)
        {
            _now = _stack.NextDeadline > _now ? _stack.NextDeadline : _now;
            _stack.HandleTimeout(_now);
            Drain();
            foreach (var call in _calls.ToList()) call.Hangup(_now);
        }
    }

    private int Below(int limit) => (int)(_bits.NextBits() % (ulong)limit);

    private SipFlow Flow()
    {
        var peer = new IPEndPoint(new IPAddress([192, 0, 2, (byte)(9 + Below(6))]), 5062);
        return Below(4) == 0 ? new SipFlow(SipTransport.Tcp, peer, 1 + Below(5)) : new SipFlow(SipTransport.Udp, peer);
    }

    private void Pass(TimeSpan span)
    {
        _now += span;
        _stack.HandleTimeout(_now);
    }

    private void Call()
    {
        if (_calls.Count >= CallsMax / 2) return;
        var body = Below(3) == 0 ? ReadOnlyMemory<byte>.Empty : Sdp;
        var call = _stack.Invite(
            new SipInviteOptions { Target = SipUri.Parse("sip:bob@192.0.2.9:5062"), Body = body }, _now);
        _calls.Add(call);
        CallsMade++;
    }

    private void CloseConnection()
    {
        var flow = new SipFlow(SipTransport.Tcp, new IPEndPoint(new IPAddress([192, 0, 2, 9]), 5062), 1 + Below(5));
        if (Below(2) == 0) _stack.HandleConnectionClosed(flow, _now);
        else _stack.HandleTransportError(flow, _now);
    }

    // Also on calls that are over: every method must then refuse and do nothing.
    private void Act()
    {
        var all = Below(8) == 0 ? _over : _calls;
        if (all.Count == 0) return;
        var call = all.ElementAt(Below(all.Count));
        switch (Below(13))
        {
            case 0: call.Hangup(_now); break;
            case 1: call.Reinvite(Sdp, _now); break;
            case 2: call.Reinvite(default, _now); break;
            case 3: call.Update(Sdp, _now); break;
            case 4: call.Cancel(_now); break;
            case 5: call.SendInfo("Signal=1\r\n"u8.ToArray(), "application/dtmf-relay", _now); break;
            case 6: call.Accept(_now, Sdp); break;
            case 7: call.ProvisionalResponse(183, _now, Sdp, reliable: true); break;
            case 8: call.AcceptReoffer(Sdp, _now); break;
            case 9: call.AskToTalk(_now); break;
            case 10 or 11 when _referrals.TryDequeue(out var referral): Inform(referral); break;
            default: call.SendRequest(SipMethods.Refer, _now); break;
        }
    }

    private void Inform(SipReferral referral)
    {
        int[] codes = [100, 180, 200, 486, 0, 999];
        referral.Call.NotifyRefer(referral, codes[Below(codes.Length)], _now);
        if (referral.State is not SipReferralState.Over) _referrals.Enqueue(referral);
    }

    private void Refer(SipReferral referral)
    {
        if (Below(5) == 0) referral.Call.RejectRefer(referral, 603, _now);
        else if (Below(5) > 0) referral.Call.AcceptRefer(referral, _now);
        if (_referrals.Count < CallsMax) _referrals.Enqueue(referral);
        ReferralsSeen++;
    }

    private void Drain()
    {
        while (_stack.TryPoll(out var output))
        {
            if (output.Event is { } happened) Own(happened);
            else Sent(output.Bytes);
        }
    }

    private void Own(SipEvent happened)
    {
        switch (happened)
        {
            case SipEvent.IncomingCall e: Incoming(e.Call); break;
            case SipEvent.Failed e: Over(e.Call, again: e.Code is 401 && Retry(e.Call)); break;
            case SipEvent.Ended e: Over(e.Call, again: false); break;
            case SipEvent.Provisional { NeedsAnswer: true } e: e.Call.Prack(Sdp, _now); break;
            case SipEvent.Answered { NeedsAnswer: true } e: e.Call.Ack(Sdp, _now); break;
            case SipEvent.ReofferAnswered { NeedsAnswer: true } e: e.Call.Ack(Sdp, _now); break;
            case SipEvent.Reoffered e when Below(4) == 0: e.Call.RejectReoffer(488, _now); break;
            case SipEvent.Reoffered e when Below(4) > 0: e.Call.AcceptReoffer(Sdp, _now); break;
            case SipEvent.Referred e: Refer(e.Referral); break;
            case SipEvent.PrackReceived e: e.Request.Respond(200, _now, body: Sdp); break;
            case SipEvent.RequestReceived e when Below(8) > 0: e.Request.Respond(Below(2) == 0 ? 200 : 405, _now);
                break;
            default: break;
        }
    }

    private void Incoming(SipCall call)
    {
        _calls.Add(call);
        CallsMade++;
        switch (Below(6))
        {
            case 0: call.Reject(404, _now); break;
            case 1: call.Accept(_now, Sdp); break;
            case 2: call.ProvisionalResponse(180, _now, reliable: true); break;
            case 3: call.Redirect([], _now); break;
            case 4: call.Hangup(_now); break;
            default: break;
        }
    }

    private bool Retry(SipCall call)
        => call.InviteRequest is { } invite
            && _stack.RetryWithHeader(invite, "Authorization", "Digest x=1", _now) is not null;

    private void Over(SipCall call, bool again)
    {
        ParserFuzz.Holds(!_over.Contains(call), "a call ends once");
        if (again) return;
        _calls.Remove(call);
        _over.Add(call);
        if (_over.Count > 500) _over.Remove(_over.First());
    }

    // "We send only what we would accept", whatever was received before.
    private void Sent(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length <= 4) return;
        var good = SipParser.TryParse(bytes.Span, out var message, out var error);
        ParserFuzz.Holds(good || message is SipResponse { StatusCode: >= 400 },
            $"what is sent is well-formed: {error}\n{System.Text.Encoding.Latin1.GetString(bytes.Span)}");
        if (message is SipRequest { IsAck: false } request) Say(Answer(request));
        else if (message is SipResponse { IsSuccess: true, CSeq.Method: SipMethods.Invite } response) Confirm(response);
    }

    private SipResponse Answer(SipRequest request)
    {
        int[] codes = [100, 180, 183, 200, 200, 200, 302, 401, 404, 408, 481, 486, 487, 491, 503];
        var response = SipResponse.For(request, codes[Below(codes.Length)], null, "peer");
        response.Headers.Add(SipHeaderId.Contact, "<sip:bob@192.0.2.9:5062>");
        response.Headers.Add(SipHeaderId.Allow, "INVITE, ACK, BYE, UPDATE, PRACK");
        if (Below(3) == 0)
        {
            response.Headers.Add(SipHeaderId.Require, "100rel");
            response.Headers.Add(SipHeaderId.RSeq, $"{1 + Below(5)}");
        }

        if (Below(2) == 0) SetSdp(response);
        return response;
    }

    private void Confirm(SipResponse response)
    {
        string[] methods = ["ACK", "ACK", "BYE", "INVITE", "UPDATE", "INFO", "REFER", "OPTIONS"];
        for (var count = 1 + Below(3); count > 0; count--)
        {
            var method = methods[Below(methods.Length)];
            var request = new SipRequest(method, SipUri.Parse("sip:acd@192.0.2.1"));
            request.Headers.Add(SipHeaderId.Via, $"SIP/2.0/UDP 192.0.2.9:5062;branch=z9hG4bK{_bits.NextBits():x}");
            request.Headers.Add(SipHeaderId.From, response.From.ToString());
            request.Headers.Add(SipHeaderId.To, response.To.ToString());
            request.Headers.Add(SipHeaderId.CallId, response.CallId);
            var number = response.CSeq.Number + (method == "ACK" ? 0u : (uint)Below(5));
            request.Headers.Add(SipHeaderId.CSeq, $"{number} {method}");
            request.Headers.Add(SipHeaderId.Contact, "<sip:bob@192.0.2.9:5062>");
            if (method == "REFER")
            {
                var replaces = $"?Replaces={response.CallId}%3Bto-tag%3D{response.ToTag}%3Bfrom-tag%3D{response.FromTag}";
                request.Headers.Add(SipHeaderId.ReferTo, $"<sip:x@y{(Below(2) == 0 ? "" : replaces)}>");
            }

            if (Below(2) == 0) SetSdp(request);
            Say(request);
        }
    }

    private static void SetSdp(SipMessage message)
    {
        message.Body = Sdp;
        message.Headers.Set(SipHeaderId.ContentType, "application/sdp");
    }

    private void Say(SipMessage message)
    {
        var bytes = SipWriter.ToArray(message);
        if (_peerSays.Count < PeerMessagesMax) _peerSays.Enqueue(bytes);
        if (Recent.Count < PeerMessagesMax) Recent.Add(bytes);
        else Recent[Below(PeerMessagesMax)] = bytes;
    }

    private void AssertBounds()
    {
        ParserFuzz.Holds(_stack.CallCount <= CallsMax + (CallsMax / 2), $"{_stack.CallCount} calls");
        ParserFuzz.Holds(_stack.ServerTransactionCount <= ServerTransactionsMax,
            $"{_stack.ServerTransactionCount} server transactions");
        ParserFuzz.Holds(_stack.ClientTransactionCount <= ClientTransactionsMax,
            $"{_stack.ClientTransactionCount} client transactions");
        ParserFuzz.Holds(_stack.MalformedPeers.Count <= MalformedPeers.PeersMax, "peers that send damage are bounded");
    }
}
