using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Transactions;
using Xunit;
using static OrleansAcd.Sip.Transactions.TransactionOutputKind;

namespace OrleansAcd.Tests.Unit.Sip;

/// <summary>RFC 3261 §17.1.2 and §17.2.2: non-INVITE transactions.</summary>
public sealed class NonInviteRules
{
    private static readonly SipRequest Bye = Sample.Request(SipMethods.Bye);
    private static readonly byte[] Bytes = SipWriter.ToArray(Bye);

    [Fact]
    public void ClientRetransmitsDoublingUpToT2ThenTimesOutAt64T1()
    {
        var trace = new Trace(Client()).RunUntilIdle();
        Assert.Equal([0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5], trace.SentAtSeconds);
        Assert.Equal(32, trace.At(TimedOut));
    }

    [Fact]
    public void ClientRetransmitsEveryT2InProceeding()
    {
        var client = Client();
        var trace = new Trace(client).Do(now => client.Handle(Sample.Response(Bye, 100), now)).RunUntilIdle();
        Assert.Equal([0, 0.5, 4.5, 8.5, 12.5, 16.5, 20.5, 24.5, 28.5], trace.SentAtSeconds);
        Assert.Equal(32, trace.At(TimedOut));
    }

    [Theory]
    [InlineData(false, 5)]
    [InlineData(true, 0)]
    public void ClientAbsorbsRetransmissionsDuringTimerK(bool reliable, double terminatedAt)
    {
        var client = Client(reliable);
        var trace = new Trace(client).Do(now => client.Handle(Sample.Response(Bye, 200), now));
        trace.Do(now => client.Handle(Sample.Response(Bye, 200), now)).RunUntilIdle();
        Assert.Equal(1, trace.Count(Deliver));
        Assert.Equal(terminatedAt, trace.At(Terminated));
        Assert.Null(trace.At(TimedOut));
    }

    [Theory]
    [InlineData(NonInviteState.Trying, 100, NonInviteState.Proceeding)]
    [InlineData(NonInviteState.Trying, 200, NonInviteState.Completed)]
    [InlineData(NonInviteState.Trying, 0, NonInviteState.Terminated)]
    [InlineData(NonInviteState.Proceeding, 100, NonInviteState.Proceeding)]
    [InlineData(NonInviteState.Proceeding, 500, NonInviteState.Completed)]
    [InlineData(NonInviteState.Proceeding, 0, NonInviteState.Terminated)]
    [InlineData(NonInviteState.Completed, 100, NonInviteState.Completed)]
    [InlineData(NonInviteState.Completed, 200, NonInviteState.Completed)]
    [InlineData(NonInviteState.Completed, 0, NonInviteState.Terminated)]
    [InlineData(NonInviteState.Terminated, 100, NonInviteState.Terminated)]
    [InlineData(NonInviteState.Terminated, 200, NonInviteState.Terminated)]
    [InlineData(NonInviteState.Terminated, 0, NonInviteState.Terminated)]
    public void EveryCellOfFigures6And8IsDecided(NonInviteState from, int code, NonInviteState to)
    {
        var client = Client();
        var server = new NonInviteServerTransaction(SipTimers.Default, false, Instant.Zero);
        Drive(from, c => client.Handle(Sample.Response(Bye, c), Instant.Zero), client);
        Drive(from, c => server.Respond(c, Bytes, Instant.Zero), server);
        new Trace(client).Do(now => Act(code, client, c => client.Handle(Sample.Response(Bye, c), now)));
        new Trace(server).Do(now => Act(code, server, c => server.Respond(c, Bytes, now)));
        Assert.Equal(to, client.State);
        Assert.Equal(to, server.State);
    }

    [Fact]
    public void ServerIgnoresRetransmissionsInTryingAndAnswersThemLater()
    {
        var server = new NonInviteServerTransaction(SipTimers.Default, false, Instant.Zero);
        var trace = new Trace(server).Do(_ => server.Handle(Bye));
        Assert.Empty(trace.SentAtSeconds);

        trace.Do(now => server.Respond(200, Bytes, now)).RunTo(3).Do(_ => server.Handle(Bye));
        Assert.Equal([0, 3], trace.SentAtSeconds);
        Assert.Equal(32, trace.RunUntilIdle().At(Terminated));
    }

    [Fact]
    public void ServerDiscardsAFinalResponseAfterAnother()
    {
        var server = new NonInviteServerTransaction(SipTimers.Default, false, Instant.Zero);
        Assert.True(server.Respond(200, Bytes, Instant.Zero));
        Assert.False(server.Respond(500, Bytes, Instant.Zero));
        Assert.Single(new Trace(server).Drain().SentAtSeconds);
    }

    [Fact]
    public void ServerOnReliableTransportEndsAtOnce()
    {
        var server = new NonInviteServerTransaction(SipTimers.Default, true, Instant.Zero);
        Assert.Equal(0, new Trace(server).Do(now => server.Respond(200, Bytes, now)).At(Terminated));
    }

    [Fact]
    public void ARequestThatIsNeverAnsweredIsForgottenAfter64T1()
    {
        var trace = new Trace(new NonInviteServerTransaction(SipTimers.Default, false, Instant.Zero)).RunUntilIdle();
        Assert.Equal(32, trace.At(TimedOut));
        Assert.Equal(32, trace.At(Terminated));
    }

    private static void Drive(NonInviteState state, Action<int> respond, SipTransaction transaction)
    {
        while (transaction.TryPoll(out _)) continue;
        if (state is NonInviteState.Proceeding) respond(100);
        else if (state is NonInviteState.Completed) respond(200);
        else if (state is NonInviteState.Terminated) transaction.HandleTransportError();
        while (transaction.TryPoll(out _)) continue;
    }

    private static void Act(int code, SipTransaction transaction, Action<int> respond)
    {
        if (code == 0) transaction.HandleTransportError();
        else respond(code);
    }

    private static NonInviteClientTransaction Client(bool reliable = false) =>
        new(Bytes, SipTimers.Default, reliable, Instant.Zero);
}
