using System.Runtime.ExceptionServices;
using Orleans.Runtime;

namespace OrleansAcd.Engine.Runtime;

/// <summary>One grain in memory: its object, its requests, its turns. At most one turn runs at any time.</summary>
/// <remarks>The queues are guarded by one lock, held for a few instructions; grain code never runs under it.</remarks>
#pragma warning disable CA1001 // Nothing waits on the token's handle, so there is nothing to dispose of.
internal sealed partial class Activation : IThreadPoolWorkItem
#pragma warning restore CA1001
{
    /// <summary>Turns in a row before other activations get the thread.</summary>
    public const int TurnsPerSlice = 64;

    private readonly object _gate = new();
    private readonly Queue<Task> _continuations = new();
    private readonly Queue<Request> _waiting = new();
    private readonly Queue<Request> _interleaving = new();
    private readonly List<Request> _running = [];
    private readonly ActivationScheduler _scheduler;
    private readonly GrainClass _class;
    private ActivationState _state;
    private int _runningWriters;
    private bool _scheduled;
    private long _calls;
    private long _lastUsed;

    public Activation(EmbeddedEngine engine, GrainClass grainClass, string key, long sequence)
    {
        Engine = engine;
        _class = grainClass;
        GrainId = GrainId.Create(grainClass.GrainType, key);
        Name = GrainId.ToString();
        _deactivated = new(engine.Turns.AnswerOptions);
        Sequence = sequence;
        _scheduler = new ActivationScheduler(this);
        _lastUsed = engine.Tick;
    }

    /// <summary>The engine that it lives in.</summary>
    public EmbeddedEngine Engine { get; }

    /// <summary>Kind and key in one text.</summary>
    public string Name { get; }

    /// <summary>What it is an activation of.</summary>
    public GrainClass Class => _class;

    /// <summary>Order of making, which orders sweeps.</summary>
    public long Sequence { get; }

    /// <summary>Requests that wait for their turn.</summary>
    public int QueueLength
    {
        get
        {
            lock (_gate) return _waiting.Count + _interleaving.Count;
        }
    }

    /// <summary>Requests accepted so far.</summary>
    public long Calls
    {
        get
        {
            lock (_gate) return _calls;
        }
    }

    /// <summary>Takes a request in, unless too many wait or the activation has ended.</summary>
    public Admission TryEnqueue(Request request)
    {
        bool wake;
        lock (_gate)
        {
            if (_state is ActivationState.Dead) return Admission.Gone;

            if (!request.IsInternal)
            {
                if (_waiting.Count + _interleaving.Count >= Engine.Options.WaitingRequestsMax) return Admission.Full;
                _calls++;
            }

            if (request.KeepsAlive) _lastUsed = Engine.Tick;
            (_class.IsReentrant || request.Interleaves ? _interleaving : _waiting).Enqueue(request);
            wake = WakeLocked();
        }

        if (wake) Engine.Turns.Ready(this);
        return Admission.Accepted;
    }

    /// <summary>Takes a continuation of grain code in.</summary>
    public void Enqueue(Task continuation)
    {
        bool wake;
        lock (_gate)
        {
            if (_killed) return;

            _continuations.Enqueue(continuation);
            wake = WakeLocked();
        }

        if (wake) Engine.Turns.Ready(this);
    }

    /// <summary>Runs an action as a turn.</summary>
    public void Post(Action action) =>
        _ = Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.None, _scheduler);

    /// <summary>A slice of turns on the thread pool.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        if (_scheduler.Enter(static self => ((Activation)self!).RunSlice(), this) is not { } broken) return;

        // Grain code's failures are answers: this is the engine's own, and must not leave callers waiting.
        Engine.ReportBroken(GrainId, broken);
        Kill(broken);
    }

    /// <summary>One turn in virtual time, which gets the activation back when more is to be done.</summary>
    public void RunVirtualTurn()
    {
        var broken = _scheduler.Enter(static self => ((Activation)self!).RunOneAndReturn(), this);
        if (broken is not null) ExceptionDispatchInfo.Throw(broken);
    }

    private void RunOneAndReturn()
    {
        if (RunOneTurn()) Engine.Turns.Ready(this);
    }

    private bool RunOneTurn()
    {
        object? turn;
        lock (_gate)
        {
            turn = NextLocked();
            if (turn is null)
            {
                _scheduled = false;
                return false;
            }
        }

        Run(turn);
        return true;
    }

    private void RunSlice()
    {
        for (var i = 0; i < TurnsPerSlice; i++)
        {
            if (!RunOneTurn()) return;
        }

        Engine.Turns.Ready(this);
    }
}
