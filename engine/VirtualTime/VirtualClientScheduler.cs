namespace OrleansAcd.Engine;

/// <summary>Code that is no grain's, in virtual time: its tasks run one after another, each as a turn.</summary>
internal sealed class VirtualClientScheduler(VirtualTurns turns) : TaskScheduler
{
    private readonly Queue<Task> _tasks = new();

    /// <inheritdoc/>
    public override int MaximumConcurrencyLevel => 1;

    /// <inheritdoc/>
    protected override void QueueTask(Task task)
    {
        lock (_tasks) _tasks.Enqueue(task);
        turns.Deliver(RunNext);
    }

    /// <inheritdoc/>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && ReferenceEquals(Current, this) && TryExecuteTask(task);

    /// <inheritdoc/>
    protected override IEnumerable<Task> GetScheduledTasks() => [];

    private void RunNext()
    {
        Task task;
        lock (_tasks) task = _tasks.Dequeue();
        TryExecuteTask(task);
    }
}
