namespace OrleansAcd.Engine.Runtime;

/// <summary>One call on its way: deadline and the caller's answer. Emitted classes add the arguments.</summary>
#pragma warning disable CA1001 // Nothing waits on the token's handle, so there is nothing to dispose of.
internal abstract class Request
#pragma warning restore CA1001
{
    private CancellationTokenSource? _callee;
    private CancellationTokenRegistration _registration;
    private Activation? _running;

    /// <summary>The caller's token; once sent, the callee's own, which is cancelled in a turn of the callee.</summary>
    public CancellationToken Token;

    /// <summary>What is called; null for the runtime's own work (timers).</summary>
    public MethodEntry? Method { get; set; }

    /// <summary>The engine's tick after which the caller is told that time is up.</summary>
    public long DeadlineTick { get; set; } = long.MaxValue;

    /// <summary>Place among the running requests of its activation.</summary>
    public int RunningIndex { get; set; } = -1;

    /// <summary>How often it was sent on because its activation ended.</summary>
    public int Forwards { get; set; }

    /// <summary>True for the runtime's own work, which the limit of waiting requests does not count.</summary>
    public virtual bool IsInternal => false;

    /// <summary>May run between the awaits of any request.</summary>
    public virtual bool Interleaves => Method!.AlwaysInterleaves;

    /// <summary>Counts as use of the grain.</summary>
    public virtual bool KeepsAlive => true;

    /// <summary>Changes nothing.</summary>
    public bool IsReadOnly => Method is { IsReadOnly: true };

    /// <summary>True once the caller knows the end.</summary>
    public abstract bool IsAnswered { get; }

    /// <summary>For messages and traces.</summary>
    public virtual string Name => Method!.ToString();

    /// <summary>Calls the grain's method.</summary>
    public abstract Task Begin(object grain);

    /// <summary>Makes the caller's task. Not called for one-way calls.</summary>
    public abstract void Expect(TaskCreationOptions options);

    /// <summary>Tells the caller the outcome; the first answer counts.</summary>
    public abstract void Answer(Task outcome);

    /// <summary>Tells the caller a failure; the first answer counts.</summary>
    public abstract void Fail(Exception error);

    /// <summary>Tells the caller that the call was cancelled.</summary>
    public abstract void Cancel(CancellationToken token);

    /// <summary>Gives the callee a token of its own and watches the caller's.</summary>
    public void WatchToken(ITurns turns)
    {
        if (!Token.CanBeCanceled) return;

        var caller = Token;
        _callee = new CancellationTokenSource();
        Token = _callee.Token;
        _registration = caller.UnsafeRegister(_ => turns.Deliver(() => OnCallerCancelled(caller)), null);
    }

    /// <summary>The request runs here from now on.</summary>
    public void RunsOn(Activation activation) => Volatile.Write(ref _running, activation);

    /// <summary>Stops watching the caller's token.</summary>
    public void Release() => _registration.Dispose();

    private void OnCallerCancelled(CancellationToken caller)
    {
        Cancel(caller);

        // The callee hears of it afterwards, as a turn of its own.
        if (Volatile.Read(ref _running) is { } activation) activation.Post(_callee!.Cancel);
    }
}
