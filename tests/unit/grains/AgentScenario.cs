using System.Collections.Immutable;
using OrleansAcd.Calls;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;

namespace OrleansAcd.Tests.Unit.Grains;

/// <summary>Brings an agent into a presence by the events that lead there, and runs more of them.</summary>
internal sealed class AgentScenario
{
    public AgentState State { get; private set; } = AgentState.Empty;

    public List<AgentEffect> Last { get; private set; } = [];

    public static AgentState In(string presence)
    {
        var s = new AgentScenario().Start();
        if (presence == "LoggedOut") return s.State;

        s.Phone(1);
        if (presence == "NotReady") return s.Ask(AgentWish.NotReady, 1, "lunch").State;

        s.Bid(null, 1);
        if (presence == "Ready") return s.State;

        s.Bid("call-1", 2);
        if (presence == "Reserved") return s.State;

        s.Step(new AgentEvent.Rings(s.State.Current!), 3);
        if (presence == "Ringing") return s.State;

        s.Step(new AgentEvent.Confirmed(s.State.Current!), 4);
        if (presence == "Talking") return s.State;

        return s.Release(ReleaseReason.Finished, 5).State;
    }

    public static AgentOffer OfferOf(string? call, long epoch, double enqueued = 0, QueueId? queue = null) => new(
        Given.Alice, queue ?? Given.Support, epoch, call is null ? null : new CallId(call),
        call is null ? default : new CallRank(0, Given.T0.AddSeconds(enqueued), new CallId(call)),
        TimeSpan.FromSeconds(15),
        TimeSpan.FromSeconds(10));

    public AgentScenario Start(LoginMode login = LoginMode.Phone, params ImmutableArray<QueueId> queues) =>
        Step(new AgentEvent.Started(AgentRecord.None, Given.Agent(login, queues)), 0);

    public AgentScenario Phone(double at) => Step(new AgentEvent.PhonesChanged(Given.Node, [Given.Contact()]), at);

    public AgentScenario NoPhone(double at) => Step(new AgentEvent.PhonesChanged(Given.Node, []), at);

    public AgentScenario Bid(string? call, double at, double enqueued = 0, QueueId? queue = null) =>
        Step(new AgentEvent.Offered(OfferOf(call, State.ReadyEpoch, enqueued, queue)), at);

    public AgentScenario Ask(AgentWish wish, double at, string reason = "") =>
        Step(new AgentEvent.ChangeAsked(new AgentChange(wish, reason)), at);

    public AgentScenario Confirm(double at) => Step(new AgentEvent.Confirmed(State.Current!), at);

    public AgentScenario Release(ReleaseReason reason, double at) =>
        Step(new AgentEvent.Released(State.Current!, reason), at);

    public AgentScenario Tick(double at) => Step(new AgentEvent.Tick(), at);

    public AgentScenario Step(AgentEvent e, double at)
    {
        var (next, effects) = AgentMachine.Step(State, e, Given.T0.AddSeconds(at));
        State = next;
        Last = [.. effects];
        return this;
    }
}
