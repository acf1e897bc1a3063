using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;
using OrleansAcd.Calls;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Views;
using OrleansAcd.Streams;

namespace OrleansAcd.Actors;

/// <summary>One supervisor: steps the Supervisor machine, stores what is watched, acts.</summary>
public sealed partial class SupervisorGrain : Grain, ISupervisorGrain
{
    /// <summary>So many answers of calls are stepped for one event: each leads to at most one more.</summary>
    private const int AnswersMax = 8;

    private readonly ICentreSource _centre;
    private readonly IPersistentState<SupervisorStored> _stored;
    private readonly IStreamBus _bus;
    private readonly TimeProvider _time;
    private readonly ILogger<SupervisorGrain> _log;
    private readonly DeadlineTimer _timer;
    private SupervisorState _state = SupervisorState.Empty;
    private AgentId _id;
    private long _shown;

    public SupervisorGrain(
        [PersistentState("supervisor")] IPersistentState<SupervisorStored> stored, ICentreSource centre, IStreamBus bus,
        TimeProvider time, ILogger<SupervisorGrain> log)
    {
        (_stored, _centre, _bus, _time, _log) = (stored, centre, bus, time, log);
        _timer = new DeadlineTimer(this, () => Apply(new SupervisorEvent.Tick()), time);
    }

    private ImmutableArray<SupervisionRight> Rights => _centre.Current.FindAgent(_id)?.Supervises ?? [];

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _id = new AgentId(this.GetPrimaryKeyString());
        return Apply(new SupervisorEvent.Started(_stored.State.ToRecord()));
    }

    public Task<SupervisorAnswer> Watch(WatchTarget target, SupervisionMode mode) =>
        Ask(new SupervisorEvent.WatchAsked(target, mode, Rights));

    public Task<SupervisorAnswer> ChangeMode(SupervisionMode mode) => Ask(new SupervisorEvent.ModeAsked(mode, Rights));

    public Task<SupervisorAnswer> Stop() => Ask(new SupervisorEvent.StopAsked());

    public Task<SupervisorView> Get() => Task.FromResult(View());

    public Task AgentTalks(AgentId agent, CallId? call) => Apply(new SupervisorEvent.AgentTalks(agent, call));

    public Task RightsChanged() => Apply(new SupervisorEvent.RightsChanged(Rights));

    public Task Reported(WatchReport report) => Apply(new SupervisorEvent.Reported(report));

    private async Task<SupervisorAnswer> Ask(SupervisorEvent e)
    {
        var refusal = await Apply(e);
        return new SupervisorAnswer(View(), refusal?.Refusal ?? ControlRefusal.None, refusal?.Reason ?? "");
    }

    private SupervisorView View() => SupervisorViews.Of(_id, _state, Rights);

    /// <summary>Steps the event, and then the answers of the calls that were asked because of it.</summary>
    private async Task<ControlAnswer?> Apply(SupervisorEvent first)
    {
        ControlAnswer? refusal = null;
        var events = new Queue<SupervisorEvent>([first]);
        for (var i = 0; i < AnswersMax && events.TryDequeue(out var e); i++)
        {
            var (next, todo, refused) = SupervisorMachine.Step(_state, _id, e, _time.GetUtcNow());
            _state = next;
            refusal ??= refused;
            foreach (var effect in todo)
            {
                if (await Run(effect) is { } answer) events.Enqueue(answer);
            }
        }

        _timer.Arm(_state.Deadline);
        return refusal;
    }

    private async Task<SupervisorEvent?> Run(SupervisorEffect effect)
    {
        try
        {
            return await Do(effect);
        }
#pragma warning disable CA1031 // The edge of the shell: what is lost here is asked again.
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogEffectFailed(_log, _id, effect.GetType().Name, error);
            return effect is SupervisorEffect.Ask ask
                ? new SupervisorEvent.Answered(
                    ask.Call, ask.Control, new ControlAnswer(ControlRefusal.Impossible, "The call cannot answer now."))
                : null;
        }
    }

    private async Task<SupervisorEvent?> Do(SupervisorEffect effect)
    {
        switch (effect)
        {
            case SupervisorEffect.Ask e:
                var control = e.Control with { By = "supervisor " + _id.Value };
                var answer = await GrainFactory.GetGrain<ICallGrain>(e.Call.Value).Control(control);
                return new SupervisorEvent.Answered(e.Call, e.Control, answer);
            case SupervisorEffect.Check e:
                var same = new CallControl.ChangeWatch(_id, e.Mode) { By = "supervisor " + _id.Value };
                return new SupervisorEvent.Checked(
                    e.Call, await GrainFactory.GetGrain<ICallGrain>(e.Call.Value).Control(same));
            case SupervisorEffect.WatchAgent { Watches: true } e:
                await GrainFactory.GetGrain<IAgentGrain>(e.Agent.Value).Watch(_id);
                break;
            case SupervisorEffect.WatchAgent e:
                await GrainFactory.GetGrain<IAgentGrain>(e.Agent.Value).Unwatch(_id);
                break;
            case SupervisorEffect.Save e:
                _stored.State = SupervisorStored.Of(e.Record);
                await _stored.WriteStateAsync();
                break;
            case SupervisorEffect.Show: Show(); break;
        }

        return null;
    }

    private void Show() => _bus.TryPublish(
        FeedEvent.Stream,
        new FeedEvent(
            "acd.supervisor.changed.v1", "supervisor/" + _id.Value, ++_shown, _time.GetUtcNow(), FeedJson.Of(View())));

    [LoggerMessage(Level = LogLevel.Warning, Message = "Supervisor {Supervisor}: {Effect} failed")]
    private static partial void LogEffectFailed(ILogger log, AgentId supervisor, string effect, Exception error);
}
