namespace OrleansAcd.Engine;

/// <summary>What an engine has done so far, and how much it holds.</summary>
/// <param name="Activations">Activations that exist now.</param>
/// <param name="Activated">Activations made so far.</param>
/// <param name="ActivationFailures">Activations that could not begin.</param>
/// <param name="Calls">Calls accepted so far.</param>
/// <param name="Waiting">Requests that wait for their turn now, over all activations.</param>
/// <param name="LongestQueue">The most that wait for one activation now.</param>
/// <param name="Refused">Calls refused because too many waited, or too many activations existed.</param>
/// <param name="TimedOut">Calls whose callers got a time-out.</param>
/// <param name="OneWayFailures">One-way calls that failed or were refused.</param>
/// <param name="TimerFailures">Timer ticks that failed.</param>
public sealed record EngineCounters(
    int Activations,
    long Activated,
    long ActivationFailures,
    long Calls,
    long Waiting,
    int LongestQueue,
    long Refused,
    long TimedOut,
    long OneWayFailures,
    long TimerFailures);
