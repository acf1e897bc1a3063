using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Transactions;
using Xunit;
using static OrleansAcd.Sip.Transactions.TransactionOutputKind;

namespace OrleansAcd.Tests.Unit.Sip;

/// <summary>RFC 3261 §17.1.1 with RFC 6026: the INVITE client transaction.</summary>
public sealed class InviteClientRules
{
    private static readonly SipRequest Invite = Sample.Request(SipMethods.Invite);

    [Fact]
    public void RetransmitsAtDoublingIntervalsThenTimesOutAt64T1()
    {
        var trace = new Trace(Start()).RunUntilIdle();
        Assert.Equal([0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5], trace.SentAtSeconds);
        Assert.Equal(32, trace.At(TimedOut));
        Assert.Equal(32, trace.At(Terminated));
    }

    [Fact]
    public void NeverRetransmitsOnReliableTransports()
    {
        var trace = new Trace(Start(reliable: true)).RunUntilIdle();
        Assert.Equal([0], trace.SentAtSeconds);
        Assert.Equal(32, trace.At(TimedOut));
    }

    [Fact]
    public void AProvisionalStopsRetransmissionAndWaitsWithoutLimit()
    {
        var transaction = Start();
        var trace = new Trace(transaction).RunTo(1).Do(now => transaction.Handle(Response(180), now)).RunUntilIdle();
        Assert.Equal([0, 0.5], trace.SentAtSeconds);
        Assert.Null(trace.At(TimedOut));
        Assert.Equal(InviteClientState.Proceeding, transaction.State);
    }

    [Theory]
    [InlineData(false, 33)]
    [InlineData(true, 1)]
    public void ARejectionIsAcknowledgedAndTimerDFollows(bool reliable, double terminatedAt)
    {
        var transaction = Start(reliable);
        var trace = new Trace(transaction).RunTo(1).Do(now => transaction.Handle(Response(486), now)).RunUntilIdle();
        Assert.Equal(1, trace.SentAtSeconds[^1]);
        Assert.Equal(terminatedAt, trace.At(Terminated));
        Assert.Equal(1, trace.Count(Deliver));
    }

    [Fact]
    public void ARepeatedRejectionIsAcknowledgedAgainAndNotDelivered()
    {
        var transaction = Start();
        var trace = new Trace(transaction).Do(now => transaction.Handle(Response(486), now));
        trace.RunTo(2).Do(now => transaction.Handle(Response(486), now));
        Assert.Equal([0, 0, 2], trace.SentAtSeconds);
        Assert.Equal(1, trace.Count(Deliver));
    }

    [Fact]
    public void EverySuccessIsDeliveredFor64T1()
    {
        var transaction = Start();
        var trace = new Trace(transaction).Do(now => transaction.Handle(Response(200), now));
        trace.RunTo(5).Do(now => transaction.Handle(Response(200), now)).RunUntilIdle();
        Assert.Equal(2, trace.Count(Deliver));
        Assert.Equal(32, trace.At(Terminated));
        Assert.Equal([0], trace.SentAtSeconds);
    }

    [Fact]
    public void TheAckOfARejectionHasTheInvitesViaAndTheResponsesTo()
    {
        var invite = Sample.Request(SipMethods.Invite, extra: "Route: <sip:p1;lr>, <sip:p2;lr>\r\n");
        var ack = AckRequest.ForRejection(invite, Sample.Response(invite, 404, "zz"));
        Assert.Equal("1 ACK", ack.Headers.Get(SipHeaderId.CSeq));
        Assert.Equal("zz", ack.ToTag);
        Assert.Equal(invite.TopVia.Branch, ack.TopVia.Branch);
        Assert.Equal(["<sip:p1;lr>", "<sip:p2;lr>"], ack.Headers.All(SipHeaderId.Route));
        Assert.Equal(invite.RequestUri, ack.RequestUri);
    }

    /// <summary>Every state, every event: the state that follows.</summary>
    [Theory]
    [InlineData(InviteClientState.Calling, 180, InviteClientState.Proceeding)]
    [InlineData(InviteClientState.Calling, 200, InviteClientState.Accepted)]
    [InlineData(InviteClientState.Calling, 486, InviteClientState.Completed)]
    [InlineData(InviteClientState.Calling, 0, InviteClientState.Terminated)]
    [InlineData(InviteClientState.Proceeding, 180, InviteClientState.Proceeding)]
    [InlineData(InviteClientState.Proceeding, 200, InviteClientState.Accepted)]
    [InlineData(InviteClientState.Proceeding, 486, InviteClientState.Completed)]
    [InlineData(InviteClientState.Proceeding, 0, InviteClientState.Terminated)]
    [InlineData(InviteClientState.Completed, 180, InviteClientState.Completed)]
    [InlineData(InviteClientState.Completed, 200, InviteClientState.Completed)]
    [InlineData(InviteClientState.Completed, 486, InviteClientState.Completed)]
    [InlineData(InviteClientState.Completed, 0, InviteClientState.Terminated)]
    [InlineData(InviteClientState.Accepted, 180, InviteClientState.Accepted)]
    [InlineData(InviteClientState.Accepted, 200, InviteClientState.Accepted)]
    [InlineData(InviteClientState.Accepted, 486, InviteClientState.Accepted)]
    [InlineData(InviteClientState.Accepted, 0, InviteClientState.Terminated)]
    [InlineData(InviteClientState.Terminated, 180, InviteClientState.Terminated)]
    [InlineData(InviteClientState.Terminated, 200, InviteClientState.Terminated)]
    [InlineData(InviteClientState.Terminated, 486, InviteClientState.Terminated)]
    [InlineData(InviteClientState.Terminated, 0, InviteClientState.Terminated)]
    public void EveryCellOfFigure5IsDecided(InviteClientState from, int code, InviteClientState to)
    {
        var transaction = Start();
        var trace = new Trace(transaction).Drain();
        if (from is InviteClientState.Terminated) transaction.HandleTransportError();
        else if (from is not InviteClientState.Calling) transaction.Handle(Response(CodeFor(from)), trace.Now);

        trace.Do(now =>
        {
            if (code == 0) transaction.HandleTransportError();
            else transaction.Handle(Response(code), now);
        });
        Assert.Equal(to, transaction.State);
        Assert.Equal(to is InviteClientState.Terminated ? 1 : 0, trace.Count(Terminated));
    }

    private static int CodeFor(InviteClientState state) => state switch
    {
        InviteClientState.Proceeding => 183,
        InviteClientState.Accepted => 200,
        _ => 600,
    };

    private static SipResponse Response(int code) => Sample.Response(Invite, code);

    private static InviteClientTransaction Start(bool reliable = false) =>
        new(Invite, SipWriter.ToArray(Invite), SipTimers.Default, reliable, Instant.Zero);
}
