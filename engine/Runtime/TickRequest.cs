namespace OrleansAcd.Engine.Runtime;

/// <summary>A tick of a grain's timer, waiting for its turn.</summary>
internal sealed class TickRequest(GrainTimer timer, bool interleave, bool keepAlive) : Request
{
    /// <inheritdoc/>
    public override bool IsInternal => true;

    /// <inheritdoc/>
    public override bool Interleaves => interleave;

    /// <inheritdoc/>
    public override bool KeepsAlive => keepAlive;

    /// <inheritdoc/>
    public override bool IsAnswered => timer.IsDisposed;

    /// <inheritdoc/>
    public override string Name => "timer";

    /// <inheritdoc/>
    public override Task Begin(object grain) => timer.TickAsync();

    /// <inheritdoc/>
    public override void Expect(TaskCreationOptions options)
    {
        // Nobody waits for a tick.
    }

    /// <inheritdoc/>
    public override void Answer(Task outcome)
    {
        // The timer itself reports what its callback threw.
    }

    /// <inheritdoc/>
    public override void Fail(Exception error)
    {
        // The activation ended before the tick's turn: so did the timer.
    }

    /// <inheritdoc/>
    public override void Cancel(CancellationToken token)
    {
        // Ticks take no token of a caller.
    }
}
