using OrleansAcd.Calls;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Contracts.Views;
using Xunit;

namespace OrleansAcd.Tests.Unit.Grains;

/// <summary>What the wallboard shows of a call that is talked in.</summary>
public sealed class CallSignTests
{
    private static readonly QueueRoute Recorded =
        Given.Route() with { Recording = new RecordingRule(RecordingPolicy.Always), MonitoringVisible = true };

    [Fact]
    public void RecordingItsPauseAndHoldAreShown()
    {
        var s = CallScenario.Talk(Recorded);
        Shows(s, CallSign.Recording);
        Shows(s.Control(10, new CallControl.PauseRecording()), CallSign.RecordingPaused);
        Shows(s.Control(11, new CallControl.Hold(null)), CallSign.RecordingPaused, CallSign.OnHold);
        Shows(s.Control(12, new CallControl.ResumeRecording()), CallSign.Recording, CallSign.OnHold);
    }

    [Fact]
    public void ConsultationThenConferenceAreShown()
    {
        var s = CallScenario.Talk().Control(10, new CallControl.Consult("bob"), Given.Colleague("bob"));
        Shows(s, CallSign.OnHold, CallSign.Consulting);
        Shows(s.Comes(12, "bob", 3).Control(14, new CallControl.Conference()), CallSign.Conference);
    }

    [Fact]
    public void ATransferIsShownUntilTheColleagueAnswers()
    {
        var s = CallScenario.Talk().Control(10, new CallControl.BlindTransfer("bob"), Given.Colleague("bob"));
        Shows(s, CallSign.OnHold, CallSign.Transferring);
        Shows(s.Comes(12, "bob", 3));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ASupervisorIsShownWhereTheQueueLetsItBeSeen(bool visible)
    {
        var s = HearingTests.Watched(SupervisionMode.Monitor, Given.Route() with { MonitoringVisible = visible });
        Shows(s, visible ? [CallSign.Monitored] : []);
        Assert.Equal(visible, s.Last.OfType<CallEffect.Show>().Any(e => e.What == "monitored"));
        Shows(s.Ends(30, 3));
        Assert.Equal(visible, s.Last.OfType<CallEffect.Show>().Any(e => e.What == "unmonitored"));
    }

    private static void Shows(CallScenario s, params CallSign[] signs) =>
        Assert.Equal(signs, CallViews.Of(s.State, Given.T0.AddSeconds(60)).Signs.AsEnumerable());
}
