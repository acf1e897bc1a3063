using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Stack;
using Xunit;

namespace OrleansAcd.Tests.Unit.Sip;

/// <summary>RFC 3261 §9, §13 and §15: calls, cancelling and ending them.</summary>
public sealed class CallRules
{
    private static readonly byte[] Sdp = "v=0"u8.ToArray();

    [Fact]
    public void AnIncomingCallIsAnswered100AtOnceAndOffered()
    {
        var lone = new Lone();
        var call = lone.Incoming();
        Assert.Equal([100], lone.Codes);
        Assert.Equal("", lone.LastResponse.ToTag);
        Assert.Equal(SipCallState.Incoming, call.State);
    }

    [Fact]
    public void The2xxIsRepeatedUntilTheAckThenTheCallIsUp()
    {
        var lone = new Lone();
        var call = lone.Incoming();
        lone.Do(now => call.Accept(now, Sdp)).RunTo(3);
        Assert.Equal([0, 0.5, 1.5], lone.Sent.Where(s => s.Message is SipResponse { StatusCode: 200 }).Select(s =>
            s.At));

        lone.Receive(Sample.Request(SipMethods.Ack, "z9hG4bKx", toTag: call.LocalTag)).RunTo(60);
        Assert.Equal(4, lone.Codes.Count());
        Assert.Equal(SipCallState.Confirmed, call.State);
        Assert.Equal(1, lone.Count<SipEvent.AckReceived>());
    }

    [Fact]
    public void WithoutAnAckTheCallIsEndedWithByeAfter64T1()
    {
        var lone = new Lone();
        var call = lone.Incoming();
        lone.Do(now => call.Accept(now, Sdp)).RunTo(31.9);
        Assert.Equal(0, lone.Requests(SipMethods.Bye));
        lone.RunTo(32.1);
        Assert.Equal(1, lone.Requests(SipMethods.Bye));
        Assert.Equal(SipEndReason.NoAck, lone.Only<SipEvent.Ended>().Reason);
    }

    [Fact]
    public void AByeWaitsForTheAckOfOur2xx()
    {
        var lone = new Lone();
        var call = lone.Incoming();
        lone.Do(now => call.Accept(now, Sdp)).Do(now => call.Hangup(now, "SIP;cause=200"));
        Assert.Equal(0, lone.Requests(SipMethods.Bye));
        lone.Receive(Sample.Request(SipMethods.Ack, "z9hG4bKx", toTag: call.LocalTag));
        Assert.Equal("SIP;cause=200", lone.LastRequest.Headers.Get(SipHeaderId.Reason));
        Assert.Equal(SipEndReason.Local, lone.Only<SipEvent.Ended>().Reason);
    }

    [Fact]
    public void ACancelEndsAnInviteWith487()
    {
        var lone = new Lone();
        lone.Incoming();
        lone.Receive(Sample.Request(SipMethods.Cancel,
            extra: "Reason: SIP;cause=200;text=\"Call completed elsewhere\"\r\n"));
        Assert.Equal([100, 200, 487], lone.Codes);
        Assert.Equal(SipEndReason.RemoteCancel, lone.Only<SipEvent.Ended>().Reason);
        Assert.StartsWith("SIP;cause=200", lone.Only<SipEvent.Ended>().ReasonHeader);
    }

    [Fact]
    public void ACancelAfterThe2xxChangesNothing()
    {
        var lone = new Lone();
        var call = lone.Incoming();
        lone.Do(now => call.Accept(now, Sdp)).Receive(Sample.Request(SipMethods.Cancel));
        Assert.Equal([100, 200, 200], lone.Codes);
        Assert.Equal(SipCallState.Accepted, call.State);
    }

    [Fact]
    public void ACancelOfNothingGets481() =>
        Assert.Equal([481], new Lone().Receive(Sample.Request(SipMethods.Cancel)).Codes);

    [Fact]
    public void OurCancelWaitsForAProvisionalResponse()
    {
        var lone = new Lone();
        var call = lone.Outgoing();
        lone.Do(now => call.Cancel(now));
        Assert.Equal(0, lone.Requests(SipMethods.Cancel));

        var invite = lone.LastRequest;
        lone.Reply(invite, 180);
        var cancel = lone.LastRequest;
        Assert.Equal(SipMethods.Cancel, cancel.Method);
        Assert.Equal(invite.TopVia.Branch, cancel.TopVia.Branch);
        Assert.Equal(invite.CSeq.Number, cancel.CSeq.Number);

        lone.Reply(cancel, 200).Reply(invite, 487);
        Assert.Equal(487, lone.Only<SipEvent.Failed>().Code);
        Assert.Equal(1, lone.Requests(SipMethods.Ack));
    }

    [Fact]
    public void A2xxThatCrossesOurCancelIsAcknowledgedAndEnded()
    {
        var lone = new Lone();
        var call = lone.Outgoing();
        var invite = lone.LastRequest;
        lone.Reply(invite, 180).Do(now => call.Hangup(now)).Reply(invite, 200, body: "v=0");
        Assert.Equal(1, lone.Requests(SipMethods.Ack));
        Assert.Equal(1, lone.Requests(SipMethods.Bye));
        Assert.Equal(SipEndReason.Local, lone.Only<SipEvent.Ended>().Reason);
        Assert.Equal(0, lone.Count<SipEvent.Answered>());
    }

    [Fact]
    public void ACancelledInviteWithoutFinalResponseIsGivenUpAfter64T1()
    {
        var lone = new Lone();
        var call = lone.Outgoing();
        lone.Reply(lone.LastRequest, 180).Do(now => call.Cancel(now)).RunTo(33);
        Assert.Equal(487, lone.Only<SipEvent.Failed>().Code);
        Assert.Equal(0, lone.Stack.ClientTransactionCount);
    }

    [Fact]
    public void ARepeated2xxIsAcknowledgedAgain()
    {
        var lone = new Lone();
        lone.Outgoing();
        var invite = lone.LastRequest;
        lone.Reply(invite, 200, body: "v=0").Reply(invite, 200, body: "v=0");
        Assert.Equal(2, lone.Requests(SipMethods.Ack));
        Assert.Equal(1, lone.Count<SipEvent.Answered>());
        Assert.Equal(0, lone.Requests(SipMethods.Bye));
    }

    [Fact]
    public void A2xxOfAnotherBranchIsAcknowledgedAndEnded()
    {
        var lone = new Lone();
        var call = lone.Outgoing();
        var invite = lone.LastRequest;
        lone.Reply(invite, 180, "one").Reply(invite, 180, "two").Reply(invite, 200, "one").Reply(invite, 200, "two");
        Assert.Equal("one", call.Dialog!.RemoteTag);
        var bye = lone.Sent.Select(s => s.Message).OfType<SipRequest>().Single(r => r.Method == SipMethods.Bye);
        Assert.Equal("two", bye.ToTag);
        Assert.Equal(2, lone.Requests(SipMethods.Ack));
        Assert.Equal(SipCallState.Confirmed, call.State);
    }

    [Fact]
    public void ALateOfferIsAnsweredInTheAck()
    {
        var lone = new Lone();
        var call = lone.Outgoing(body: "");
        lone.Reply(lone.LastRequest, 200, body: "offer");
        Assert.True(lone.Only<SipEvent.Answered>().NeedsAnswer);
        Assert.Equal(0, lone.Requests(SipMethods.Ack));

        lone.Do(now => call.Ack("answer"u8.ToArray(), now));
        Assert.Equal("answer"u8.ToArray(), lone.LastRequest.Body.ToArray());
    }

    [Fact]
    public void TheAckOfALateOfferCallBringsTheAnswer()
    {
        var lone = new Lone();
        var call = lone.Incoming(body: "");
        lone.Do(now => call.Accept(now, Sdp)).Receive(
            Sample.Request(SipMethods.Ack, "z9hG4bKx", "Content-Type: application/sdp\r\n", "answer",
                toTag: call.LocalTag));
        Assert.Equal("answer"u8.ToArray(), lone.Only<SipEvent.AckReceived>().Ack.Body.ToArray());
    }

    [Fact]
    public void NoResponseAtAllFailsTheCallWith408()
    {
        var lone = new Lone();
        lone.Outgoing();
        lone.RunTo(33);
        Assert.Equal(408, lone.Only<SipEvent.Failed>().Code);
        Assert.Equal(0, lone.Stack.CallCount);
    }

    [Fact]
    public void APeersByeIsAnsweredAndEndsTheCall()
    {
        var lone = new Lone();
        var call = lone.Up();
        lone.Receive(lone.InDialog(call, SipMethods.Bye, 2, "Reason: Q.850;cause=16\r\n"));
        Assert.Equal(200, lone.LastResponse.StatusCode);
        Assert.Equal("Q.850;cause=16", lone.Only<SipEvent.Ended>().ReasonHeader);
        Assert.Equal(0, lone.Stack.CallCount);
        lone.RunTo(40);
        Assert.Equal(0, lone.Stack.ServerTransactionCount);
    }

    [Fact]
    public void AByeThatCrossesOursIsAnswered200()
    {
        var lone = new Lone();
        var call = lone.Up();
        lone.Do(now => call.Hangup(now)).Receive(lone.InDialog(call, SipMethods.Bye, 2));
        Assert.Equal(200, lone.LastResponse.StatusCode);
        Assert.Equal(1, lone.Count<SipEvent.Ended>());
        lone.Reply(lone.LastRequest, 200);
        Assert.Equal(0, lone.Stack.CallCount);
    }

    [Theory]
    [InlineData(SipMethods.Bye)]
    [InlineData(SipMethods.Invite)]
    [InlineData(SipMethods.Info)]
    public void ARequestForAnUnknownDialogGets481(string method) =>
        Assert.Equal([481], new Lone().Receive(Sample.Request(method, toTag: "nobody")).Codes);

    [Fact]
    public void ALowerCSeqGets500()
    {
        var lone = new Lone();
        var call = lone.Up();
        lone.Receive(lone.InDialog(call, SipMethods.Info, 5)).Receive(lone.InDialog(call, SipMethods.Info, 4));
        Assert.Equal(500, lone.LastResponse.StatusCode);
        Assert.Equal(1, lone.Count<SipEvent.RequestReceived>());
    }

    [Fact]
    public void HangupOfACallThatRingsRejectsIt()
    {
        var lone = new Lone();
        var call = lone.Incoming();
        lone.Do(now => call.Hangup(now));
        Assert.Equal(480, lone.LastResponse.StatusCode);
        Assert.False(call.Accept(lone.Now, Sdp));
    }

    [Fact]
    public void ARedirectionNamesItsContacts()
    {
        var lone = new Lone();
        var call = lone.Incoming();
        lone.Do(now => call.Redirect([NameAddr.Create(null, SipUri.Parse("sip:x@y"))], now));
        Assert.Equal(302, lone.LastResponse.StatusCode);
        Assert.Equal("sip:x@y", lone.LastResponse.Contacts[0].Uri.ToString());
    }

    [Fact]
    public void InfoAndItsKindGoToTheOwnerWithAHandle()
    {
        var lone = new Lone();
        var call = lone.Up();
        lone.Receive(lone.InDialog(call, SipMethods.Info, 2, "Content-Type: application/dtmf-relay\r\n", "Signal=5"));
        var request = lone.Only<SipEvent.RequestReceived>().Request;
        Assert.Same(call, request.Call);
        lone.Do(now => request.Respond(200, now));
        Assert.Equal(200, lone.LastResponse.StatusCode);
        Assert.False(request.Respond(500, lone.Now));
    }

    [Fact]
    public void A481ToARequestOfOursEndsTheCall()
    {
        var lone = new Lone();
        var call = lone.Up();
        lone.Do(now => call.SendInfo("x"u8.ToArray(), "text/plain", now)).Reply(lone.LastRequest, 481);
        Assert.Equal(SipEndReason.PeerGone, lone.Only<SipEvent.Ended>().Reason);
    }
}
