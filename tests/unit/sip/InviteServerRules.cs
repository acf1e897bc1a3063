using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Transactions;
using Xunit;
using static OrleansAcd.Sip.Transactions.TransactionOutputKind;

namespace OrleansAcd.Tests.Unit.Sip;

/// <summary>RFC 3261 §17.2.1 with RFC 6026: the INVITE server transaction; §17.2.3: matching.</summary>
public sealed class InviteServerRules
{
    private static readonly SipRequest Invite = Sample.Request(SipMethods.Invite);
    private static readonly SipRequest Ack = Sample.Request(SipMethods.Ack, toTag: "b");
    private static readonly byte[] Bytes = [1];

    [Fact]
    public void ARejectionIsRetransmittedDoublingUpToT2UntilTimerH()
    {
        var server = Start();
        var trace = new Trace(server).Do(now => server.Respond(486, Bytes, now)).RunUntilIdle();
        Assert.Equal([0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5], trace.SentAtSeconds);
        Assert.Equal(32, trace.At(TimedOut));
    }

    [Theory]
    [InlineData(false, 6)]
    [InlineData(true, 1)]
    public void TheAckStopsRetransmissionAndTimerIFollows(bool reliable, double terminatedAt)
    {
        var server = Start(reliable);
        var trace = new Trace(server).Do(now => server.Respond(486, Bytes, now)).RunTo(1);
        trace.Do(now => server.Handle(Ack, now)).RunUntilIdle();
        Assert.Equal(terminatedAt, trace.At(Terminated));
        Assert.Null(trace.At(TimedOut));
    }

    [Fact]
    public void ARetransmittedInviteGetsTheLastProvisionalAgain()
    {
        var server = Start();
        var trace = new Trace(server).Do(now => server.Handle(Invite, now));
        Assert.Empty(trace.SentAtSeconds);
        trace.Do(now => server.Respond(180, Bytes, now)).RunTo(2).Do(now => server.Handle(Invite, now));
        Assert.Equal([0, 2], trace.SentAtSeconds);
    }

    [Fact]
    public void AcceptedAbsorbsInvitesAndDeliversAcksUntilTimerL()
    {
        var server = Start();
        var trace = new Trace(server).Do(now => server.Respond(200, Bytes, now)).Do(now => server.Handle(Invite, now));
        trace.Do(now => server.Handle(Ack, now)).Do(now => server.Respond(200, Bytes, now)).RunUntilIdle();
        Assert.Equal(2, trace.Count(Send));
        Assert.Equal(1, trace.Count(Deliver));
        Assert.Equal(32, trace.At(Terminated));
    }

    [Theory]
    [InlineData(InviteServerState.Proceeding, "180", InviteServerState.Proceeding)]
    [InlineData(InviteServerState.Proceeding, "200", InviteServerState.Accepted)]
    [InlineData(InviteServerState.Proceeding, "486", InviteServerState.Completed)]
    [InlineData(InviteServerState.Proceeding, "INVITE", InviteServerState.Proceeding)]
    [InlineData(InviteServerState.Proceeding, "ACK", InviteServerState.Proceeding)]
    [InlineData(InviteServerState.Proceeding, "error", InviteServerState.Terminated)]
    [InlineData(InviteServerState.Completed, "180", InviteServerState.Completed)]
    [InlineData(InviteServerState.Completed, "200", InviteServerState.Completed)]
    [InlineData(InviteServerState.Completed, "486", InviteServerState.Completed)]
    [InlineData(InviteServerState.Completed, "INVITE", InviteServerState.Completed)]
    [InlineData(InviteServerState.Completed, "ACK", InviteServerState.Confirmed)]
    [InlineData(InviteServerState.Completed, "error", InviteServerState.Terminated)]
    [InlineData(InviteServerState.Confirmed, "180", InviteServerState.Confirmed)]
    [InlineData(InviteServerState.Confirmed, "200", InviteServerState.Confirmed)]
    [InlineData(InviteServerState.Confirmed, "486", InviteServerState.Confirmed)]
    [InlineData(InviteServerState.Confirmed, "INVITE", InviteServerState.Confirmed)]
    [InlineData(InviteServerState.Confirmed, "ACK", InviteServerState.Confirmed)]
    [InlineData(InviteServerState.Confirmed, "error", InviteServerState.Terminated)]
    [InlineData(InviteServerState.Accepted, "180", InviteServerState.Accepted)]
    [InlineData(InviteServerState.Accepted, "200", InviteServerState.Accepted)]
    [InlineData(InviteServerState.Accepted, "486", InviteServerState.Accepted)]
    [InlineData(InviteServerState.Accepted, "INVITE", InviteServerState.Accepted)]
    [InlineData(InviteServerState.Accepted, "ACK", InviteServerState.Accepted)]
    [InlineData(InviteServerState.Accepted, "error", InviteServerState.Terminated)]
    [InlineData(InviteServerState.Terminated, "180", InviteServerState.Terminated)]
    [InlineData(InviteServerState.Terminated, "200", InviteServerState.Terminated)]
    [InlineData(InviteServerState.Terminated, "486", InviteServerState.Terminated)]
    [InlineData(InviteServerState.Terminated, "INVITE", InviteServerState.Terminated)]
    [InlineData(InviteServerState.Terminated, "ACK", InviteServerState.Terminated)]
    [InlineData(InviteServerState.Terminated, "error", InviteServerState.Terminated)]
    public void EveryCellOfFigure7IsDecided(InviteServerState from, string what, InviteServerState to)
    {
        var server = Start();
        var trace = new Trace(server);
        if (from is InviteServerState.Accepted) trace.Do(now => server.Respond(200, Bytes, now));
        if (from is InviteServerState.Completed or InviteServerState.Confirmed)
        {
            trace.Do(now => server.Respond(486, Bytes, now));
        }

        if (from is InviteServerState.Confirmed) trace.Do(now => server.Handle(Ack, now));
        if (from is InviteServerState.Terminated) trace.Do(_ => server.HandleTransportError());
        trace.Do(now => Act(server, what, now));
        Assert.Equal(to, server.State);
    }

    [Fact]
    public void AckAndCancelMatchTheirInviteByBranchAndSentBy()
    {
        var key = ServerTransactionKey.Of(Invite);
        Assert.Equal(key, ServerTransactionKey.Of(Ack));
        Assert.Equal(key, ServerTransactionKey.Of(Sample.Request(SipMethods.Cancel), SipMethods.Invite));
        Assert.NotEqual(key, ServerTransactionKey.Of(Sample.Request(SipMethods.Invite, "z9hG4bK2")));
        Assert.NotEqual(key, ServerTransactionKey.Of(
            Sample.Request(SipMethods.Invite, via: "SIP/2.0/UDP 192.0.2.1:5061")));
    }

    [Fact]
    public void Rfc2543RequestsMatchWithoutAMagicCookie()
    {
        var invite = ServerTransactionKey.Of(Sample.Request(SipMethods.Invite, "old"));
        Assert.Equal(invite, ServerTransactionKey.Of(Sample.Request(SipMethods.Ack, "old", toTag: "b")));
        Assert.NotEqual(invite, ServerTransactionKey.Of(Sample.Request(SipMethods.Invite, "old", callId: "c2")));
        Assert.NotEqual(invite, ServerTransactionKey.Of(Sample.Request(SipMethods.Invite, "old", cseq: 2)));
    }

    private static void Act(InviteServerTransaction server, string what, Instant now)
    {
        if (what == "error") server.HandleTransportError();
        else if (what == "ACK") server.Handle(Ack, now);
        else if (what == "INVITE") server.Handle(Invite, now);
        else server.Respond(int.Parse(what, null), Bytes, now);
    }

    private static InviteServerTransaction Start(bool reliable = false) => new(SipTimers.Default, reliable);
}
