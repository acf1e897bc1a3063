using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Grains;
using Xunit;

namespace OrleansAcd.Tests.Simulation.Grains;

/// <summary>Whole days of traffic in virtual time: what must hold whatever callers, phones and processes do.</summary>
public sealed class CentreSimulationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void EveryCallEndsWithOneOutcomeAndEveryAgentIsFreeAtTheEnd(int seed) =>
        Check(seed, new Traffic { Calls = 400, Length = TimeSpan.FromMinutes(30) });

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public void TooFewAgentsLoseNobodysPlace(int seed) => Check(
        seed, new Traffic { Agents = 3, Calls = 300, Length = TimeSpan.FromMinutes(30), PatienceSeconds = 200 });

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    [InlineData(23)]
    public void AgentsWithoutWrapUpInManyQueuesAreNeverStuck(int seed) => Check(
        seed, new Traffic { Queues = 6, Agents = 12, Calls = 400, WrapUp = "0s", TalkSeconds = 20 });

    [Theory]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(34)]
    public void KilledQueuesAndAgentsLoseNoCallAndLeaveNobodyStuck(int seed) => Check(
        seed, new Traffic { Calls = 400, Length = TimeSpan.FromMinutes(30), KillEvery = TimeSpan.FromSeconds(15) });

    [Theory]
    [InlineData(41)]
    [InlineData(42)]
    [InlineData(43)]
    public void KilledCallsAreRestoredFromTheJournal(int seed) => Check(
        seed,
        new Traffic
        {
            Calls = 400, Length = TimeSpan.FromMinutes(30), KillEvery = TimeSpan.FromSeconds(10), KillsCalls = true,
        });

    [Theory]
    [InlineData(51)]
    [InlineData(52)]
    [InlineData(53)]
    public void LostMessagesHealWithinTheirLeases(int seed) => Check(
        seed, new Traffic { Calls = 400, Length = TimeSpan.FromMinutes(30), LostMessages = 0.01 });

    [Theory]
    [InlineData(61)]
    [InlineData(62)]
    [InlineData(63)]
    [InlineData(64)]
    public void AConversationAndItsAgentKilledTogetherNeverGiveTheAgentASecondCall(int seed) => Check(
        seed,
        new Traffic
        {
            Calls = 400, Length = TimeSpan.FromMinutes(30), KillEvery = TimeSpan.FromSeconds(10), KillsPairs = true,
            Agents = 6, AgentMediaLost = 0,
        });

    [Fact]
    public void TheDaysFiguresOfAQueueSurviveAQuietHour()
    {
        var centre = new SimulatedCentre(3, new Traffic { Queues = 1, Agents = 2, Calls = 5, NoAnswer = 0 });
        centre.Time.Run(centre.Start, TimeSpan.FromMinutes(1));
        centre.Node.Offer("call-1", "100");
        centre.Time.RunFor(TimeSpan.FromMinutes(10));
        var before = centre.Queue("queue0").Offered;
        centre.Time.RunFor(TimeSpan.FromHours(1));

        Assert.Equal((1, 1), (before, centre.Queue("queue0").Offered));
    }

    [Theory]
    [InlineData("queue1", QueueOutcome.Abandoned)]
    [InlineData(null, QueueOutcome.Rejected)]
    public void CallsOfADroppedQueueGoWhereTheirNumberLeadsNow(string? to, QueueOutcome outcome)
    {
        var centre = new SimulatedCentre(4, new Traffic { Queues = 2, Agents = 0, Calls = 1, PatienceSeconds = 1e6 });
        centre.Time.Run(centre.Start, TimeSpan.FromMinutes(1));
        centre.Node.Offer("call-1", "100");
        centre.Time.RunFor(TimeSpan.FromSeconds(10));
        Assert.Equal(1, centre.Queue("queue0").Waiting);
        var numbers = to is null ? "numbers: []" : $"numbers: [ {{ number: \"100\", to: queue/{to} }} ]";
        Assert.True(centre.Apply($"{numbers}\nqueues: [ {{ id: queue1 }} ]\n").Accepted);
        centre.Time.RunFor(TimeSpan.FromSeconds(10));

        Assert.Equal((0, to is null ? 0 : 1), (centre.Queue("queue0").Waiting, centre.Queue("queue1").Waiting));
        if (to is not null) centre.Node.CallerHangsUp(centre.Node.Calls[new CallId("call-1")]);
        centre.Time.RunFor(TimeSpan.FromSeconds(10));
        Assert.Equal(outcome, centre.Journal.Records[new CallId("call-1")].Outcome);
    }

    [Fact]
    public void AWholeDayRunsInSeconds()
    {
        var traffic = new Traffic
        {
            Agents = 30, Queues = 3, Calls = 5_000, Length = TimeSpan.FromHours(10), TalkSeconds = 80, NoAnswer = 0.03,
        };

        Check(99, traffic);
    }

    [Fact]
    public void TheSameSeedGivesTheSameRun()
    {
        var one = new SimulatedCentre(7, new Traffic { Calls = 100 });
        var two = new SimulatedCentre(7, new Traffic { Calls = 100 });
        one.Run();
        two.Run();

        Assert.Equal(one.Time.TurnCount, two.Time.TurnCount);
        Assert.Equal(one.Time.TraceHash, two.Time.TraceHash);
    }

    private static void Check(int seed, Traffic traffic) => Check(seed, traffic, _ => { });

    /// <param name="more">What else must hold at the end.</param>
    internal static void Check(int seed, Traffic traffic, Action<SimulatedCentre> more)
    {
        var centre = new SimulatedCentre(seed, traffic);
        centre.Run();
        more(centre);

        // A message that a grain was handling, or that waited for it, when it was killed is lost with it, and whoever
        // waited for its answer is told so; nothing else may fail, and all that follows here has to heal of it.
        Assert.DoesNotContain(
            centre.Failures, f => !centre.Losses.Any(loss => f.EndsWith(loss, StringComparison.Ordinal)));
        Assert.Empty(centre.Node.Violations);
        Assert.Empty(centre.Journal.CompletedTwice);
        var open = centre.Node.Calls.Values.Where(c => !centre.Journal.Records.ContainsKey(c.Id))
            .Select(c => c.Id.Value);
        Assert.True(!open.Any(), $"seed {seed}: no record of {string.Join(", ", open.Take(5))}");
        Assert.All(centre.Journal.Records.Values, r => Assert.NotEqual(QueueOutcome.None, r.Outcome));
        Assert.Equal(traffic.Calls, centre.Journal.Records.Count);
        var legsUp = centre.Node.Calls.Values.SelectMany(c => c.Legs.Values).Count(l => l.State != LegState.Down);
        Assert.True(legsUp == 0, $"seed {seed}: {legsUp} legs are still up");
        foreach (var id in centre.AgentIds)
        {
            var agent = centre.Agent(id);
            Assert.True(agent.Presence == Presence.Ready, $"seed {seed}: {id} is {agent.Presence} ({agent.Reason})");
        }

        foreach (var id in centre.QueueIds)
        {
            var queue = centre.Queue(id);
            Assert.True(queue.Waiting == 0, $"seed {seed}: {queue.Waiting} wait in {id}");
            Assert.Equal(queue.Members, queue.Ready);
        }

        Assert.True(
            centre.Journal.Records.Values.Count(r => r.Outcome == QueueOutcome.Answered) > traffic.Calls / 4,
            $"seed {seed}: hardly anybody was answered");
    }
}
