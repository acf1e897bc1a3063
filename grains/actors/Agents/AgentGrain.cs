using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;
using OrleansAcd.Calls;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Contracts.Views;
using OrleansAcd.Streams;

namespace OrleansAcd.Actors;

/// <summary>One agent: steps the Agent machine, stores wish and phones when they change, acts.</summary>
public sealed partial class AgentGrain : Grain, IAgentGrain
{
    private readonly ICentreSource _centre;
    private readonly IPersistentState<AgentStored> _stored;
    private readonly IStreamBus _bus;
    private readonly TimeProvider _time;
    private readonly ILogger<AgentGrain> _log;
    private readonly DeadlineTimer _timer;
    private AgentState _state = AgentState.Empty;
    private AgentId _id;
    private CentreIndex? _seen;
    private long _shown;

    public AgentGrain(
        [PersistentState("agent")] IPersistentState<AgentStored> stored, ICentreSource centre, IStreamBus bus,
        TimeProvider time, ILogger<AgentGrain> log)
    {
        (_stored, _centre, _bus, _time, _log) = (stored, centre, bus, time, log);
        _timer = new DeadlineTimer(this, () => Apply(new AgentEvent.Tick()), time);
    }

    private AgentDefinition? Definition => _centre.Current.FindAgent(_id);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _id = new AgentId(this.GetPrimaryKeyString());
        return Apply(new AgentEvent.Started(_stored.State.ToRecord(), Definition));
    }

    public Task Offer(AgentOffer offer) => Apply(new AgentEvent.Offered(offer));

    public Task Ringing(Reservation reservation) => Apply(new AgentEvent.Rings(reservation));

    public Task Confirm(Reservation reservation) => Apply(new AgentEvent.Confirmed(reservation));

    public Task Release(Reservation reservation, ReleaseReason reason) =>
        Apply(new AgentEvent.Released(reservation, reason));

    public Task Summon(Summons summons) => Apply(new AgentEvent.Summoned(summons));

    public Task Move(Reservation reservation, CallId call, LegId leg) =>
        Apply(new AgentEvent.Moved(reservation, call, leg));

    public Task Monitored(Reservation reservation, bool monitored) =>
        Apply(new AgentEvent.Monitored(reservation, monitored));

    public Task CountTalk(CallSegment segment) => Apply(new AgentEvent.Talked(segment));

    public Task Watch(AgentId supervisor) => Apply(new AgentEvent.WatchAsked(supervisor, true));

    public Task Unwatch(AgentId supervisor) => Apply(new AgentEvent.WatchAsked(supervisor, false));

    public Task Announce(QueueId queue) => Apply(new AgentEvent.AnnounceAsked(queue));

    public Task PhoneChanged(NodeId node, ImmutableArray<PhoneContact> contacts) =>
        Apply(new AgentEvent.PhonesChanged(node, contacts));

    public Task DefinitionChanged() => Apply(new AgentEvent.Defined(Definition));

    public async Task<AgentChanged> Change(AgentChange change)
    {
        var refused = AgentMachine.WhyNot(_state, change.Wish);
        await Apply(new AgentEvent.ChangeAsked(change));
        return new AgentChanged(AgentViews.Of(_id, _state), refused);
    }

    public Task<AgentView> Get() => Task.FromResult(AgentViews.Of(_id, _state));

    /// <summary>A new version of the centre holds from the next event on, whoever tells of it.</summary>
    private async Task Apply(AgentEvent e)
    {
        var isNew = !ReferenceEquals(_centre.Current, _seen);
        _seen = _centre.Current;
        if (isNew && e is not (AgentEvent.Started or AgentEvent.Defined)) await Run(new AgentEvent.Defined(Definition));
        await Run(e);
    }

    private async Task Run(AgentEvent e)
    {
        var (next, todo) = AgentMachine.Step(_state, e, _time.GetUtcNow());
        _state = next;
        foreach (var effect in todo)
        {
            try
            {
                await Do(effect);
            }
#pragma warning disable CA1031 // The edge of the shell: a full disk or a lost message makes no agent stuck.
            catch (Exception error)
#pragma warning restore CA1031
            {
                LogEffectFailed(_log, _id, effect.GetType().Name, error);
            }
        }

        _timer.Arm(next.Deadline);
    }

    private async Task Do(AgentEffect effect)
    {
        switch (effect)
        {
            case AgentEffect.Notify e: await Queue(e.Notice.Queue).AgentChanged(e.Notice); break;
            case AgentEffect.Grant e: await Queue(e.Reservation.Queue).Granted(e.Reservation, e.Phone); break;
            case AgentEffect.Refuse e: await Queue(e.Offer.Queue).Refused(e.Offer); break;
            case AgentEffect.AnswerSummons e: await Call(e.Answer.Call).Summoned(e.Answer); break;
            case AgentEffect.TellWatcher e:
                await GrainFactory.GetGrain<ISupervisorGrain>(e.Supervisor.Value).AgentTalks(e.Agent, e.Call);
                break;
            case AgentEffect.Verify e: await Call(e.Reservation.Call).Verify(e.Reservation); break;
            case AgentEffect.Void e: await Call(e.Reservation.Call).Voided(e.Reservation); break;
            case AgentEffect.Save e:
                _stored.State = AgentStored.Of(e.Record);
                await _stored.WriteStateAsync();
                break;
            case AgentEffect.Show: Show(); break;
        }
    }

    private void Show() => _bus.TryPublish(
        FeedEvent.Stream,
        new FeedEvent(
            "acd.agent.changed.v1", "agent/" + _id.Value, ++_shown, _time.GetUtcNow(),
            FeedJson.Of(AgentViews.Of(_id, _state))));

    private IQueueGrain Queue(QueueId id) => GrainFactory.GetGrain<IQueueGrain>(id.Value);

    private ICallGrain Call(CallId id) => GrainFactory.GetGrain<ICallGrain>(id.Value);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Agent {Agent}: {Effect} failed")]
    private static partial void LogEffectFailed(ILogger log, AgentId agent, string effect, Exception error);
}
