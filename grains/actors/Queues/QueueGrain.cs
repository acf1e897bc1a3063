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

/// <summary>One queue: steps the Queue machine and acts. Nothing is stored: calls and agents tell again.</summary>
public sealed partial class QueueGrain : Grain, IQueueGrain
{
    /// <summary>Figures go to the feed at most this often.</summary>
    public static readonly TimeSpan ShowInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>While somebody waits, figures go to the feed at least this often: waits grow by themselves.</summary>
    public static readonly TimeSpan ShowWaitingInterval = TimeSpan.FromSeconds(2);

    /// <summary>So many waiting calls are in the feed's figures.</summary>
    private const int ShownLineMax = 20;

    private readonly ICentreSource _centre;
    private readonly IStreamBus _bus;
    private readonly TimeProvider _time;
    private readonly ILogger<QueueGrain> _log;
    private readonly DeadlineTimer _timer;
    private QueueState _state = QueueState.Empty;
    private CentreIndex? _seen;
    private QueueId _id;
    private long _shown;
    private long _shownVersion;
    private DateTimeOffset _shownAt;

    public QueueGrain(ICentreSource centre, IStreamBus bus, TimeProvider time, ILogger<QueueGrain> log)
    {
        (_centre, _bus, _time, _log) = (centre, bus, time, log);
        _timer = new DeadlineTimer(this, () => Apply(new QueueEvent.Tick()), time);
    }

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _id = new QueueId(this.GetPrimaryKeyString());
        _seen = _centre.Current;
        var agents = _seen.Centre.Agents.Where(a => a.Queues.Contains(_id)).Select(a => a.Id).ToImmutableArray();
        // The figures of the day are nowhere else; there are no more queues than the centre has.
        DelayDeactivation(Timeout.InfiniteTimeSpan);
        return Start(agents);
    }

    public Task Enqueue(Ticket ticket) => Apply(new QueueEvent.Enqueued(ticket));

    public Task Leave(CallId call, QueueOutcome outcome) => Apply(new QueueEvent.Left(call, outcome));

    public Task OfferFailed(Reservation reservation, OfferFailure failure) =>
        Apply(new QueueEvent.OfferFailed(reservation, failure));

    public Task AgentChanged(AgentNotice notice) => Apply(new QueueEvent.AgentChanged(notice));

    public Task Granted(Reservation reservation, AgentPhone phone) => Apply(new QueueEvent.Granted(reservation, phone));

    public Task Refused(AgentOffer offer) => Apply(new QueueEvent.Refused(offer));

    public Task CountTalk(CallSegment segment) => Apply(new QueueEvent.Talked(segment));

    public Task<QueueView> Get() => Task.FromResult(QueueViews.Of(_id, _state, _time.GetUtcNow()));

    private async Task Start(ImmutableArray<AgentId> agents)
    {
        var definition = _seen!.FindQueue(_id);
        var now = _time.GetUtcNow();
        await Run(new QueueEvent.Started(definition, agents), now);
        if (definition is null && _seen.Centre.Version > 0) await Run(new QueueEvent.Defined(null), now);
    }

    private async Task Apply(QueueEvent e)
    {
        var now = _time.GetUtcNow();
        await FollowCentre(now);
        await Run(e, now);
        if (e is QueueEvent.Tick && _state.Deadline <= now) await Run(new QueueEvent.Tick(), now);
        ShowIfDue(now);
        Arm();
        if (_state is { IsDropped: true, Line.Count: 0 }) DeactivateOnIdle();
    }

    /// <summary>A new version of the centre: its rules hold from the next event on.</summary>
    private async Task FollowCentre(DateTimeOffset now)
    {
        var current = _centre.Current;
        if (ReferenceEquals(current, _seen)) return;

        _seen = current;
        await Run(new QueueEvent.Defined(current.FindQueue(_id)), now);
    }

    private async Task Run(QueueEvent e, DateTimeOffset now)
    {
        var (next, todo) = QueueMachine.Step(_state, e, now);
        _state = next;
        foreach (var effect in todo) await Do(effect);
    }

    private async Task Do(QueueEffect effect)
    {
        try
        {
            await (effect switch
            {
                QueueEffect.OfferAgent e => GrainFactory.GetGrain<IAgentGrain>(e.Offer.Agent.Value).Offer(e.Offer),
                QueueEffect.AssignCall e =>
                    GrainFactory.GetGrain<ICallGrain>(e.Assignment.Reservation.Call.Value).Assigned(e.Assignment),
                QueueEffect.ReleaseAgent e =>
                    GrainFactory.GetGrain<IAgentGrain>(e.Reservation.Agent.Value).Release(e.Reservation, e.Reason),
                QueueEffect.Overflow e => GrainFactory.GetGrain<ICallGrain>(e.Call.Value).Overflowed(e.From, e.To),
                QueueEffect.LetGo e => GrainFactory.GetGrain<ICallGrain>(e.Call.Value).QueueGone(_id),
                QueueEffect.AskAgent e => GrainFactory.GetGrain<IAgentGrain>(e.Agent.Value).Announce(e.Queue),
                _ => Task.CompletedTask,
            });
        }
#pragma warning disable CA1031 // The edge of the shell: what is lost here is told again.
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogEffectFailed(_log, _id, effect.GetType().Name, error);
        }
    }

    private void ShowIfDue(DateTimeOffset now)
    {
        var isDue = _state.Version != _shownVersion
            ? now >= _shownAt + ShowInterval
            : _state.Line.Count > 0 && now >= _shownAt + ShowWaitingInterval;
        if (!isDue) return;

        (_shownVersion, _shownAt) = (_state.Version, now);
        var view = QueueViews.Of(_id, _state, now, ShownLineMax);
        _bus.TryPublish(
            FeedEvent.Stream,
            new FeedEvent("acd.queue.changed.v1", "queue/" + _id.Value, ++_shown, now, FeedJson.Of(view)));
    }

    private void Arm()
    {
        _timer.Arm(_state.Deadline);
        if (_state.Version != _shownVersion) _timer.Arm(_shownAt + ShowInterval);
        else if (_state.Line.Count > 0) _timer.Arm(_shownAt + ShowWaitingInterval);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Queue {Queue}: {Effect} failed")]
    private static partial void LogEffectFailed(ILogger log, QueueId queue, string effect, Exception error);
}
