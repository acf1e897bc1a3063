namespace OrleansAcd.Engine.Runtime;

/// <summary>Reads the failure out of a finished task.</summary>
internal static class Outcome
{
    /// <summary>The first failure; a cancelled task's is its cancellation.</summary>
    public static Exception Failure(Task outcome) =>
        outcome.Exception?.InnerException ?? new TaskCanceledException(outcome);
}
