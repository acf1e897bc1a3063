using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;
using OrleansAcd.Calls;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Contracts.Storage;
using OrleansAcd.Contracts.Views;
using OrleansAcd.Streams;

namespace OrleansAcd.Actors;

/// <summary>One call: steps the Call machine, writes the journal, then acts.</summary>
public sealed partial class CallGrain : Grain, ICallGrain
{
    /// <summary>An ended call answers questions from memory for so long.</summary>
    public static readonly TimeSpan LingerTime = TimeSpan.FromSeconds(30);

    private readonly ICentreSource _centre;
    private readonly ICallJournal _journal;
    private readonly ICallStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger<CallGrain> _log;
    private readonly CallEffects _effects;
    private readonly DeadlineTimer _timer;
    private CallState _state = CallState.Empty;
    private bool _restored;

    public CallGrain(
        ICentreSource centre, ICallJournal journal, ICallStore store, IStreamBus bus, TimeProvider time,
        ILogger<CallGrain> log)
    {
        (_centre, _journal, _store, _time, _log) = (centre, journal, store, time, log);
        _effects = new CallEffects(GrainFactory, bus, log);
        _timer = new DeadlineTimer(this, Tick, time);
    }

    private CallId Id => new(this.GetPrimaryKeyString());

    public Task OnMedia(MediaEvent media) => Apply(media switch
    {
        LegOffered offered => new CallEvent.Offered(offered, QueueRoute.OfNumber(_centre.Current, offered.Dialled))
        {
            Target = DialTarget.Direct(_centre.Current, offered),
        },
        LegReferred referred => new CallEvent.Media(media)
        {
            Target = DialTarget.Of(_centre.Current, referred.Target),
        },
        _ => new CallEvent.Media(media),
    });

    public Task Assigned(Assignment assignment)
    {
        var agent = _centre.Current.FindAgent(assignment.Reservation.Agent);
        return Apply(new CallEvent.Assigned(assignment)
        {
            Recording = agent?.Recording ?? RecordingRule.Never,
            Encryption = agent?.Account?.Encryption ?? EncryptionPolicy.Prefer,
        });
    }

    public Task Summoned(SummonsAnswer answer) => Apply(new CallEvent.Summoned(answer));

    public Task HandOver(HandOver request) => Apply(new CallEvent.HandOverAsked(request));

    public Task HandedOver(HandOverAnswer answer) => Apply(new CallEvent.HandedOver(answer));

    public async Task<ControlAnswer> Control(CallControl control)
    {
        if (_state.Phase == CallPhase.New) await Restore();
        var answer = await Apply(new CallEvent.Controlled(control)
        {
            Target = TargetOf(control), May = MayOf(control),
        });
        return answer ?? new ControlAnswer(ControlRefusal.Invalid, "This is no control that there is.");
    }

    public Task Overflowed(QueueId from, QueueId to) =>
        Apply(new CallEvent.Overflowed(from, QueueRoute.OfQueue(_centre.Current, to)));

    public async Task QueueGone(QueueId queue)
    {
        if (_state.Phase == CallPhase.New) await Restore();
        await Apply(new CallEvent.QueueGone(queue, QueueRoute.OfNumber(_centre.Current, _state.Number)));
    }

    public Task Verify(Reservation reservation) => Apply(new CallEvent.Verified(reservation));

    public Task Voided(Reservation reservation) => Apply(new CallEvent.Voided(reservation));

    public async Task<bool> Hangup(string by)
    {
        await Apply(new CallEvent.HangupAsked(by.Length > 64 ? by[..64] : by));
        return _state.Phase is CallPhase.Closing or CallPhase.Ended;
    }

    public async Task<CallView?> Get()
    {
        if (_state.Phase == CallPhase.New) await Restore();
        if (_state.Phase != CallPhase.New) return CallViews.Of(_state, _time.GetUtcNow());

        DeactivateOnIdle();
        return null;
    }

    private DialTarget? TargetOf(CallControl control) => control switch
    {
        CallControl.BlindTransfer c => Target(c.Target),
        CallControl.Consult c => Target(c.Target),
        CallControl.AddParty c => Target(c.Target),
        CallControl.RedirectCaller c => Target(c.Target),
        _ => null,
    };

    private DialTarget? Target(string text) =>
        text.Length is > 0 and <= CallControl.TargetCharsMax ? DialTarget.Of(_centre.Current, text) : null;

    /// <summary>What a supervisor may do in the queue that the call came by.</summary>
    private ImmutableArray<SupervisionMode> MayOf(CallControl control)
    {
        var supervisor = control switch
        {
            CallControl.Watch c => c.Supervisor,
            CallControl.ChangeWatch c => c.Supervisor,
            _ => default,
        };
        if (supervisor.Value is null || _centre.Current.FindAgent(supervisor) is not { } agent) return [];

        foreach (var right in agent.Supervises)
        {
            if (right.Queue == _state.Route?.Queue) return right.May;
        }

        return [];
    }

    private Task Tick()
    {
        if (_state.Phase is not CallPhase.Ended) return Apply(new CallEvent.Tick());

        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    private async Task<ControlAnswer?> Apply(CallEvent e)
    {
        if (_state.Phase == CallPhase.New && e is not CallEvent.Offered) await Restore();
        var now = _time.GetUtcNow();
        var step = CallMachine.Step(_state, e, now);
        var (next, todo, entries) = step;
        if (!entries.IsEmpty) await Record(e, next, entries, now);

        _state = next;
        foreach (var effect in todo) await _effects.Run(Id, next, effect, now);

        Arm(now);
        return step.Answer;
    }

    private void Arm(DateTimeOffset now)
    {
        switch (_state.Phase)
        {
            case CallPhase.New: DeactivateOnIdle(); break;
            case CallPhase.Ended: _timer.Arm(now + LingerTime); break;
            default: _timer.Arm(_state.Deadline); break;
        }
    }

    /// <summary>Journal first, then act. The journal never fails for want of disk; if it does fail, the call goes
    /// on.</summary>
    private async Task Record(CallEvent e, CallState next, ImmutableArray<TimelineEntry> entries, DateTimeOffset now)
    {
        var lines = CallJournalLines.Of(e, entries);
        try
        {
            if (next.Phase == CallPhase.Ended) await _journal.Complete(CallViews.Of(next, now), lines);
            else await _journal.Append(Id, lines);
        }
#pragma warning disable CA1031 // A call that is up goes on without its journal.
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogJournalFailed(_log, Id, error);
        }
    }

    /// <summary>This activation knows nothing of the call: it may have lived in one that died.</summary>
    private async Task Restore()
    {
        if (_restored) return;

        _restored = true;
        try
        {
            var lines = await _store.Replay(Id, CancellationToken.None);
            if (lines.Count == 0) return;

            (_state, var shown) = CallFold.Replay(lines);
            _effects.Continue(shown);
            LogRestored(_log, Id, CallViews.StateName(_state.Phase));
        }
        catch (StorageUnavailableException error)
        {
            _restored = false;
            LogRestoreFailed(_log, Id, error);
        }
    }
}
