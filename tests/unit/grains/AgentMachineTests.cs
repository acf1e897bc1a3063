using OrleansAcd.Calls;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using Xunit;

namespace OrleansAcd.Tests.Unit.Grains;

/// <summary>The life of an agent, rule by rule.</summary>
public sealed class AgentMachineTests
{
    [Fact]
    public void APhoneLogsInAndTheLastOneLogsOut()
    {
        var s = new AgentScenario().Start().Phone(1);
        Assert.Equal(Presence.Ready, s.State.Presence);

        Assert.Equal(Presence.LoggedOut, s.NoPhone(2).State.Presence);
    }

    [Fact]
    public void WithLoginApiOnlyTheApiLogsInAndWithoutPhoneNobodyIsReady()
    {
        var s = new AgentScenario().Start(LoginMode.Api).Phone(1);
        Assert.Equal(Presence.LoggedOut, s.State.Presence);
        Assert.Equal(Presence.Ready, s.Ask(AgentWish.Ready, 2).State.Presence);

        s.NoPhone(3);
        Assert.Equal((Presence.NotReady, "no-phone"), (s.State.Presence, s.State.Reason));
    }

    [Theory]
    [InlineData(ReleaseReason.RingNoAnswer, "ring-no-answer")]
    [InlineData(ReleaseReason.Rejected, "rejected")]
    [InlineData(ReleaseReason.Busy, "busy")]
    [InlineData(ReleaseReason.Forwarded, "forwarded")]
    [InlineData(ReleaseReason.Unreachable, "unreachable")]
    public void WhoDoesNotTakeTheOfferIsNotReadyUntilAskedOrRegisteredAnew(ReleaseReason reason, string text)
    {
        var s = Reserved().Release(reason, 20);
        Assert.Equal((Presence.NotReady, text), (s.State.Presence, s.State.Reason));

        s.Step(new AgentEvent.PhonesChanged(Given.Node, [Given.Contact(expires: 99_999)]), 21);
        Assert.Equal(Presence.NotReady, s.State.Presence);
        Assert.Equal(Presence.Ready, s.NoPhone(22).Phone(23).State.Presence);
    }

    [Fact]
    public void APersonsOwnReasonSurvivesTheLossOfThePhone()
    {
        var s = new AgentScenario().Start().Phone(1).Ask(AgentWish.NotReady, 2, "lunch").NoPhone(3).Phone(4);

        Assert.Equal((Presence.NotReady, "lunch"), (s.State.Presence, s.State.Reason));
    }

    [Fact]
    public void AWishMidCallIsTheNextStateAndVisible()
    {
        var s = Reserved().Confirm(3).Ask(AgentWish.NotReady, 4, "lunch");
        Assert.Equal((Presence.Talking, "not-ready: lunch"), (s.State.Presence, AgentMachine.NextOf(s.State)));

        s.Release(ReleaseReason.Finished, 60);
        Assert.Equal(Presence.WrapUp, s.State.Presence);
        Assert.Equal((Presence.NotReady, "lunch"), (s.Tick(70).State.Presence, s.State.Reason));
    }

    [Fact]
    public void WrapUpEndsByTimeByTheAgentOrByReady()
    {
        Assert.Equal(Presence.WrapUp, InWrapUp().Tick(69.9).State.Presence);
        Assert.Equal(Presence.Ready, InWrapUp().Tick(70).State.Presence);
        Assert.Equal(Presence.Ready, InWrapUp().Ask(AgentWish.EndWrapUp, 61).State.Presence);
        Assert.Equal(Presence.Ready, InWrapUp().Ask(AgentWish.NotReady, 61, "tea").Ask(AgentWish.Ready, 62)
            .State.Presence);
    }

    [Fact]
    public void APauseNeverResetsWrapUp()
    {
        var s = InWrapUp().Ask(AgentWish.NotReady, 65, "tea");

        Assert.Equal(Presence.WrapUp, s.State.Presence);
        Assert.Equal(Presence.NotReady, s.Tick(70).State.Presence);
    }

    [Fact]
    public void TheBestRankOfAllQueuesWinsAndTheOthersAreRefused()
    {
        var s = new AgentScenario().Start(LoginMode.Phone, Given.Support, Given.Sales).Phone(1);
        s.Bid("young", 1.01, enqueued: 9);
        Assert.Empty(s.Last);

        s.Bid("old", 1.02, enqueued: 3, queue: Given.Sales);
        Assert.Equal("old", s.Last.OfType<AgentEffect.Grant>().Single().Reservation.Call.Value);
        Assert.Equal("young", s.Last.OfType<AgentEffect.Refuse>().Single().Offer.Call!.Value.Value);
    }

    [Fact]
    public void AQueueThatDoesNotAnswerIsWaitedForFiftyMilliseconds()
    {
        var s = new AgentScenario().Start(LoginMode.Phone, Given.Support, Given.Sales).Phone(1).Bid("call-1", 1.01);
        Assert.Equal(Given.T0.AddSeconds(1.05), s.State.BidsUntil);

        Assert.Single(s.Tick(1.05).Last.OfType<AgentEffect.Grant>());
    }

    [Fact]
    public void AnIdleAgentGrantsAnOfferAtOnce()
    {
        var s = new AgentScenario().Start().Phone(1).Bid(null, 1.01).Bid("call-1", 9);

        Assert.Equal(Presence.Reserved, s.State.Presence);
    }

    [Theory]
    [InlineData(ReleaseReason.CallerGone)]
    [InlineData(ReleaseReason.Void)]
    public void IdleTimeIsKeptOverOffersThatCameToNothing(ReleaseReason reason)
    {
        var s = Reserved().Release(reason, 20);

        Assert.Equal(Presence.Ready, s.State.Presence);
        Assert.Equal(Given.T0.AddSeconds(1), s.State.ReadySince);
    }

    [Fact]
    public void IdleTimeStartsAnewAfterAHandledContact()
    {
        var s = InWrapUp().Tick(70);

        Assert.Equal(Given.T0.AddSeconds(70), s.State.ReadySince);
        Assert.Equal(1, s.State.CallsHandled);
    }

    [Fact]
    public void AnUnconfirmedReservationExpiresAndIsVoid()
    {
        var s = Reserved();
        var reservation = s.State.Current!;
        s.Tick(2 + 15 + 10 + 2);

        Assert.Equal(Presence.Ready, s.State.Presence);
        Assert.Equal(Given.T0.AddSeconds(1), s.State.ReadySince);
        s.Step(new AgentEvent.Confirmed(reservation), 30);
        Assert.Equal(Presence.Ready, s.State.Presence);
        Assert.Single(s.Last.OfType<AgentEffect.Void>());
    }

    [Fact]
    public void AConversationThatNobodyConfirmsIsOverWithinItsLease()
    {
        var s = Reserved().Confirm(3).Tick(33);
        Assert.Single(s.Last.OfType<AgentEffect.Verify>());

        s.Confirm(33.1).Tick(63).Tick(93);
        Assert.Equal(Presence.Talking, s.State.Presence);
        Assert.Equal(Presence.WrapUp, s.Tick(108.2).State.Presence);
    }

    [Fact]
    public void EpochsRiseOverARestart()
    {
        var s = Reserved();
        var before = (s.State.ReadyEpoch, s.State.Current!.Epoch);
        var again = new AgentScenario().Step(
            new AgentEvent.Started(new AgentRecord(true, "", 0, [Given.Contact()]), Given.Agent()), 10).Tick(16)
            .Bid(null, 16.01);
        again.Bid("call-2", 17);

        Assert.True(again.State.ReadyEpoch > before.ReadyEpoch);
        Assert.True(again.State.Current!.Epoch > before.Epoch);
    }

    [Fact]
    public void ARestartedAgentWaitsForCallsThatAreUpBeforeItIsReady()
    {
        var talking = Reserved().Confirm(3).State.Current!;
        var s = new AgentScenario().Step(
            new AgentEvent.Started(new AgentRecord(true, "", 0, [Given.Contact()]), Given.Agent()), 10);
        Assert.Equal((Presence.NotReady, "starting"), (s.State.Presence, s.State.Reason));

        s.Step(new AgentEvent.Confirmed(talking), 14);
        Assert.Equal(Presence.Talking, s.State.Presence);
    }

    [Fact]
    public void AnAgentThatWasTalkingComesBackTalkingAndAsksTheCall()
    {
        var talking = Reserved();
        var stored = talking.Confirm(3).Last.OfType<AgentEffect.Save>().Single().Record;
        var s = new AgentScenario().Step(new AgentEvent.Started(stored, Given.Agent()), 10);
        Assert.Equal(Presence.Talking, s.State.Presence);

        s.Tick(10);
        Assert.Equal(talking.State.Current, s.Last.OfType<AgentEffect.Verify>().Single().Reservation);
        s.Release(ReleaseReason.Void, 10.1);
        Assert.Equal(Presence.Ready, s.State.Presence);
        Assert.Null(s.Last.OfType<AgentEffect.Save>().Single().Record.Talking);
    }

    [Fact]
    public void TheSameDefinitionAgainChangesNothing()
    {
        var s = new AgentScenario().Start().Phone(1).Bid(null, 1);
        var before = s.State;

        s.Step(new AgentEvent.Defined(Given.Agent()), 2);
        Assert.Same(before, s.State);
        Assert.Empty(s.Last);
    }

    [Fact]
    public void VersionsRiseOverARestart()
    {
        var before = new AgentScenario().Start().Phone(1).Ask(AgentWish.NotReady, 2, "lunch").State.Version;

        Assert.True(new AgentScenario().Step(new AgentEvent.Started(AgentRecord.None, Given.Agent()), 3)
            .State.Version > before);
    }

    [Fact]
    public void AWishToStayAfterALogoutThatWasAskedForMidCallIsHeard()
    {
        var s = Reserved().Confirm(3).Ask(AgentWish.Logout, 4).Ask(AgentWish.NotReady, 5, "lunch");
        Assert.Equal("not-ready: lunch", AgentMachine.NextOf(s.State));
    }

    [Fact]
    public void APhoneThatGoesMidCallLogsOutAfterIt()
    {
        var s = Reserved().Confirm(3).NoPhone(4);
        Assert.Equal(Presence.Talking, s.State.Presence);

        s.Release(ReleaseReason.Finished, 5).Tick(60);
        Assert.Equal(Presence.LoggedOut, s.State.Presence);
    }

    [Fact]
    public void APhoneThatGoesWhileItRingsIsLoggedOutWhenTheOfferFailsAndReadyWhenItIsBack()
    {
        var s = Reserved();
        s.Step(new AgentEvent.Rings(s.State.Current!), 3).NoPhone(4).Release(ReleaseReason.Unreachable, 5);
        Assert.Equal(Presence.LoggedOut, s.State.Presence);

        Assert.Equal(Presence.Ready, s.Phone(6).State.Presence);
    }

    [Fact]
    public void AnAgentTakenOutOfTheCentreMidCallFinishesItAndTakesNoMore()
    {
        var s = Reserved().Confirm(3);
        s.Step(new AgentEvent.Defined(null), 4);
        Assert.Equal(Presence.Talking, s.State.Presence);
        Assert.Contains(s.Last.OfType<AgentEffect.Notify>(), n => !n.Notice.Member);

        s.Release(ReleaseReason.Finished, 5).Tick(60).Bid("call-2", 61);
        Assert.Equal((Presence.LoggedOut, "unknown"), (s.State.Presence, s.State.Reason));
        Assert.Single(s.Last.OfType<AgentEffect.Refuse>());
    }

    [Fact]
    public void ANewAgentIsReadyAtOnce() =>
        Assert.Equal(Presence.Ready, new AgentScenario().Start().Phone(0.1).State.Presence);

    [Fact]
    public void AnAgentThatLeavesAQueueTellsIt()
    {
        var s = new AgentScenario().Start(LoginMode.Phone, Given.Support, Given.Sales).Phone(1);
        s.Step(new AgentEvent.Defined(Given.Agent(LoginMode.Phone, Given.Sales)), 2);

        Assert.Contains(s.Last.OfType<AgentEffect.Notify>(), n => n.Notice is
            { Member: false } && n.Notice.Queue == Given.Support);
    }

    [Fact]
    public void AnExpiredPhoneIsGone()
    {
        var s = new AgentScenario().Start()
            .Step(new AgentEvent.PhonesChanged(Given.Node, [Given.Contact(expires: 60)]), 1);

        Assert.Equal(Presence.Ready, s.Tick(64.9).State.Presence);
        Assert.Equal(Presence.LoggedOut, s.Tick(65).State.Presence);
    }

    private static AgentScenario Reserved() => new AgentScenario().Start().Phone(1).Bid("call-1", 2);

    private static AgentScenario InWrapUp() => Reserved().Confirm(3).Release(ReleaseReason.Finished, 60);
}
