namespace OrleansAcd.Streams;

/// <summary>A publisher that waits for room.</summary>
internal sealed class WaitingPublisher<T>(T message, TaskCreationOptions options)
{
    private readonly TaskCompletionSource _done = new(options);
    private CancellationTokenRegistration _registration;

    /// <summary>What it publishes.</summary>
    public T Message => message;

    /// <summary>Completes when that is published.</summary>
    public Task Done => _done.Task;

    /// <summary>Stops waiting when the token says so and it still waits.</summary>
    public void Watch(Func<WaitingPublisher<T>, bool> forget, CancellationToken token) =>
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
