using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;
using Xunit;

namespace OrleansAcd.Tests.Simulation.Grains;

/// <summary>Agents and supervisors in one call, with real grains in virtual time: rights that go, agents who are
/// consulted while they are watched, conferences that lose their agent, callers who go back into the line.</summary>
public sealed class TeamStoryTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ASupervisorWhoLosesTheRightStopsListening(bool byAgent)
    {
        var centre = ControlStormTests.Start(1);
        var call = ControlStormTests.Talk(centre, "call-1");
        ControlStormTests.Watch(
            centre, byAgent ? null : "call-1", byAgent ? "agent000" : null, SupervisionMode.Whisper);
        centre.Time.RunFor(TimeSpan.FromSeconds(15));
        Assert.Equal("1<2 2<1 2<3 3<1 3<2", ControlStormTests.Heard(call));

        ChangeRights(centre, "queue1");
        centre.Time.RunFor(TimeSpan.FromSeconds(2));

        Assert.Equal("1<2 2<1", ControlStormTests.Heard(call));
        var view = ControlStormTests.View(centre);
        Assert.Equal(byAgent ? "waiting" : "off", view.State);
        Assert.Contains("no right", view.Reason, StringComparison.Ordinal);
        Assert.Equal(Presence.Ready, centre.Agent("sup0").Presence);
    }

    [Fact]
    public void ASupervisorWhoIsNoneAnyMoreWatchesNothing()
    {
        var centre = ControlStormTests.Start(1);
        ControlStormTests.Watch(centre, null, "agent000", SupervisionMode.Monitor);
        ChangeRights(centre, "");
        centre.Time.RunFor(TimeSpan.FromSeconds(2));

        Assert.Equal("off", ControlStormTests.View(centre).State);
    }

    [Fact]
    public void WhoWatchesAnAgentIsInTheConsultationCoachesThatAgentAndGoesWithIt()
    {
        var centre = ControlStormTests.Start(2);
        ControlStormTests.Watch(centre, null, "agent001", SupervisionMode.Whisper);
        var call = ControlStormTests.Talk(centre, "call-1");
        Assert.Equal("agent000", call.Legs[2].Party);
        Assert.True(centre.Control("call-1", new CallControl.Consult("agent001")).IsAccepted);
        centre.Time.RunFor(TimeSpan.FromSeconds(20));
        Assert.Equal("2<3 3<2 3<4 4<2 4<3", ControlStormTests.Heard(call));
        Assert.Equal((true, true), (centre.Agent("agent000").Monitored, centre.Agent("agent001").Monitored));

        Assert.True(centre.Control("call-1", new CallControl.CancelConsult()).IsAccepted);
        centre.Time.RunFor(TimeSpan.FromSeconds(3));
        Assert.Equal("1<2 2<1", ControlStormTests.Heard(call));
        Assert.Equal("waiting", ControlStormTests.View(centre).State);
        Assert.False(centre.Agent("agent000").Monitored);
    }

    [Fact]
    public void WhoWatchesAnAgentDoesNotFollowTheCallerToAColleague()
    {
        var centre = ControlStormTests.Start(2);
        ControlStormTests.Watch(centre, null, "agent000", SupervisionMode.Monitor);
        var call = ControlStormTests.Talk(centre, "call-1");
        centre.Time.RunFor(TimeSpan.FromSeconds(15));
        Assert.True(centre.Control("call-1", new CallControl.BlindTransfer("agent001")).IsAccepted);
        centre.Time.RunFor(TimeSpan.FromSeconds(15));

        Assert.Equal("1<4 4<1", ControlStormTests.Heard(call));
        Assert.Equal("waiting", ControlStormTests.View(centre).State);
    }

    [Fact]
    public void ACallThatIsWatchedByItselfIsListenedToWhoeverTalks()
    {
        var centre = ControlStormTests.Start(2);
        var call = ControlStormTests.Talk(centre, "call-1");
        ControlStormTests.Watch(centre, "call-1", null, SupervisionMode.Monitor);
        centre.Time.RunFor(TimeSpan.FromSeconds(15));
        Assert.True(centre.Control("call-1", new CallControl.BlindTransfer("agent001")).IsAccepted);
        centre.Time.RunFor(TimeSpan.FromSeconds(15));

        Assert.Equal("1<4 3<1 3<4 4<1", ControlStormTests.Heard(call));
        Assert.Equal("listening", ControlStormTests.View(centre).State);
    }

    [Fact]
    public void AfterATakeOverTheAgentWrapsUpAndTheSupervisorTalksOnToTheEnd()
    {
        var centre = ControlStormTests.Start(1);
        var call = ControlStormTests.Talk(centre, "call-1");
        ControlStormTests.Watch(centre, "call-1", null, SupervisionMode.TakeOver);
        centre.Time.RunFor(TimeSpan.FromSeconds(15));
        Assert.Equal("1<3 3<1", ControlStormTests.Heard(call));
        Assert.Equal(Presence.Talking, centre.Agent("agent000").Presence);

        centre.Node.HangUp(call, new LegId(2));
        centre.Time.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(Presence.WrapUp, centre.Agent("agent000").Presence);
        centre.Time.RunFor(TimeSpan.FromSeconds(30));
        Assert.Equal(("1<3 3<1", Presence.Ready, Presence.Talking),
            (ControlStormTests.Heard(call), centre.Agent("agent000").Presence, centre.Agent("sup0").Presence));
        Assert.Equal("off", ControlStormTests.View(centre).State);

        centre.Node.CallerHangsUp(call);
        centre.Time.RunFor(TimeSpan.FromSeconds(10));
        Assert.Equal(["agent000", "sup0"], Agents(centre, call));
        Assert.Equal(Presence.Ready, centre.Agent("sup0").Presence);
    }

    [Fact]
    public void AConferenceWhoseAgentLeavesGoesOnWithTheColleagueAndCountsForBoth()
    {
        var centre = ControlStormTests.Start(2);
        var call = ControlStormTests.Talk(centre, "call-1");
        centre.Control("call-1", new CallControl.Consult("agent001"));
        centre.Time.RunFor(TimeSpan.FromSeconds(10));
        Assert.True(centre.Control("call-1", new CallControl.Conference()).IsAccepted);
        centre.Node.HangUp(call, new LegId(2));
        centre.Time.RunFor(TimeSpan.FromSeconds(20));
        Assert.Equal("1<3 3<1", ControlStormTests.Heard(call));
        Assert.Equal((Presence.Ready, Presence.Talking),
            (centre.Agent("agent000").Presence, centre.Agent("agent001").Presence));

        centre.Node.CallerHangsUp(call);
        centre.Time.RunFor(TimeSpan.FromSeconds(2));
        Assert.Equal(["agent000", "agent001"], Agents(centre, call));
        Assert.Equal(Presence.WrapUp, centre.Agent("agent001").Presence);
        Assert.True(centre.Agent("agent001").TalkSeconds > 20, "beside the caller, and with the caller");
    }

    [Fact]
    public void ACallerWhoGoesBackIntoTheLineIsAheadOfWhoCameLater()
    {
        var centre = ControlStormTests.Start(1);
        var first = ControlStormTests.Talk(centre, "call-1");
        centre.Node.Offer("call-2", "100");
        centre.Time.RunFor(TimeSpan.FromSeconds(10));
        Assert.True(centre.Control("call-1", new CallControl.BlindTransfer("queue/queue0")).IsAccepted);
        centre.Time.RunFor(TimeSpan.FromSeconds(3));
        Assert.Equal(2, centre.Queue("queue0").Waiting);

        centre.Time.RunFor(TimeSpan.FromSeconds(20));
        Assert.NotNull(first.Bridged);
        Assert.Null(centre.Node.Calls[new CallId("call-2")].Bridged);
        Assert.Equal(1, centre.Queue("queue0").Waiting);
    }

    [Fact]
    public void ACallThatJustEndedRefusesEverythingWithAReasonAndOneThatNeverWasIsUnknown()
    {
        var centre = ControlStormTests.Start(1);
        var call = ControlStormTests.Talk(centre, "call-1");
        centre.Node.CallerHangsUp(call);
        centre.Time.RunFor(TimeSpan.FromSeconds(1));
        foreach (var control in new CallControl[]
        {
            new CallControl.Hold(null), new CallControl.Consult("agent000"), new CallControl.RecordOn(),
            new CallControl.StopWatch(new AgentId("sup0")),
        })
        {
            Assert.Equal((ControlRefusal.Impossible, "The call has ended."), Said(centre.Control("call-1", control)));
            Assert.Equal((ControlRefusal.Unknown, "There is no such call."), Said(centre.Control("call-9", control)));
        }

        Assert.Equal(
            ControlRefusal.Impossible,
            ControlStormTests.Watch(centre, "call-1", null, SupervisionMode.Monitor).Refusal);
        Assert.Equal("off", ControlStormTests.View(centre).State);
        centre.Time.RunFor(TimeSpan.FromMinutes(5));
        Assert.Equal(
            (ControlRefusal.Impossible, "The call has ended."), Said(centre.Control("call-1", new CallControl.Swap())));
    }

    private static (ControlRefusal, string) Said(ControlAnswer answer) => (answer.Refusal, answer.Reason);

    private static IEnumerable<string> Agents(SimulatedCentre centre, SimulatedCall call) =>
        centre.Journal.Records[call.Id].Segments.Select(x => x.Agent!.Value.Value);

    private static void ChangeRights(SimulatedCentre centre, string queues)
    {
        var yaml = centre.Ask(grains => grains.GetGrain<ICentreGrain>(ICentreGrain.Key).Get()).Yaml;
        var changed = yaml.Replace(
            "supervises: [queue0, queue1]", $"supervises: [{queues}]", StringComparison.Ordinal);
        Assert.NotEqual(yaml, changed);
        Assert.True(centre.Apply(changed).Accepted);
    }
}
