namespace OrleansAcd.Engine.Runtime;

/// <summary>Turns on the thread pool, in real time.</summary>
internal sealed class PoolTurns : ITurns
{
    /// <inheritdoc/>
    public TaskCreationOptions AnswerOptions => TaskCreationOptions.RunContinuationsAsynchronously;

    /// <inheritdoc/>
    public void Ready(Activation activation) => ThreadPool.UnsafeQueueUserWorkItem(activation, preferLocal: true);

    /// <inheritdoc/>
    public void Deliver(Action answer) => answer();

    /// <inheritdoc/>
    public void Deliver(Request request, Task outcome) => request.Answer(outcome);
}
