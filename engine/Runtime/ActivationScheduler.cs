namespace OrleansAcd.Engine.Runtime;

/// <summary>Brings what follows an await in grain code back as a turn of its activation.</summary>
internal sealed class ActivationScheduler(Activation activation) : TaskScheduler
{
    [ThreadStatic]
    private static ActivationScheduler? _entering;

    /// <inheritdoc/>
    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Runs turns on this thread, with this scheduler as the current one.</summary>
    /// <returns>What they threw, if anything.</returns>
    public Exception? Enter(Action<object?> turns, object state)
    {
        _entering = this;
        var task = new Task(turns, state);
        task.RunSynchronously(this);
        return task.Exception?.InnerException;
    }

    /// <summary>Runs a task that was queued here.</summary>
    public void Run(Task task) => TryExecuteTask(task);

    /// <inheritdoc/>
    protected override void QueueTask(Task task) => activation.Enqueue(task);

    /// <inheritdoc/>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued)
    {
        if (ReferenceEquals(_entering, this))
        {
            _entering = null;
            return TryExecuteTask(task);
        }

        return !taskWasPreviouslyQueued && ReferenceEquals(Current, this) && TryExecuteTask(task);
    }

    /// <inheritdoc/>
    protected override IEnumerable<Task> GetScheduledTasks() => [];
}
