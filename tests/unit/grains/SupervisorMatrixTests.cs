using System.Collections.Immutable;
using OrleansAcd.Calls;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using Xunit;

namespace OrleansAcd.Tests.Unit.Grains;

/// <summary>The Supervisor machine, every state by every event. A cell is the next state and what is asked of
/// whom.</summary>
public sealed class SupervisorMatrixTests
{
    private static readonly AgentId Sue = new("sue");
    private static readonly CallId Next = new("call-2");

    private static readonly ImmutableArray<SupervisionRight> Rights =
        [new SupervisionRight(Given.Support, [SupervisionMode.Monitor, SupervisionMode.Barge])];

    private static readonly string[] States = ["Off", "Waiting", "Joining", "Listening"];

    private static readonly string[] Events =
    [
        "started", "watch-call", "watch-agent", "no-right", "mode", "stop", "agent-talks", "agent-idle",
        "other-agent", "refused", "mode-done", "listening", "over", "other-call", "rights", "rights-gone", "denied",
        "due",
    ];

    private const string Table = """
        event       | Off          | Waiting       | Joining                 | Listening
        started     | -            | -             | -                       | -
        watch-call | Joining Watch | Joining unwatch+Watch | Joining Leave+unwatch+Watch | Joining Leave+unwatch+Watch
        watch-agent | Waiting watch | Waiting unwatch+watch | Waiting Leave+unwatch+watch | Waiting Leave+unwatch+watch
        no-right    | NotPermitted | NotPermitted  | NotPermitted            | NotPermitted
        mode        | Impossible   | Waiting       | ChangeWatch             | ChangeWatch
        stop        | -            | Off unwatch   | Off Leave+unwatch   | Off Leave+unwatch
        agent-talks | unwatch      | Joining Watch | Joining Leave+Watch | Joining Leave+Watch
        agent-idle  | unwatch      | -             | Waiting Leave           | Waiting Leave
        other-agent | unwatch      | unwatch       | unwatch                 | unwatch
        refused     | -            | -             | Waiting                 | Waiting
        mode-done   | -            | -             | Joining                 | Listening
        listening   | Leave    | Leave     | Listening               | -
        over        | -            | -             | Waiting                 | Waiting
        other-call  | Leave    | Leave     | Leave               | Leave
        rights      | -            | -             | Check                   | Check
        rights-gone | -            | Off unwatch   | Off Leave+unwatch       | Off Leave+unwatch
        denied      | -            | -             | Waiting Leave           | Waiting Leave
        due         | -            | watch         | watch                   | watch
        """;

    [Fact]
    public void EveryCellIsDecided() => MatrixTable.Check(Table, States, Events, Run);

    [Fact]
    public void TheReadmeShowsTheSameTable() => MatrixTable.CheckReadme(Table);

    [Fact]
    public void ACallThatWasLeftIsNotJoinedAgainBecauseTheAgentIsStillInIt()
    {
        var s = In("Listening");
        var over = Step(s, new SupervisorEvent.Reported(new WatchReport(Given.Call, false, default, "hung up")), 9).Next;
        var again = Step(over, new SupervisorEvent.AgentTalks(Given.Alice, Given.Call), 10);

        Assert.Equal(Supervision.Waiting, again.Next.Doing);
        Assert.Empty(again.Effects);
        Assert.Equal(Supervision.Joining, Step(over, new SupervisorEvent.AgentTalks(Given.Alice, Next), 11).Next.Doing);
    }

    [Fact]
    public void ACallThatDoesNotTellIsGivenUp()
    {
        var s = In("Joining");
        var late = Step(s, new SupervisorEvent.Tick(), 2 + SupervisorMachine.JoinTime.TotalSeconds).Next;

        Assert.Equal((Supervision.Waiting, "the call did not answer"), (late.Doing, late.Reason));
    }

    [Fact]
    public void AfterARestartTheCallIsAskedAgain()
    {
        var stored = new SupervisorRecord(Given.Alice, Given.Call, SupervisionMode.Barge);
        var (next, effects, _) = Step(SupervisorState.Empty, new SupervisorEvent.Started(stored), 0);

        Assert.Equal((Supervision.Joining, SupervisionMode.Barge), (next.Doing, next.Mode));
        Assert.Contains(effects, e => e is SupervisorEffect.WatchAgent { Watches: true });
    }

    [Fact]
    public void ACallThatIsListenedToIsAskedAgainAndWhatItDeniesIsOver()
    {
        var s = In("Listening");
        var due = 3 + SupervisorMachine.CheckInterval.TotalSeconds;
        var (next, effects, _) = Step(s, new SupervisorEvent.Tick(), due);
        Assert.Equal(
            (Given.Call, SupervisionMode.Monitor),
            effects.OfType<SupervisorEffect.Check>().Select(c => (c.Call, c.Mode)).Single());

        var fine = Step(next, new SupervisorEvent.Checked(Given.Call, ControlAnswer.Accepted), due + 1);
        Assert.Same(next, fine.Next);
        var other = Step(
            next, new SupervisorEvent.Checked(Next, new ControlAnswer(ControlRefusal.Impossible, "no")), due + 1);
        Assert.Same(next, other.Next);
        var ended = new ControlAnswer(ControlRefusal.Impossible, "ended");
        var over = Step(next, new SupervisorEvent.Checked(Given.Call, ended), due + 1);
        Assert.Equal((Supervision.Waiting, "ended"), (over.Next.Doing, over.Next.Reason));
    }

    [Fact]
    public void AnAgentWhoWasThoughtToHaveLeftIsJoinedAgainInTheSameCall()
    {
        var left = Step(In("Listening"), new SupervisorEvent.AgentTalks(Given.Alice, null), 9).Next;

        Assert.Equal(
            Supervision.Joining, Step(left, new SupervisorEvent.AgentTalks(Given.Alice, Given.Call), 10).Next.Doing);
    }

    [Fact]
    public void WhoHasTakenOverStaysWhenTheAgentLeaves()
    {
        var s = Step(
            In("Listening"),
            new SupervisorEvent.Reported(new WatchReport(Given.Call, true, SupervisionMode.TakeOver, "")), 8).Next;
        var step = Step(s, new SupervisorEvent.AgentTalks(Given.Alice, null), 9);

        Assert.Same(s, step.Next);
        Assert.Empty(step.Effects);
    }

    [Fact]
    public void RightsAreTheSameByWhatTheySay()
    {
        var again = new SupervisionRight(Given.Support, [SupervisionMode.Monitor, SupervisionMode.Barge]);

        Assert.True(SupervisorMachine.AreSame(Rights, [again]));
        Assert.False(SupervisorMachine.AreSame(Rights, []));
        Assert.False(SupervisorMachine.AreSame(Rights, [again with { Queue = Given.Sales }]));
        Assert.False(SupervisorMachine.AreSame(Rights, [again with { May = [SupervisionMode.Monitor] }]));
    }

    [Theory]
    [InlineData("Joining")]
    [InlineData("Listening")]
    public void WhatIsWatchedAlreadyIsNotJoinedAgainOnlyTheModeMayChange(string state)
    {
        var s = In(state);
        var again = new SupervisorEvent.WatchAsked(
            new WatchTarget(null, Given.Alice), SupervisionMode.Barge, Rights);
        var step = Step(s, again, 9);

        Assert.Equal((s.Doing, s.Call), (step.Next.Doing, step.Next.Call));
        var asked = Assert.IsType<SupervisorEffect.Ask>(Assert.Single(step.Effects));
        Assert.Equal(new CallControl.ChangeWatch(Sue, SupervisionMode.Barge), asked.Control);
    }

    [Fact]
    public void AnAgentWhoseCallWasLeftIsJoinedThereWhenAskedAgain()
    {
        var over = Step(
            In("Listening"), new SupervisorEvent.Reported(new WatchReport(Given.Call, false, default, "hung up")), 9);
        var again = Step(over.Next, Watch(new WatchTarget(null, Given.Alice)), 10).Next;

        Assert.Equal(
            Supervision.Joining, Step(again, new SupervisorEvent.AgentTalks(Given.Alice, Given.Call), 11).Next.Doing);
    }

    [Fact]
    public void NobodyWatchesOneselfNorTwoThingsAtOnce()
    {
        Assert.Equal(ControlRefusal.Invalid, Ask(new WatchTarget(null, Sue)));
        Assert.Equal(ControlRefusal.Invalid, Ask(new WatchTarget(Given.Call, Given.Alice)));
        Assert.Equal(ControlRefusal.Invalid, Ask(new WatchTarget(null, null)));

        static ControlRefusal Ask(WatchTarget target) => Step(
            SupervisorState.Empty, new SupervisorEvent.WatchAsked(target, SupervisionMode.Monitor, Rights), 0)
            .Refusal!.Refusal;
    }

    private static string Run(string name, string e)
    {
        var state = In(name);
        Assert.Equal(name, state.Doing.ToString());
        var at = e == "due" ? 1 + SupervisorMachine.AskInterval.TotalSeconds : 5;
        var (next, effects, refusal) = Step(state, EventOf(e), at);
        if (refusal is not null && ReferenceEquals(next, state)) return refusal.Refusal.ToString();

        var asked = string.Join("+", effects.Select(NameOf).Where(n => n.Length > 0));
        var changed = next.Doing != state.Doing || effects.Any(x => x is SupervisorEffect.Show);
        var cell = $"{(changed ? next.Doing : "")} {asked}".Trim();
        return cell.Length == 0 ? "-" : cell;
    }

    private static string NameOf(SupervisorEffect effect) => effect switch
    {
        SupervisorEffect.Ask { Control: CallControl.StopWatch } => "Leave",
        SupervisorEffect.Ask ask => ask.Control.GetType().Name,
        SupervisorEffect.Check => "Check",
        SupervisorEffect.WatchAgent watch => watch.Watches ? "watch" : "unwatch",
        _ => "",
    };

    private static SupervisorEvent EventOf(string name) => name switch
    {
        "started" => new SupervisorEvent.Started(SupervisorRecord.None),
        "watch-call" => Watch(new WatchTarget(Next, null)),
        "watch-agent" => Watch(new WatchTarget(null, new AgentId("bob"))),
        "no-right" => Watch(new WatchTarget(Next, null), SupervisionMode.Whisper),
        "mode" => new SupervisorEvent.ModeAsked(SupervisionMode.Barge, Rights),
        "stop" => new SupervisorEvent.StopAsked(),
        "agent-talks" => new SupervisorEvent.AgentTalks(Given.Alice, Next),
        "agent-idle" => new SupervisorEvent.AgentTalks(Given.Alice, null),
        "other-agent" => new SupervisorEvent.AgentTalks(new AgentId("carol"), Next),
        "refused" => new SupervisorEvent.Answered(
            Given.Call, new CallControl.Watch(Sue, default), new ControlAnswer(ControlRefusal.Impossible, "no")),
        "mode-done" => new SupervisorEvent.Answered(
            Given.Call, new CallControl.ChangeWatch(Sue, SupervisionMode.Barge), ControlAnswer.Accepted),
        "listening" => new SupervisorEvent.Reported(new WatchReport(Given.Call, true, default, "")),
        "over" => new SupervisorEvent.Reported(new WatchReport(Given.Call, false, default, "hung up")),
        "other-call" => new SupervisorEvent.Reported(new WatchReport(new CallId("call-9"), true, default, "")),
        "rights" => new SupervisorEvent.RightsChanged(Rights),
        "rights-gone" => new SupervisorEvent.RightsChanged([]),
        "denied" => new SupervisorEvent.Checked(
            Given.Call, new ControlAnswer(ControlRefusal.NotPermitted, "no right")),
        "due" => new SupervisorEvent.Tick(),
        _ => throw new ArgumentException(name),
    };

    private static SupervisorEvent Watch(WatchTarget target, SupervisionMode mode = SupervisionMode.Monitor) =>
        new SupervisorEvent.WatchAsked(target, mode, Rights);

    private static SupervisorState In(string name)
    {
        var s = SupervisorState.Empty;
        if (name == "Off") return s;

        s = Step(s, Watch(new WatchTarget(null, Given.Alice)), 1).Next;
        if (name == "Waiting") return s;

        s = Step(s, new SupervisorEvent.AgentTalks(Given.Alice, Given.Call), 2).Next;
        return name == "Joining"
            ? s
            : Step(s, new SupervisorEvent.Reported(new WatchReport(Given.Call, true, default, "")), 3).Next;
    }

    private static SupervisorTransition Step(SupervisorState s, SupervisorEvent e, double at) =>
        SupervisorMachine.Step(s, Sue, e, Given.T0.AddSeconds(at));
}
