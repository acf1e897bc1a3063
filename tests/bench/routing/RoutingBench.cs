using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using OrleansAcd.Calls;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;

namespace OrleansAcd.Bench;

/// <summary>Routing decisions a second on one core: one queue, 10,000 agents, 100,000 waiting calls (design section
/// 12).
/// </summary>
/// <remarks>A decision is a whole round through the Queue machine: an agent becomes ready and is offered the best
/// call with
/// the explained decision, grants it, the call leaves as answered and a new one enters the line.</remarks>
internal static class RoutingBench
{
    private const int AgentCount = 10_000;
    private const int WaitingCount = 100_000;
    private const int Rounds = 200_000;

    private static readonly DateTimeOffset Start = new(2026, 1, 1, 9, 0, 0, TimeSpan.Zero);
    private static readonly QueueId Queue = new("support");
    private static readonly ImmutableSortedDictionary<string, int> Skills =
        ImmutableSortedDictionary<string, int>.Empty.Add("english", 5);

    public static BenchReport Run(TextWriter output)
    {
        // Once to let the JIT finish.
        CallSurplus(Rounds / 10);
        AgentSurplus(Rounds / 10);
        var figures = new RoutingFigures(CallSurplus(Rounds), AgentSurplus(Rounds));
        figures.Print(output);
        return new BenchReport(figures, true);
    }

    private static double CallSurplus(int rounds)
    {
        var state = Begin();
        for (var i = 0; i < AgentCount; i++) state = Step(state, Notice(i, 1, Presence.Talking, 0), 0);
        for (var i = 0; i < WaitingCount; i++) state = Step(state, Enqueue(i, i * 0.001), i * 0.001);

        var watch = Stopwatch.StartNew();
        for (var n = 0; n < rounds; n++)
        {
            var now = 200 + (n * 0.001);
            var agent = n % AgentCount;
            var (next, effects) = QueueMachine.Step(state, Notice(agent, n + 2, Presence.Ready, now), At(now));
            var offer = ((QueueEffect.OfferAgent)effects[0]).Offer;
            state = Finish(next, offer, now);
            state = Step(state, Enqueue(WaitingCount + n, now), now);
        }

        return rounds / watch.Elapsed.TotalSeconds;
    }

    private static double AgentSurplus(int rounds)
    {
        var state = Begin();
        for (var i = 0; i < AgentCount; i++) state = Step(state, Notice(i, 1, Presence.Ready, i * 0.001), i * 0.001);

        var watch = Stopwatch.StartNew();
        for (var n = 0; n < rounds; n++)
        {
            var now = 200 + (n * 0.001);
            var (next, effects) = QueueMachine.Step(state, Enqueue(n, now), At(now));
            var offer = ((QueueEffect.OfferAgent)effects[0]).Offer;
            state = Finish(next, offer, now);
            state = Step(state, new QueueEvent.AgentChanged(NoticeOf(offer.Agent, n + 2, Presence.Ready, now)), now);
        }

        return rounds / watch.Elapsed.TotalSeconds;
    }

    private static QueueState Finish(QueueState state, AgentOffer offer, double now)
    {
        var call = offer.Call!.Value;
        var reservation = new Reservation(offer.Agent, call, Queue, 1, At(now + 25), TimeSpan.Zero);
        state = Step(state, new QueueEvent.Granted(reservation, new AgentPhone("", [])), now);
        return Step(state, new QueueEvent.Left(call, QueueOutcome.Answered), now);
    }

    private static QueueState Begin() => Step(
        QueueState.Empty,
        new QueueEvent.Started(
            QueueMachine.DefaultDefinition with { Id = Queue, Skills = [new SkillRequirement("english", 3, [])] }, []),
        0);

    private static QueueEvent.Enqueued Enqueue(int call, double at) => new(new Ticket(
        new CallId(call.ToString("D9", CultureInfo.InvariantCulture)), Queue, At(at), 0));

    private static QueueEvent.AgentChanged Notice(int agent, long epoch, Presence presence, double since) => new(NoticeOf(
        new AgentId("a" + agent.ToString("D5", CultureInfo.InvariantCulture)), epoch, presence, since));

    private static AgentNotice NoticeOf(AgentId agent, long epoch, Presence presence, double since) => new(
        agent, Queue, epoch, presence, "", At(since), Skills, 0, true);

    private static QueueState Step(QueueState state, QueueEvent e, double at) => QueueMachine.Step(state, e, At(at)).Next;

    private static DateTimeOffset At(double seconds) => Start.AddSeconds(seconds);
}

/// <summary>Whole rounds a second, on one thread.</summary>
/// <param name="CallSurplusPerSecond">An agent becomes ready: the best waiting call is found.</param>
/// <param name="AgentSurplusPerSecond">A call arrives: the best ready agent is found.</param>
internal sealed record RoutingFigures(double CallSurplusPerSecond, double AgentSurplusPerSecond)
{
    public void Print(TextWriter output) => output.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"""
        routing: 10,000 agents, 100,000 calls waiting, one thread
          an agent becomes ready, the best waiting call is found: {CallSurplusPerSecond:N0} decisions/s
          a call arrives, the best ready agent is found:          {AgentSurplusPerSecond:N0} decisions/s
        """));
}
