using System.Diagnostics;
using OrleansAcd.MediaCore;

namespace OrleansAcd.MediaNode.Io;

/// <summary>A worker's one loop: sockets, posted actions, deadlines and the 20 ms tick, all on one thread.</summary>
/// <remarks>Everything but <see cref="Post"/> and <see cref="Stop"/> belongs to the loop's thread. What a handler
/// throws is caught here, counted, reported, and its owner told; the loop goes on.</remarks>
public sealed class EventLoop : IDisposable
{
    public static readonly TimeSpan TickPeriod = TimeSpan.FromMilliseconds(20);

    /// <summary>Posted actions run in one turn at most, so that packets are never kept waiting by a flood of
    /// them.</summary>
    private const int PostedPerTurnMax = 256;

    /// <summary>Deadlines handled in one turn at most.</summary>
    private const int TimeoutsPerTurnMax = 1_024;

    /// <summary>Of 64 bytes: what is looked at first of whoever ticks.</summary>
    private const int TickerLines = 2;

    private readonly EventLoopOptions _options;
    private readonly Poller _poller;
    private readonly BoundedMpscQueue<Action> _posted;
    private readonly SocketTable _sockets = new();
    private readonly TimerHeap _timers = new();
    private readonly TickPhases _ticks = new();
    private readonly List<DeadlineHook> _hooks = [];
    private Thread? _thread;
    private int _wakePending;
    private volatile bool _isStopping;
    private long _postsRefused;

    private sealed record DeadlineHook(Func<Instant?> Next, Action<Instant> OnDue);

    public EventLoop(INetwork network, EventLoopOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        Net = network;
        _options = options ?? new EventLoopOptions();
        _poller = network.CreatePoller();
        TurnStart = Now;
        _posted = new BoundedMpscQueue<Action>(_options.PostedMax);
    }

    public INetwork Net { get; }

    /// <summary>Monotonic; zero is the same for all loops of the process.</summary>
    public Instant Now => _options.Clock?.Invoke() ?? MonotonicClock.Now;

    /// <summary>When the present turn began: the time of arrival of what is being handled, without asking the
    /// clock.</summary>
    public Instant TurnStart { get; private set; }

    /// <summary>Exceptions that handlers let escape.</summary>
    public long Faults { get; private set; }

    /// <summary>Actions refused because the queue was full.</summary>
    public long PostsRefused => Interlocked.Read(ref _postsRefused);

    /// <summary>Returns from waiting, and what was ready then.</summary>
    public long Turns { get; private set; }

    public long Ready { get; private set; }

    /// <summary>Periods of the tick that came too late to be handled one by one.</summary>
    public long LateTicks { get; private set; }

    public void Add(NetSocket socket, IReadyHandler handler, bool wantsWrite = false)
    {
        ArgumentNullException.ThrowIfNull(socket);
        _poller.Add(socket, _sockets.Add(socket, handler), wantsWrite);
    }

    public void SetWriteInterest(NetSocket socket, bool wantsWrite)
    {
        ArgumentNullException.ThrowIfNull(socket);
        if (socket.Slot >= 0) _poller.SetWriteInterest(socket, _sockets.GenerationOf(socket), wantsWrite);
    }

    /// <summary>Forgets the socket; call before disposing it. What was ready in this turn is not delivered any
    /// more.</summary>
    public void Remove(NetSocket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        if (socket.Slot < 0) return;

        _poller.Remove(socket);
        _sockets.Remove(socket);
    }

    /// <summary>Sets or moves a deadline.</summary>
    public void Schedule(LoopTimer timer, Instant due)
    {
        ArgumentNullException.ThrowIfNull(timer);
        _timers.Set(timer, due);
    }

    public void Cancel(LoopTimer timer)
    {
        ArgumentNullException.ThrowIfNull(timer);
        _timers.Clear(timer);
    }

    /// <summary>For machines with one deadline of their own: asked before each wait, told when it is due.</summary>
    public void AddDeadlineHook(Func<Instant?> nextDeadline, Action<Instant> onDue) =>
        _hooks.Add(new DeadlineHook(nextDeadline, onDue));

    /// <summary>Ticks every 20 ms until removed, at a phase of its own choice.</summary>
    public void AddTick(ITickHandler handler) => _ticks.Add(handler, Now);

    public void RemoveTick(ITickHandler handler) => _ticks.Remove(handler);

    /// <summary>Runs an action on the loop's thread, soon. From any thread; false when too many wait already.</summary>
    public bool Post(Action action)
    {
        if (_isStopping || !_posted.TryEnqueue(action))
        {
            Interlocked.Increment(ref _postsRefused);
            return false;
        }

        if (Interlocked.Exchange(ref _wakePending, 1) == 0) _poller.Wake();
        return true;
    }

    /// <summary>Starts the loop's thread.</summary>
    public void Start()
    {
        _thread = new Thread(Run) { Name = _options.Name, IsBackground = true };
        _thread.Start();
    }

    /// <summary>Ends the loop and waits for its thread, unless called on it.</summary>
    public void Stop()
    {
        _isStopping = true;
        _poller.Wake();
        if (_thread is not null && _thread != Thread.CurrentThread) _thread.Join();
    }

    /// <summary>One turn on the caller's thread: waits at most so long, then handles all that is ready. For
    /// tests.</summary>
    public void RunOnce(TimeSpan waitMax)
    {
        var ready = _poller.Wait(WaitTime(waitMax));
        TurnStart = Now;
        Turns++;
        Ready += ready.Length;
        for (var i = 0; i < ready.Length; i++)
        {
            Prepare(ready[(i + 1)..]);
            Dispatch(ready[i]);
        }

        RunPosted();
        RunTicks();
        RunTimeouts();
    }

    public void Dispose()
    {
        Stop();
        _poller.Dispose();
    }

    private void Run()
    {
        ThreadTuning.Apply(_options);
        while (!_isStopping) RunOnce(Timeout.InfiniteTimeSpan);
    }

    private TimeSpan? WaitTime(TimeSpan waitMax)
    {
        var due = Instant.Min(_timers.Earliest?.Due ?? Instant.Never, _ticks.NextDue());
        foreach (var hook in _hooks) due = Instant.Min(due, hook.Next() ?? Instant.Never);
        var isEndless = waitMax == Timeout.InfiniteTimeSpan;
        if (due == Instant.Never) return isEndless ? null : waitMax;

        // The last turn was short: asking the clock again would cost more than waking a little late.
        var until = due - TurnStart;
        if (until < TimeSpan.Zero) until = TimeSpan.Zero;
        return isEndless || until < waitMax ? until : waitMax;
    }

    /// <summary>What comes next fetches what it needs, so that memory is waited for while something is done.</summary>
    private void Prepare(ReadOnlySpan<ReadySlot> next)
    {
        if (next.Length > 2) _sockets.Fetch(next[2]);
        if (next.Length > 1) _sockets.Find(next[1])?.Prepare(2);
        if (next.Length > 0) _sockets.Find(next[0])?.Prepare(1);
    }

    private void Dispatch(ReadySlot ready)
    {
        var handler = _sockets.Find(ready);
        if (handler is null) return;

        try
        {
            if (ready.IsReadable) handler.OnReadable();
            if (ready.IsWritable && _sockets.Find(ready) == handler) handler.OnWritable();
        }
        catch (Exception error)
        {
            Fault(error, handler.OnFault);
        }
    }

    private void RunPosted()
    {
        if (Volatile.Read(ref _wakePending) == 0) return;

        Interlocked.Exchange(ref _wakePending, 0);

        for (var i = 0; i < PostedPerTurnMax; i++)
        {
            if (!_posted.TryDequeue(out var action)) return;
            Guard(action!);
        }

        // More is waiting: come back after the sockets had their turn.
        if (Interlocked.Exchange(ref _wakePending, 1) == 0) _poller.Wake();
    }

    private void RunTicks()
    {
        Span<int> frames = stackalloc int[TickPhases.Count];
        var now = TurnStart;
        if (_ticks.TryAdvance(now, frames))
        {
            for (var phase = 0; phase < frames.Length; phase++) TickPhase(_ticks.Phases[phase], frames[phase], now);
        }

        _ticks.CloseGaps();
    }

    private void TickPhase(List<ITickHandler?> handlers, int frames, Instant now)
    {
        if (frames == 0 || handlers.Count == 0) return;

        LateTicks += frames - 1;
        for (var i = 0; i < handlers.Count; i++)
        {
            PrepareTick(handlers, i);
            Tick(handlers[i], frames, now);
        }
    }

    private static void PrepareTick(List<ITickHandler?> handlers, int at)
    {
        if (at + 3 < handlers.Count) CacheLines.Fetch(handlers[at + 3], TickerLines);
        if (at + 2 < handlers.Count) handlers[at + 2]?.Prepare(2);
        if (at + 1 < handlers.Count) handlers[at + 1]?.Prepare(1);
    }

    private void Tick(ITickHandler? handler, int frames, Instant now)
    {
        if (handler is null) return;

        try
        {
            handler.OnTick(frames, now);
        }
        catch (Exception error)
        {
            Fault(error, handler.OnFault);
        }
    }

    private void RunTimeouts()
    {
        var now = TurnStart;
        for (var i = 0; i < TimeoutsPerTurnMax && _timers.Earliest is { } timer && timer.Due <= now; i++)
        {
            _timers.Clear(timer);
            Expire(timer, now);
        }

        foreach (var hook in _hooks)
        {
            if (hook.Next() <= now) RunHook(hook, now);
        }
    }

    private void Expire(LoopTimer timer, Instant now)
    {
        try
        {
            timer.Owner.HandleTimeout(now);
        }
        catch (Exception error)
        {
            Fault(error, timer.Owner.OnFault);
        }
    }

    private void RunHook(DeadlineHook hook, Instant now)
    {
        try
        {
            hook.OnDue(now);
        }
        catch (Exception error)
        {
            Fault(error, null);
        }
    }

    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (Exception error)
        {
            Fault(error, null);
        }
    }

    private void Fault(Exception error, Action<Exception>? tellOwner)
    {
        Faults++;
        try
        {
            _options.OnError?.Invoke(error);
            tellOwner?.Invoke(error);
        }
        catch (Exception second)
        {
            // An owner that cannot even end its conversation must not end the others'.
            Faults++;
            Debug.WriteLine(second);
        }
    }
}
