namespace OrleansAcd.Engine;

/// <summary>Time that runs only when told to, and the order of turns, drawn from a seed: same seed, same run.</summary>
/// <remarks>Not thread-safe: one thread makes it, advances it, and all grain code runs on that thread.</remarks>
public sealed class VirtualTime
{
    /// <summary>Turns without any time passing; more means that grains keep each other busy for ever.</summary>
    public const int TurnsAtOneInstantMax = 10_000_000;

    private readonly VirtualTrace _trace = new();

    /// <summary>Virtual time from a seed.</summary>
    /// <param name="seed">Draws the order of turns.</param>
    /// <param name="start">What the clock says first; the beginning of 2026 when left out.</param>
    public VirtualTime(int seed, DateTimeOffset? start = null)
    {
        Seed = seed;
        Random = new Random(seed);
        TimeProvider = new VirtualTimeProvider(start ?? new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        Turns = new VirtualTurns(Random);
        Scheduler = new VirtualClientScheduler(Turns);
    }

    /// <summary>The seed, to be printed when a run fails.</summary>
    public int Seed { get; }

    /// <summary>The clock and its timers.</summary>
    public VirtualTimeProvider TimeProvider { get; }

    /// <summary>Runs code that is not a grain's (clients, stream handlers) as turns of virtual time.</summary>
    public TaskScheduler Scheduler { get; }

    /// <summary>Told of every turn: the time, the grain, what it does.</summary>
    public Action<TimeSpan, string, string>? Traced { get; set; }

    /// <summary>A fingerprint of all turns so far.</summary>
    public ulong TraceHash => _trace.Hash;

    /// <summary>Turns so far.</summary>
    public long TurnCount => _trace.Count;

    internal Random Random { get; }

    internal VirtualTurns Turns { get; }

    /// <summary>Runs every turn and timer that is due, and those that follow at once. No time passes.</summary>
    public void RunUntilIdle() => Advance(TimeProvider.GetTimestamp(), static () => false);

    /// <summary>Lets time pass, firing what falls due.</summary>
    public void RunFor(TimeSpan time)
    {
        var end = TimeProvider.GetTimestamp() + time.Ticks;
        Advance(end, static () => false);
        TimeProvider.AdvanceTo(end);
    }

    /// <summary>Lets time pass until a condition holds.</summary>
    /// <returns>False when it does not hold within the limit, or nothing is left that could happen.</returns>
    public bool RunUntil(Func<bool> condition, TimeSpan limit)
    {
        ArgumentNullException.ThrowIfNull(condition);
        return Advance(TimeProvider.GetTimestamp() + limit.Ticks, condition);
    }

    /// <summary>Runs client code to its end, letting time pass as it needs.</summary>
    public T Run<T>(Func<Task<T>> client, TimeSpan limit)
    {
        var task = Task.Factory.StartNew(client, CancellationToken.None, TaskCreationOptions.None, Scheduler).Unwrap();
        if (RunUntil(() => task.IsCompleted, limit)) return task.GetAwaiter().GetResult();

        throw new TimeoutException($"Not done within {limit}; seed {Seed}.");
    }

    /// <inheritdoc cref="Run{T}(Func{Task{T}}, TimeSpan)"/>
    public void Run(Func<Task> client, TimeSpan limit)
    {
        ArgumentNullException.ThrowIfNull(client);
        Run(Completed, limit);

        async Task<bool> Completed()
        {
            await client();
            return true;
        }
    }

    internal void Record(string name, string what)
    {
        _trace.Add(TimeProvider.GetTimestamp(), name, what);
        Traced?.Invoke(TimeProvider.Elapsed, name, what);
    }

    private bool Advance(long until, Func<bool> condition)
    {
        Turns.Enter();

        // An ambient context (of a test runner, of a window) would take what follows an await to its own threads.
        var ambient = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            do
            {
                if (RunReady(condition)) return true;
            }
            while (TimeProvider.FireNext(until));

            return condition();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(ambient);
            Turns.Leave();
        }
    }

    private bool RunReady(Func<bool> condition)
    {
        for (var turns = 0; turns < TurnsAtOneInstantMax; turns++)
        {
            Turns.ThrowIfEscaped();
            if (condition()) return true;
            if (!Turns.RunOne()) return false;
        }

        throw new InvalidOperationException(
            $"{TurnsAtOneInstantMax} turns at {TimeProvider.Elapsed} and no end; seed {Seed}.");
    }
}
