using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;
using Xunit;

namespace OrleansAcd.Tests.Simulation.Grains;

/// <summary>Call control with real grains in virtual time: stories, and storms of requests at any moment.</summary>
public sealed class ControlStormTests
{
    private static readonly Traffic Quiet = new()
    {
        Agents = 3, Queues = 2, Calls = 1, NoAnswer = 0, Rejects = 0, Busy = 0, Unreachable = 0, HangsUpAtAnswer = 0,
        Duplicates = 0, AgentMediaLost = 0, PatienceSeconds = 1e6, TalkSeconds = 1e5, ControlsPerCall = 1,
    };

    [Theory]
    [InlineData(101)]
    [InlineData(102)]
    [InlineData(103)]
    [InlineData(104)]
    [InlineData(105)]
    [InlineData(106)]
    public void AStormOfRequestsLosesNobodyAndLeavesNobodyStuck(int seed) =>
        CentreSimulationTests.Check(seed, Storm, Stormy);

    [Theory]
    [InlineData(111)]
    [InlineData(112)]
    [InlineData(113)]
    public void AStormWithKilledGrainsHeals(int seed) => CentreSimulationTests.Check(
        seed, Storm with { KillEvery = TimeSpan.FromSeconds(20), KillsCalls = true }, Stormy);

    [Theory]
    [InlineData(121)]
    [InlineData(122)]
    [InlineData(123)]
    public void AStormWithLostMessagesHeals(int seed) =>
        CentreSimulationTests.Check(seed, Storm with { LostMessages = 0.01 }, Stormy);

    [Fact]
    public void ASupervisorHearsEveryCallOfAnAgentAsItComes()
    {
        var centre = Start(1);
        Assert.Equal(ControlRefusal.None, Watch(centre, null, "agent000", SupervisionMode.Whisper).Refusal);
        for (var i = 0; i < 2; i++)
        {
            var call = Talk(centre, $"call-{i}");
            centre.Time.RunFor(TimeSpan.FromSeconds(15));
            Assert.Equal("1<2 2<1 2<3 3<1 3<2", Heard(call));
            centre.Node.CallerHangsUp(call);
            centre.Time.RunFor(TimeSpan.FromSeconds(15));
        }

        Assert.Equal("waiting", View(centre).State);
        Assert.Equal(Presence.Ready, centre.Agent("sup0").Presence);
    }

    [Fact]
    public void WithoutTheRightForItsQueueACallIsNotJoinedAndTheSupervisorSeesWhy()
    {
        var centre = Start(1);
        var yaml = centre.Ask(g => g.GetGrain<ICentreGrain>(ICentreGrain.Key).Get()).Yaml;
        Assert.True(centre.Apply(yaml.Replace("supervises: [queue0, queue1]", "supervises: [queue1]",
            StringComparison.Ordinal)).Accepted);
        Talk(centre, "call-1");

        Assert.Equal(ControlRefusal.NotPermitted,
            Watch(centre, "call-1", null, SupervisionMode.Monitor).Refusal);
        Watch(centre, null, "agent000", SupervisionMode.Monitor);
        centre.Time.RunFor(TimeSpan.FromSeconds(15));
        Assert.Equal("waiting", View(centre).State);
        Assert.Contains("no right", View(centre).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void AConsultedAgentIsReservedAndWrapsUpAndTheTransferIsInBothRecords()
    {
        var centre = Start(2);
        var call = Talk(centre, "call-1");
        Assert.True(centre.Control("call-1", new CallControl.Consult("agent001")).IsAccepted);
        centre.Time.RunFor(TimeSpan.FromSeconds(10));
        Assert.Equal("2<3 3<2", Heard(call));
        Assert.Equal(Presence.Talking, centre.Agent("agent001").Presence);

        Assert.True(centre.Control("call-1", new CallControl.CompleteTransfer()).IsAccepted);
        centre.Time.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal("1<3 3<1", Heard(call));
        Assert.Equal(Presence.WrapUp, centre.Agent("agent000").Presence);
        centre.Time.RunFor(TimeSpan.FromSeconds(10));
        centre.Node.CallerHangsUp(call);
        centre.Time.RunFor(TimeSpan.FromSeconds(90));

        var record = centre.Journal.Records[call.Id];
        Assert.Equal(["agent000", "agent001"], record.Segments.Select(x => x.Agent!.Value.Value));
        Assert.Equal((2, 1), (centre.Queue("queue0").Handled, centre.Queue("queue0").Answered));
        Assert.True(centre.Agent("agent001").TalkSeconds > 10, "talk goes to who talked");
        Assert.NotEmpty(record.Recordings);
    }

    /// <summary>RFC 3515 and 3891: hold, call the colleague, REFER with Replaces.</summary>
    [Fact]
    public void APhoneConsultsAndTransfersByItself()
    {
        var (centre, call, second) = AnAgentsPhoneConsults();
        Assert.Equal(("", "1<2 2<1"), (Heard(call), Heard(second)));

        centre.Node.Refer(call, new LegId(2), "agent001", second.Id, LegId.Caller);
        centre.Time.RunFor(TimeSpan.FromSeconds(3));
        Assert.Equal("1<3 3<1", Heard(call));
        Assert.Equal([100, 200], call.ReferProgress);
        Assert.Equal((Presence.Talking, call.Id),
            (centre.Agent("agent001").Presence, centre.Agent("agent001").Call!.Value));
        Assert.Equal(QueueOutcome.TransferredOut, centre.Journal.Records[second.Id].Outcome);

        centre.Time.RunFor(TimeSpan.FromMinutes(3));
        Assert.Equal("1<3 3<1", Heard(call));
        centre.Node.CallerHangsUp(call);
        centre.Time.RunFor(TimeSpan.FromSeconds(60));
        Assert.Equal(Presence.Ready, centre.Agent("agent001").Presence);
        Assert.Equal(Presence.Ready, centre.Agent("agent000").Presence);
    }

    [Fact]
    public void AReferInTheSecondCallsDialogDoesTheSame()
    {
        var (centre, call, second) = AnAgentsPhoneConsults();
        centre.Node.Refer(second, LegId.Caller, "call-1", call.Id, new LegId(2));
        centre.Time.RunFor(TimeSpan.FromSeconds(3));

        Assert.Equal("1<3 3<1", Heard(call));
        Assert.Equal([100, 200], second.ReferProgress);
    }

    /// <summary>The agent's phone holds its caller and calls a colleague, who answers.</summary>
    private static (SimulatedCentre Centre, SimulatedCall Call, SimulatedCall Second) AnAgentsPhoneConsults()
    {
        var centre = Start(2);
        var call = Talk(centre, "call-1");
        centre.Node.Hold(call, new LegId(2), true);
        centre.Node.OfferFrom("call-2", "agent000", "agent001");
        centre.Time.RunFor(TimeSpan.FromSeconds(10));
        var second = centre.Node.Calls[new CallId("call-2")];
        return (centre, call, second);
    }

    private static Traffic Storm => new()
    {
        Agents = 12, Queues = 3, Calls = 200, Length = TimeSpan.FromMinutes(20), ControlsPerCall = 12,
        PatienceSeconds = 200,
    };

    private static void Stormy(SimulatedCentre centre)
    {
        Assert.True(centre.Accepted > 200, $"only {centre.Accepted} requests were accepted");
        Assert.True(centre.MatricesChecked > 200, $"only {centre.MatricesChecked} matrices were compared");
        Assert.True(centre.RightsChanged > 10, $"rights were changed only {centre.RightsChanged} times");
        foreach (var id in centre.Supervisors)
        {
            Assert.Equal("off", centre.Ask(g => g.GetGrain<ISupervisorGrain>(id).Get()).State);
            // One who had taken over and was lost is not ready; nobody is held by a call.
            Assert.Contains(centre.Agent(id).Presence, (Presence[])[Presence.Ready, Presence.NotReady]);
        }
    }

    internal static SimulatedCentre Start(int agents)
    {
        var centre = new SimulatedCentre(5, Quiet with { Agents = agents });
        centre.Time.Run(centre.Start, TimeSpan.FromMinutes(1));
        foreach (var id in centre.AgentIds.Concat(centre.Supervisors))
        {
            centre.Node.Register(id);
            centre.Time.RunFor(TimeSpan.FromSeconds(1));
        }

        return centre;
    }

    internal static SimulatedCall Talk(SimulatedCentre centre, string id)
    {
        centre.Node.Offer(id, "100");
        centre.Time.RunFor(TimeSpan.FromSeconds(10));
        var call = centre.Node.Calls[new CallId(id)];
        Assert.NotNull(call.Bridged);
        return call;
    }

    internal static SupervisorAnswer Watch(SimulatedCentre centre, string? call, string? agent, SupervisionMode mode) =>
        centre.Ask(g => g.GetGrain<ISupervisorGrain>("sup0").Watch(
            new WatchTarget(call is null ? null : new CallId(call), agent is null ? null : new AgentId(agent)), mode));

    internal static Contracts.Views.SupervisorView View(SimulatedCentre centre) =>
        centre.Ask(g => g.GetGrain<ISupervisorGrain>("sup0").Get());

    internal static string Heard(SimulatedCall call) =>
        string.Join(" ", call.Matrix.Select(h => $"{h.Listener.Value}<{h.Speaker.Value}"));
}
