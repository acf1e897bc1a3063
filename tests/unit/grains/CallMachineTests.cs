using OrleansAcd.Actors;
using OrleansAcd.Calls;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Contracts.Storage;
using Xunit;

namespace OrleansAcd.Tests.Unit.Grains;

/// <summary>The way of a call, rule by rule.</summary>
public sealed class CallMachineTests
{
    [Fact]
    public void ANumberThatNobodyConfiguredIsRefusedWith404()
    {
        var s = new CallScenario().Step(new CallEvent.Offered(Given.Offered("nobody"), null), 0);

        Assert.Equal(404, s.Last.OfType<CallEffect.Send>().Select(e => e.Command).OfType<Reject>().Single().SipCode);
        Assert.Equal(QueueOutcome.Rejected, s.State.Outcome);
        Assert.Contains(s.Last, e => e is CallEffect.Complete);
    }

    [Theory]
    [InlineData("welcome", "music", new[] { "welcome", "music" }, true)]
    [InlineData("welcome", null, new[] { "welcome" }, false)]
    [InlineData(null, "music", new[] { "music" }, true)]
    public void GreetingOnceThenMusicInALoop(string? greeting, string? music, string[] prompts, bool loops)
    {
        var s = new CallScenario().Offer(Given.Route(greeting, music));

        var play = s.Last.OfType<CallEffect.Send>().Select(e => e.Command).OfType<Play>().Single();
        Assert.Equal(prompts, play.Prompts.ToArray());
        Assert.Equal(loops, play.LoopLast);
    }

    [Fact]
    public void TheCallerIsInTheLineWhileTheGreetingPlays()
    {
        var s = new CallScenario().Offer();

        Assert.Equal("show:offered Answer Play Enqueue show:queued", s.LastNames());
        Assert.Equal(Given.T0, s.Last.OfType<CallEffect.Enqueue>().Single().Ticket.EnqueuedAt);
    }

    [Fact]
    public void TheAnswerCutsTheAnnouncementAndConnectsBoth()
    {
        var s = new CallScenario().Offer().Assign().Progress(2).Answer(3);

        Assert.Equal("StopPlay Hear ConfirmAgent leave:Answered show:answered", s.LastNames());
        var hear = s.Last.OfType<CallEffect.Send>().Select(e => e.Command).OfType<Hear>().Single();
        Hearing[] both = [new(new LegId(1), new LegId(2)), new(new LegId(2), new LegId(1))];
        Assert.Equal(both, hear.Matrix.ToArray());
    }

    [Fact]
    public void TheAgentsPhoneSeesTheQueueAndAnOpaqueNameOnly()
    {
        var dial = Dial(Given.Route());

        Assert.Matches("^Support \\(caller [0-9A-F]{4}\\)$", dial.From.DisplayName);
        Assert.Matches("^sip:caller-[0-9A-F]{4}@acd$", dial.From.Uri);
        Assert.DoesNotContain("15551234", dial.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void TheAgentsPhoneSeesTheCallerWhereTheQueueShowsIt() =>
        Assert.Equal(Given.Caller, Dial(Given.Route(showCaller: true)).From);

    [Fact]
    public void ContextOfTheCallerReachesThePhoneAndOurNamesCannotBeForged()
    {
        var leg = Given.Offered(
            "support", new SipHeader("User-to-User", "abc"), new SipHeader("X-Customer", "7"),
            new SipHeader("X-Acd-Queue", "forged"),
            new SipHeader("Subject", "no"));
        var s = new CallScenario().Offer(leg: leg).Assign();

        var names = s.Last.OfType<CallEffect.Send>().Select(e => e.Command).OfType<Dial>().Single().Headers;
        Assert.Equal(
            [new("X-Acd-Call-Id", "call-1"), new("X-Acd-Queue", "support"), new("User-to-User", "abc"),
            new("X-Customer", "7")],
            names.Select(h => h));
    }

    [Theory]
    [InlineData("+1 555-1234")]
    [InlineData("tel:+15551234")]
    [InlineData("<sip:15551234@trunk.example>")]
    [InlineData("call from BOB")]
    public void AHeaderThatGivesTheCallerAwayStopsAtAnAnonymousQueue(string value)
    {
        var leg = Given.Offered("support", new SipHeader("X-Trunk-Cli", value), new SipHeader("X-Customer", "7"));
        var hidden = CallerAsShown.Context(new CallScenario().Offer(leg: leg).State);
        var shown = CallerAsShown.Context(new CallScenario().Offer(Given.Route(showCaller: true), leg).State);

        Assert.Equal(["X-Acd-Call-Id", "X-Acd-Queue", "X-Customer"], hidden.Select(h => h.Name));
        Assert.Contains(new SipHeader("X-Trunk-Cli", value), shown);
    }

    [Theory]
    [InlineData(486, ReleaseReason.Busy, OfferFailure.Busy)]
    [InlineData(600, ReleaseReason.Busy, OfferFailure.Busy)]
    [InlineData(480, ReleaseReason.Rejected, OfferFailure.Rejected)]
    [InlineData(603, ReleaseReason.Rejected, OfferFailure.Rejected)]
    [InlineData(404, ReleaseReason.Rejected, OfferFailure.Rejected)]
    [InlineData(408, ReleaseReason.RingNoAnswer, OfferFailure.RingNoAnswer)]
    [InlineData(302, ReleaseReason.Forwarded, OfferFailure.Forwarded)]
    [InlineData(503, ReleaseReason.Unreachable, OfferFailure.Unreachable)]
    [InlineData(500, ReleaseReason.Unreachable, OfferFailure.Unreachable)]
    [InlineData(0, ReleaseReason.Unreachable, OfferFailure.Unreachable)]
    public void AFailedOfferNeverCostsThePlace(int code, ReleaseReason reason, OfferFailure failure)
    {
        var s = new CallScenario().Offer().Assign().Fail(4, code);

        Assert.Equal(CallPhase.Queued, s.State.Phase);
        Assert.Equal(reason, s.Last.OfType<CallEffect.ReleaseAgent>().Single().Reason);
        Assert.Equal(failure, s.Last.OfType<CallEffect.OfferFailed>().Single().Failure);
        Assert.Equal(Given.T0, s.Last.OfType<CallEffect.Enqueue>().Single().Ticket.EnqueuedAt);
    }

    [Fact]
    public void RonaComesAtTheRingTimeoutAndNotBefore()
    {
        var s = new CallScenario().Offer().Assign().Progress(2).Tick(15.999);
        Assert.Equal(CallPhase.Ringing, s.State.Phase);

        s.Tick(16);
        Assert.Equal("CancelDial release:RingNoAnswer OfferFailed Enqueue show:offer-failed", s.LastNames());
    }

    [Fact]
    public void AnAnswerThatCrossesOurCancelIsHungUp()
    {
        var s = new CallScenario().Offer().Assign().Progress(2).Tick(16).Answer(16.01);

        Assert.Equal("Hangup", s.LastNames());
        Assert.Equal(CallPhase.Queued, s.State.Phase);
    }

    [Fact]
    public void ALateAnswerWhileAnotherAgentIsDialledIsHungUp()
    {
        var s = new CallScenario().Offer().Assign().Tick(16)
            .Step(new CallEvent.Assigned(Given.Assignment(Given.Reservation(2, "carol", expires: 60))), 16.1)
                .Answer(16.2, leg: 2);

        Assert.Equal(2, s.Last.OfType<CallEffect.Send>().Select(e => e.Command).OfType<Hangup>().Single().Leg.Value);
        Assert.Equal(CallPhase.Dialling, s.State.Phase);
        Assert.Equal(CallPhase.Talking, s.Answer(17, leg: 3).State.Phase);
    }

    [Fact]
    public void TheFailureOfACancelledLegIsIgnored()
    {
        var s = new CallScenario().Offer().Assign().Tick(16).Fail(16.05, 487);

        Assert.Empty(s.Last);
    }

    [Theory]
    [InlineData(4.9, QueueOutcome.ShortAbandoned)]
    [InlineData(5.0, QueueOutcome.Abandoned)]
    public void ACallerWhoLeavesTheLineEarlierThanTheLimitIsAShortAbandon(double at, QueueOutcome outcome)
    {
        var s = new CallScenario().Offer().CallerLeaves(at);

        Assert.Equal(CallPhase.Ended, s.State.Phase);
        Assert.Equal(outcome, s.State.Outcome);
        Assert.Equal(outcome, s.Last.OfType<CallEffect.LeaveQueue>().Single().Outcome);
    }

    [Fact]
    public void ACallerWhoLeavesWhileAPhoneRingsFreesTheAgentWhenItsLegIsDown()
    {
        var s = new CallScenario().Offer().Assign().Progress(2).CallerLeaves(6);
        Assert.Contains("CancelDial", s.LastNames(), StringComparison.Ordinal);
        Assert.Equal(CallPhase.Closing, s.State.Phase);

        s.Fail(6.1, 487);
        Assert.Equal(ReleaseReason.CallerGone, s.Last.OfType<CallEffect.ReleaseAgent>().Single().Reason);
        Assert.Equal(CallPhase.Ended, s.State.Phase);
    }

    [Fact]
    public void ACallerWhoLeavesAtTheVeryMomentOfTheAnswerLeavesNoLegUp()
    {
        var s = new CallScenario().Offer().Assign().Progress(2).CallerLeaves(6).Answer(6.001);
        Assert.Equal("Hangup", s.LastNames());

        s.AgentLeaves(6.1, LegEndReason.LocalHangup);
        Assert.Equal(ReleaseReason.CallerGone, s.Last.OfType<CallEffect.ReleaseAgent>().Single().Reason);
        Assert.Equal(QueueOutcome.Abandoned, s.State.Outcome);
    }

    [Fact]
    public void TheAgentWhoHangsUpIsReleasedAtOnceAndTheCallerIsToo()
    {
        var s = new CallScenario().Offer().Assign().Answer(3).AgentLeaves(63);
        Assert.Equal("release:Finished CountTalk Hangup", s.LastNames());

        s.CallerLeaves(63.1, LegEndReason.LocalHangup);
        Assert.Equal("show:ended Complete", s.LastNames());
        Assert.Equal(60, CallViews.Of(s.State, Given.T0.AddSeconds(70)).TalkSeconds);
        Assert.Equal("agent", s.State.EndedBy);
    }

    [Fact]
    public void LegsThatDoNotEndInTimeDoNotHoldTheAgent()
    {
        var s = new CallScenario().Offer().Assign().Answer(3).CallerLeaves(63).Tick(68);

        Assert.Equal(ReleaseReason.Finished, s.Last.OfType<CallEffect.ReleaseAgent>().Single().Reason);
        Assert.Equal(CallPhase.Ended, s.State.Phase);
    }

    [Fact]
    public void ACallerWhoNeverAcknowledgesIsLetGo()
    {
        var s = new CallScenario().Offer().Tick(36);

        Assert.Equal("caller's signalling lost", s.State.EndedBy);
        Assert.Contains("Hangup", s.LastNames(), StringComparison.Ordinal);
    }

    [Fact]
    public void ACallerWhoseAgentIsLostGoesBackToTheOldPlace()
    {
        var s = new CallScenario().Offer().Assign().Answer(3).AgentLeaves(63, LegEndReason.MediaLost);

        Assert.Equal(CallPhase.Queued, s.State.Phase);
        Assert.Equal(ReleaseReason.Unreachable, s.Last.OfType<CallEffect.ReleaseAgent>().Single().Reason);
        Assert.Equal(Given.T0, s.Last.OfType<CallEffect.Enqueue>().Single().Ticket.EnqueuedAt);
        Assert.Contains("Play", s.LastNames(), StringComparison.Ordinal);
    }

    [Fact]
    public void AnAnswerAfterTheReservationExpiredIsNotBridged()
    {
        var s = new CallScenario().Offer()
            .Step(new CallEvent.Assigned(Given.Assignment(Given.Reservation(expires: 10))), 1).Answer(10);

        Assert.Equal(CallPhase.Queued, s.State.Phase);
        Assert.DoesNotContain(s.Last, e => e is CallEffect.ConfirmAgent);
    }

    [Fact]
    public void RepeatedAndForeignMediaEventsAreIgnored()
    {
        var s = new CallScenario().Offer().Assign().Progress(2);
        var seen = s.State.SeenSequence;

        s.Step(new CallEvent.Media(new LegAnswered(Given.Call, 1, seen, new LegId(2))), 3);
        Assert.Empty(s.Last);
        s.Step(new CallEvent.Media(new LegAnswered(Given.Call, 2, seen + 1, new LegId(2))), 3);
        Assert.Empty(s.Last);
        s.Step(new CallEvent.Media(new LegAnswered(Given.Call, 1, seen + 5, new LegId(2))), 3);
        Assert.Equal(CallPhase.Talking, s.State.Phase);
    }

    [Fact]
    public void CommandsCountUpWithoutGaps()
    {
        var s = new CallScenario().Offer().Assign().Tick(16).Answer(16.1).CallerLeaves(20);

        var sent = s.All.OfType<CallEffect.Send>().Select(e => e.Command.Sequence).ToList();
        Assert.Equal(Enumerable.Range(1, sent.Count).Select(n => (long)n), sent);
    }

    [Fact]
    public void OverflowKeepsTheEnqueueTimeAndCountsTheHop()
    {
        var s = new CallScenario().Offer()
            .Step(new CallEvent.Overflowed(Given.Support, Given.Route() with { Queue = Given.Sales, Priority = 2 }),
                30);

        Assert.Equal(
            new Ticket(Given.Call, Given.Sales, Given.T0, 2, 1), s.Last.OfType<CallEffect.Enqueue>().Single().Ticket);
    }

    [Fact]
    public void ACallOfADroppedQueueGoesWhereItsNumberLeadsNowAtItsOldPlace()
    {
        var to = Given.Route() with { Queue = Given.Sales };
        var s = new CallScenario().Offer().Step(new CallEvent.QueueGone(Given.Support, to), 9);

        var ticket = s.Last.OfType<CallEffect.Enqueue>().Single().Ticket;
        Assert.Equal((Given.Sales, Given.T0), (ticket.Queue, ticket.EnqueuedAt));
    }

    [Fact]
    public void ACallOfADroppedQueueEndsWhereItsNumberLeadsNowhere()
    {
        var s = new CallScenario().Offer().Step(new CallEvent.QueueGone(Given.Support, null), 9);

        Assert.Equal((CallPhase.Closing, QueueOutcome.Rejected), (s.State.Phase, s.State.Outcome));
        Assert.Contains("Hangup", s.LastNames(), StringComparison.Ordinal);
    }

    [Fact]
    public void WhenTheAgentHoldsTheCallerHearsMusic()
    {
        var s = new CallScenario().Offer().Assign().Answer(3)
            .Media(10, n => new LegHeld(Given.Call, 1, n, new LegId(2), true));
        Assert.Equal("show:held Hear Play", s.LastNames());
        Assert.Empty(s.State.Heard);

        s.Media(20, n => new LegHeld(Given.Call, 1, n, new LegId(2), false));
        Assert.Equal("show:resumed StopPlay Hear", s.LastNames());
    }

    [Fact]
    public void TheJournalReplaysToTheSameState()
    {
        var events = new List<(CallEvent Event, DateTimeOffset At)>();
        var state = CallState.Empty;
        Run(new CallEvent.Offered(Given.Offered(), Given.Route()), 0);
        Run(new CallEvent.Assigned(Given.Assignment()), 1);
        Run(new CallEvent.Media(new LegProgress(Given.Call, 1, 2, new LegId(2), 180)), 2);
        Run(new CallEvent.Tick(), 16);
        Run(new CallEvent.Assigned(Given.Assignment(Given.Reservation(2, "carol", expires: 60))), 17);
        Run(new CallEvent.Media(new LegAnswered(Given.Call, 1, 3, new LegId(3))), 18);
        Run(new CallEvent.Media(new LegEnded(Given.Call, 1, 4, new LegId(3), LegEndReason.RemoteHangup,
            LegQuality.None)), 30);

        var replayed = CallState.Empty;
        foreach (var (e, at) in events)
            replayed = CallMachine.Step(replayed, CallJson.Read(CallJson.Write(e))!, at).Next;

        Assert.Equal(
            System.Text.Json.JsonSerializer.Serialize(CallViews.Of(state, Given.T0)),
            System.Text.Json.JsonSerializer.Serialize(CallViews.Of(replayed, Given.T0)));
        Assert.Equal(state.SentSequence, replayed.SentSequence);

        void Run(CallEvent e, double at)
        {
            events.Add((e, Given.T0.AddSeconds(at)));
            state = CallMachine.Step(state, e, Given.T0.AddSeconds(at)).Next;
        }
    }

    [Fact]
    public void TheTimelineHoldsNoNumberOfTheCaller()
    {
        var s = new CallScenario().Offer().Assign().Progress(2).Answer(3)
            .Media(4, n => new DigitReceived(Given.Call, 1, n, LegId.Caller, '7', TimeSpan.FromMilliseconds(80)))
            .CallerLeaves(9).AgentLeaves(9.1);

        Assert.All(s.State.Timeline, t => Assert.DoesNotContain("1555", t.Detail, StringComparison.Ordinal));
        Assert.DoesNotContain(s.State.Timeline, t => t.Kind.Contains("digit", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    public void AJournalLineWithoutAKindIsNoEvent(string line) => Assert.Null(CallJson.Read(line));

    [Fact]
    public void ACallThatWasMarkedAsLostIsOverWhenItIsReadAgain()
    {
        var offered = CallJson.Write(new CallEvent.Offered(Given.Offered(), Given.Route()));
        var (state, _) = CallFold.Replay(
        [
            new JournalEntry(1, Given.T0, "offered", offered, null),
            new JournalEntry(3, Given.T0.AddSeconds(9), JournalEntry.SystemLost, "", null),
        ]);

        Assert.Equal((CallPhase.Ended, QueueOutcome.SystemLost), (state.Phase, state.Outcome));
        Assert.Null(state.Deadline);
    }

    [Fact]
    public void ABrokenJournalLineIsNoEvent() => Assert.Null(CallJson.Read("{\"kind\":\"nonsense\"}"));

    private static Dial Dial(QueueRoute route) => new CallScenario().Offer(route).Assign().Last
        .OfType<CallEffect.Send>().Select(e => e.Command).OfType<Dial>().Single();
}
