namespace OrleansAcd.Storage;

/// <summary>Something to be written in the next transaction, and who waits for it.</summary>
internal abstract class PendingWrite
{
    private readonly TaskCompletionSource<bool> _durable = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>True: on disk. False: kept in memory, or dropped; the one who waits goes on.</summary>
    public Task<bool> Durable => _durable.Task;

    /// <summary>Roughly what it holds in memory.</summary>
    public abstract int Bytes { get; }

    /// <summary>On the writer's thread, inside a transaction; may run again after a rollback.</summary>
    public abstract void Apply(Statements statements);

    /// <summary>After the commit, on the writer's thread.</summary>
    public virtual void Committed() => Answer(true);

    /// <summary>Whoever waits goes on; what was answered first stands.</summary>
    public void Answer(bool durable) => _durable.TrySetResult(durable);
}
