namespace OrleansAcd.Tests.Common;

/// <summary>Waits for what no event tells of.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    /// <summary>Asks until it is so; fails, saying what it waited for, when it has not been for long.</summary>
    public static async Task Is(Func<Task<bool>> isSo, Func<string> what)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (!await isSo()) await timer.WaitForNextTickAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"waited {Patience.TotalSeconds} s, and never came that {what()}");
        }
    }

    public static Task Is(Func<Task<bool>> isSo, string what) => Is(isSo, () => what);

    public static Task Is(Func<bool> isSo, string what) => Is(() => Task.FromResult(isSo()), () => what);
}
