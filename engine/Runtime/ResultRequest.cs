namespace OrleansAcd.Engine.Runtime;

/// <summary>A call that is answered with a value.</summary>
internal abstract class ResultRequest<T> : Request
{
    private TaskCompletionSource<T>? _answer;

    /// <summary>What the caller awaits.</summary>
    public Task<T> Task => _answer!.Task;

    /// <inheritdoc/>
    public override bool IsAnswered => _answer is { Task.IsCompleted: true };

    /// <inheritdoc/>
    public override void Expect(TaskCreationOptions options) => _answer = new TaskCompletionSource<T>(options);

    /// <inheritdoc/>
    public override void Answer(Task outcome)
    {
        if (outcome is Task<T> { IsCompletedSuccessfully: true } done) _answer!.TrySetResult(done.Result);
        else _answer!.TrySetException(Outcome.Failure(outcome));
    }

    /// <inheritdoc/>
    public override void Fail(Exception error) => _answer?.TrySetException(error);

    /// <inheritdoc/>
    public override void Cancel(CancellationToken token) => _answer?.TrySetCanceled(token);
}
