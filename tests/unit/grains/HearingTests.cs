using OrleansAcd.Calls;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;
using Xunit;

namespace OrleansAcd.Tests.Unit.Grains;

/// <summary>The hearing matrix, row by row of design section 5. Leg 1 is the caller, 2 alice, 3 who comes
/// next.</summary>
public sealed class HearingTests
{
    private static readonly AgentId Sue = new("sue");

    private static readonly SupervisionMode[] All = Enum.GetValues<SupervisionMode>();

    [Fact]
    public void TalkingEachHearsTheOther() => Check(CallScenario.Talk(), "1<2 2<1", "");

    [Fact]
    public void OnHoldTheCallerHearsMusicAndNobodyElseHearsAnybody()
    {
        var s = CallScenario.Talk().Control(10, new CallControl.Hold(null));
        Check(s, "", "1");
        Assert.Equal(["music"], s.Sent<Play>().Single().Prompts.AsEnumerable());

        Check(s.Control(20, new CallControl.Unhold(null)), "1<2 2<1", "");
        Assert.Single(s.Sent<StopPlay>());
    }

    [Fact]
    public void HoldTwiceIsHeldOnce()
    {
        var s = CallScenario.Talk().Control(10, new CallControl.Hold(null)).Control(11, new CallControl.Hold(null));

        Assert.True(s.Reply.IsAccepted);
        Assert.Empty(s.Last);
    }

    [Theory]
    [InlineData(SupervisionMode.Monitor, "1<2 2<1 3<1 3<2")]
    [InlineData(SupervisionMode.Whisper, "1<2 2<1 2<3 3<1 3<2")]
    [InlineData(SupervisionMode.Barge, "1<2 1<3 2<1 2<3 3<1 3<2")]
    [InlineData(SupervisionMode.TakeOver, "1<3 3<1")]
    public void ASupervisorHearsAndIsHeardAsTheModeSays(SupervisionMode mode, string heard) =>
        Check(Watched(mode), heard, "");

    [Fact]
    public void AModeChangesMidCallWithNothingButTheMatrix()
    {
        var s = Watched(SupervisionMode.Monitor)
            .Control(20, new CallControl.ChangeWatch(Sue, SupervisionMode.Barge), null, All);

        Check(s, "1<2 1<3 2<1 2<3 3<1 3<2", "");
        Assert.IsType<Hear>(Assert.Single(s.Last.OfType<CallEffect.Send>()).Command);
    }

    [Fact]
    public void ATakeOverIsGivenBackWhenTheSupervisorGoes()
    {
        var s = Watched(SupervisionMode.TakeOver);
        Assert.Equal(Sue, s.State.Agent);

        Check(s.Ends(30, 3), "1<2 2<1", "");
        Assert.Equal(Given.Alice, s.State.Agent);
        Assert.Equal(["alice", "sue", "alice"], s.State.Segments.Select(x => x.Agent!.Value.Value));
    }

    [Fact]
    public void AfterATakeOverTheAgentMayGoAndTheSupervisorTalksOn()
    {
        var s = Watched(SupervisionMode.TakeOver).Ends(30, 2);

        Check(s, "1<3 3<1", "");
        Assert.Equal(PartyRole.Agent, s.State.Find(new LegId(3))!.Role);
        Assert.Equal(ReleaseReason.Finished, s.Last.OfType<CallEffect.ReleaseAgent>().Single().Reason);
    }

    [Fact]
    public void InAConsultationTheCallerHearsMusicAndTheAgentTheExpert()
    {
        var s = Consulted();
        Check(s, "2<3 3<2", "1");

        Check(s.Control(20, new CallControl.Swap()), "1<2 2<1", "3");
        Check(s.Control(21, new CallControl.Swap()), "2<3 3<2", "1");
        Check(s.Control(22, new CallControl.CancelConsult()), "1<2 2<1", "");
    }

    [Fact]
    public void WhileTheExpertsPhoneRingsTheCallerHearsMusicAndTheAgentNothing() =>
        Check(CallScenario.Talk().Control(10, new CallControl.Consult("bob"), Given.Colleague("bob")), "", "1");

    [Fact]
    public void ASupervisorFollowsTheAgentIntoTheConsultation()
    {
        var s = Watched(SupervisionMode.Whisper).Control(20, new CallControl.Consult("bob"), Given.Colleague("bob"))
            .Comes(21, "bob", 4);

        Check(s, "2<3 2<4 3<2 3<4 4<2", "1");
    }

    [Fact]
    public void InAConferenceEverybodyHearsEverybodyElse()
    {
        var s = Consulted().Control(20, new CallControl.Conference());
        Check(s, "1<2 1<3 2<1 2<3 3<1 3<2", "");

        Check(s.Control(30, new CallControl.AddParty("+1"), Given.Outside()).Answer(31, 4),
            "1<2 1<3 1<4 2<1 2<3 2<4 3<1 3<2 3<4 4<1 4<2 4<3", "");
        Check(s.Control(40, new CallControl.RemoveParty(new LegId(3))), "1<2 1<4 2<1 2<4 4<1 4<2", "");
    }

    [Fact]
    public void WhoIsMutedHearsAndIsNotHeard()
    {
        var s = CallScenario.Talk().Control(10, new CallControl.Mute(new LegId(2)));
        Check(s, "2<1", "");

        Check(s.Control(11, new CallControl.Unmute(new LegId(2))), "1<2 2<1", "");
    }

    [Fact]
    public void APhoneThatHoldsHearsNobodyAndTheOtherHearsMusic() => Check(
        CallScenario.Talk().Media(10, n => new LegHeld(Given.Call, 1, n, new LegId(2), true)), "", "1");

    [Fact]
    public void AConferenceGoesOnWithoutWhoHolds() => Check(
        Consulted().Control(20, new CallControl.Conference())
            .Media(21, n => new LegHeld(Given.Call, 1, n, new LegId(2), true)),
        "1<3 3<1", "");

    [Fact]
    public void InTheLineTheCallerHearsTheQueueAlone() => Check(new CallScenario().Offer(), "", "1");

    [Fact]
    public void TwoHundredPartiesAreTheLimit()
    {
        var s = CallScenario.Talk();
        for (var i = 3; i <= CallMachine.PartiesMax; i++)
            s.Control(10, new CallControl.AddParty("+1"), Given.Outside());
        for (var i = 3; i <= 22; i++) s.Answer(10, i);
        Assert.Equal((200, 22 * 21), (s.State.Parties.Length, s.State.Heard.Length));

        s.Control(11, new CallControl.AddParty("+1"), Given.Outside());
        Assert.Equal(ControlRefusal.Impossible, s.Reply.Refusal);
        s.Control(11, new CallControl.Watch(Sue, SupervisionMode.Monitor), null, All);
        Assert.Equal(ControlRefusal.Impossible, s.Reply.Refusal);
    }

    internal static CallScenario Watched(SupervisionMode mode, QueueRoute? route = null) => CallScenario.Talk(route)
        .Control(10, new CallControl.Watch(Sue, mode), null, All).Comes(11, "sue", 3);

    internal static CallScenario Consulted() => CallScenario.Talk()
        .Control(10, new CallControl.Consult("bob"), Given.Colleague("bob")).Comes(11, "bob", 3);

    private static void Check(CallScenario s, string heard, string music) =>
        Assert.Equal((heard, music), (s.Heard, s.Music));
}
