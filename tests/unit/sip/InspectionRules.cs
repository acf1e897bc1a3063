using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Stack;
using Xunit;

namespace OrleansAcd.Tests.Unit.Sip;

/// <summary>RFC 3261 §8.2: what a request is refused for, and what goes to the owner.</summary>
public sealed class InspectionRules
{
    [Theory]
    [InlineData("UNKNOWN", "", "sip:bob@192.0.2.2", 501)]
    [InlineData("SUBSCRIBE", "", "sip:bob@192.0.2.2", 405)]
    [InlineData("MESSAGE", "", "soap.beep://192.0.2.3", 416)]
    [InlineData("INVITE", "Require: foo, 100rel\r\n", "sip:bob@192.0.2.2", 420)]
    [InlineData("INVITE", "Content-Type: text/odd\r\n", "sip:bob@192.0.2.2", 415)]
    [InlineData("INVITE", "Content-Type: application/sdp\r\nContent-Encoding: gzip\r\n", "sip:bob@192.0.2.2", 415)]
    [InlineData("INVITE", "Accept: text/nobodyKnowsThis\r\n", "sip:bob@192.0.2.2", 406)]
    [InlineData("BYE", "", "sip:bob@192.0.2.2", 481)]
    [InlineData("OPTIONS", "", "sip:bob@192.0.2.2", 200)]
    public void ARequestIsRefusedForItsFirstFault(string method, string extra, string uri, int code)
    {
        var lone = new Lone();
        lone.Receive(Sample.Request(method, extra: extra, body: "x", uri: uri));
        Assert.Equal([code], lone.Codes);
        Assert.NotEqual("", lone.LastResponse.ToTag);
        Assert.Equal(0, lone.Stack.ServerTransactionCount);
    }

    [Fact]
    public void A420ListsWhatIsNotSupported()
    {
        var lone = new Lone();
        lone.Receive(Sample.Request(SipMethods.Invite, extra: "Require: foo, 100rel, bar\r\n"));
        Assert.Equal("foo, bar", lone.LastResponse.Headers.Get(SipHeaderId.Unsupported));
    }

    /// <summary>RFC 7866 section 9.2: a recorder's requests require siprec, as our INVITE did; elsewhere it is
    /// unknown.</summary>
    [Theory]
    [InlineData("siprec", 200)]
    [InlineData("foo", 420)]
    public void WhatOurInviteRequiresIsSupportedWithinItsCall(string option, int code)
    {
        var lone = new Lone();
        SipCall? call = null;
        lone.Do(now => call = lone.Stack.Invite(new SipInviteOptions
        {
            Target = SipUri.Parse("sip:rec@192.0.2.1"), Body = "v=0"u8.ToArray(), ContactParameters = "+sip.src",
            Headers = [SipHeader.Of("Require", "siprec")],
        }, now));
        lone.Reply(lone.LastRequest, 200, body: "v=0");
        lone.Receive(Sample.Request(
            SipMethods.Update, "z9hG4bKup", $"Require: {option}\r\nContact: <sip:rec@192.0.2.1>\r\n",
            callId: lone.LastRequest.CallId, toTag: call!.LocalTag, fromTag: "peer"));
        if (code == 200) lone.Do(now => call!.AcceptReoffer(default, now, ""));

        Assert.Equal(code, lone.LastResponse.StatusCode);
        Assert.Equal(code == 420 ? "foo" : null, lone.LastResponse.Headers.Get(SipHeaderId.Unsupported));
        if (code == 200)
            Assert.EndsWith(">;+sip.src", lone.LastResponse.Headers.Get(SipHeaderId.Contact), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SipMethods.Invite, 483)]
    [InlineData(SipMethods.Options, 200)]
    public void NoMoreHopsAreLeft(string method, int code)
    {
        var request = Sample.Request(method);
        request.Headers.Set(SipHeaderId.MaxForwards, "0");
        Assert.Equal([code], new Lone().Receive(request).Codes);
    }

    [Fact]
    public void AMergedRequestGets482ButARetransmissionDoesNot()
    {
        var lone = new Lone();
        lone.Incoming();
        lone.Receive(Sample.Request(SipMethods.Invite));
        Assert.Equal([100, 100], lone.Codes);
        lone.Receive(Sample.Request(SipMethods.Invite, "z9hG4bKother"));
        Assert.Equal(482, lone.LastResponse.StatusCode);
        Assert.Equal(1, lone.Stack.Counters.LoopsRefused);
    }

    [Fact]
    public void ARefusalHasTheSameTagForARetransmission()
    {
        var lone = new Lone();
        lone.Receive(Sample.Request("UNKNOWN"));
        var tag = lone.LastResponse.ToTag;
        Assert.Equal(tag, ((SipResponse)lone.Receive(Sample.Request("UNKNOWN")).Sent[^1].Message).ToTag);
    }

    [Fact]
    public void UnderOverloadNewRequestsGet503AndCallsGoOn()
    {
        var lone = new Lone();
        var call = lone.Up();
        lone.Stack.Overloaded = true;
        lone.Receive(Sample.Request(SipMethods.Invite, "z9hG4bKnew", callId: "c2"));
        Assert.Equal(503, lone.LastResponse.StatusCode);
        Assert.Equal("5", lone.LastResponse.Headers.Get(SipHeaderId.RetryAfter));
        lone.Receive(lone.InDialog(call, SipMethods.Bye, 2));
        Assert.Equal(200, lone.LastResponse.StatusCode);
        Assert.Equal(1, lone.Stack.Counters.OverloadRefused);
    }

    [Fact]
    public void CallsBeyondTheLimitGet503()
    {
        var lone = new Lone(o => o with { CallsMax = 1 });
        lone.Incoming();
        lone.Receive(Sample.Request(SipMethods.Invite, "z9hG4bKnew", callId: "c2"));
        Assert.Equal(503, lone.LastResponse.StatusCode);
    }

    [Theory]
    [InlineData("CSeq: 1 BYE\r\n", "CSeq: 1 INVITE\r\n", 400)]
    [InlineData("SIP/2.0\r\n", "SIP/3.0\r\n", 505)]
    [InlineData("Content-Length: 0", "Content-Length: -1", 400)]
    [InlineData("Content-Length: 0", "Content-Length: 99", 400)]
    public void MalformedRequestsThatCanBeAnsweredAre(string good, string bad, int code)
    {
        var lone = new Lone();
        var text = System.Text.Encoding.UTF8.GetString(SipWriter.ToArray(Sample.Request(SipMethods.Bye)));
        lone.Receive(text.Replace(good, bad, StringComparison.Ordinal));
        Assert.Equal([code], lone.Codes);
        Assert.Equal(1, lone.Stack.Counters.BadRequestsAnswered);
        Assert.Equal(1, lone.Stack.MalformedPeers.CountOf(Lone.Peer.Address));
    }

    [Theory]
    [InlineData("hello")]
    [InlineData("BYE sip:x SIP/2.0\r\n\r\n")]
    [InlineData("SIP/2.0 99 x\r\n\r\n")]
    public void WhatCannotBeAnsweredIsDroppedAndCounted(string text)
    {
        var lone = new Lone().Receive(text);
        Assert.Empty(lone.Sent);
        Assert.Equal(1, lone.Stack.Counters.MalformedDropped);
    }

    [Fact]
    public void MalformedPeersAreCountedUpToALimit()
    {
        var lone = new Lone();
        for (var i = 0; i < MalformedPeers.PeersMax + 10; i++)
        {
            var peer = new System.Net.IPEndPoint(0x0A000000 + i, 5060);
            lone.Receive("x"u8.ToArray(), new SipFlow(SipTransport.Udp, peer));
        }

        Assert.Equal(MalformedPeers.PeersMax, lone.Stack.MalformedPeers.Count);
    }

    [Fact]
    public void ARegisterGoesToTheOwnerWhoAnswersIt()
    {
        var lone = new Lone();
        lone.Receive(Sample.Request(SipMethods.Register));
        var request = lone.Only<SipEvent.RequestReceived>().Request;
        Assert.Null(request.Call);
        lone.Do(now => request.Respond(401, now, null, [SipHeader.Of("WWW-Authenticate", "Digest realm=\"x\"")]));
        lone.Receive(Sample.Request(SipMethods.Register));
        Assert.Equal([401, 401], lone.Codes);
        lone.RunTo(40);
        Assert.Equal(0, lone.Stack.ServerTransactionCount);
    }

    [Theory]
    [InlineData(SipMethods.Register)]
    [InlineData(SipMethods.Options)]
    public void AChallengedRequestIsRepeatedWithCredentials(string method)
    {
        var lone = new Lone();
        var options = new SipInviteOptions { Target = SipUri.Parse("sip:192.0.2.1") };
        lone.Do(now => lone.Stack.Send(method, options, now)).Reply(lone.LastRequest, 401);
        var answered = lone.Only<SipEvent.RequestAnswered>();
        var first = answered.Request.Request;
        lone.Do(now => lone.Stack.RetryWithHeader(answered.Request, "Authorization", "Digest x", now));
        var again = lone.LastRequest;
        Assert.Equal(first.CSeq.Number + 1, again.CSeq.Number);
        Assert.Equal((first.CallId, first.FromTag), (again.CallId, again.FromTag));
        Assert.NotEqual(first.TopVia.Branch, again.TopVia.Branch);
        Assert.Equal("Digest x", again.Headers.Get("authorization"));
    }

    [Fact]
    public void AChallengedCallIsTriedAgainAndItsAckHasTheCredentials()
    {
        var lone = new Lone();
        var call = lone.Outgoing();
        lone.Reply(lone.LastRequest, 407);
        Assert.Equal(407, lone.Only<SipEvent.Failed>().Code);
        lone.Do(now => lone.Stack.RetryWithHeader(call.InviteRequest!, "Proxy-Authorization", "Digest y", now));
        Assert.Equal(2u, lone.LastRequest.CSeq.Number);
        lone.Reply(lone.LastRequest, 200, body: "v=0");
        Assert.Equal(SipMethods.Ack, lone.LastRequest.Method);
        Assert.Equal("Digest y", lone.LastRequest.Headers.Get(SipHeaderId.ProxyAuthorization));
        Assert.Equal(SipCallState.Confirmed, call.State);
    }

    [Fact]
    public void AChallengedByeIsTriedAgain()
    {
        var lone = new Lone();
        var call = lone.Up();
        lone.Do(now => call.Hangup(now)).Reply(lone.LastRequest, 401);
        var challenge = lone.Only<SipEvent.RequestAnswered>();
        lone.Do(now => lone.Stack.RetryWithHeader(challenge.Request, "Authorization", "Digest z", now));
        Assert.Equal(2, lone.Requests(SipMethods.Bye));
        lone.Reply(lone.LastRequest, 200).RunTo(40);
        Assert.Equal(0, lone.Stack.CallCount + lone.Stack.ClientTransactionCount + lone.Stack.ServerTransactionCount);
    }
}
