namespace OrleansAcd.Streams;

/// <summary>A publisher that waits for room.</summary>
internal sealed class WaitingPublisher<T>(T message)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration _registration;

    /// <summary>What it publishes.</summary>
    public T Message => message;

    /// <summary>Completes when that is published.</summary>
    public Task Done => _done.Task;

    /// <summary>Stops waiting when the token says so and it still waits.</summary>
    public void Watch(CancellationToken token, Func<WaitingPublisher<T>, bool> forget) =>
        _registration = token.UnsafeRegister(
            _ =>
            {
                if (forget(this)) _done.TrySetCanceled(token);
            },
            null);

    /// <summary>It is published.</summary>
    public void Finish()
    {
        _registration.Unregister();
        _done.TrySetResult();
    }
}
