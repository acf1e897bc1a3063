namespace OrleansAcd.Engine.Runtime;

/// <summary>A call whose answer is only that it ended.</summary>
internal abstract class VoidRequest : Request
{
    private TaskCompletionSource? _answer;

    /// <summary>What the caller awaits.</summary>
    public Task Task => _answer?.Task ?? Task.CompletedTask;

    /// <inheritdoc/>
    public override bool IsAnswered => _answer is { Task.IsCompleted: true };

    /// <inheritdoc/>
    public override void Expect(TaskCreationOptions options) => _answer = new TaskCompletionSource(options);

    /// <inheritdoc/>
    public override void Answer(Task outcome)
    {
        if (_answer is null) return;

        if (outcome.IsCompletedSuccessfully) _answer.TrySetResult();
        else _answer.TrySetException(Outcome.Failure(outcome));
    }

    /// <inheritdoc/>
    public override void Fail(Exception error) => _answer?.TrySetException(error);

    /// <inheritdoc/>
    public override void Cancel(CancellationToken token) => _answer?.TrySetCanceled(token);
}
