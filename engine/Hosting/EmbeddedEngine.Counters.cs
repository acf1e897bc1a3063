using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using OrleansAcd.Engine.Runtime;

namespace OrleansAcd.Engine;

/// <summary>What an engine counts and reports.</summary>
public sealed partial class EmbeddedEngine
{
    private int _activations;
    private long _activated;
    private long _activationFailures;
    private long _callsOfEnded;
    private long _refused;
    private long _timedOut;
    private long _oneWayFailures;
    private long _timerFailures;

    /// <summary>What was done so far, and what is held now. Walks all activations.</summary>
    public EngineCounters ReadCounters()
    {
        long calls = Interlocked.Read(ref _callsOfEnded), waiting = 0;
        var longest = 0;
        foreach (var activation in InOrder())
        {
            var length = activation.QueueLength;
            calls += activation.Calls;
            waiting += length;
            longest = Math.Max(longest, length);
        }

        return new(
            _directory.Count,
            Interlocked.Read(ref _activated),
            Interlocked.Read(ref _activationFailures),
            calls,
            waiting,
            longest,
            Interlocked.Read(ref _refused),
            Interlocked.Read(ref _timedOut),
            Interlocked.Read(ref _oneWayFailures),
            Interlocked.Read(ref _timerFailures));
    }

    internal void TimeOut(GrainId grain, Request request)
    {
        Interlocked.Increment(ref _timedOut);
        FailLater(request, new TimeoutException(
            $"No answer to {request.Name} from {grain} within {Options.ResponseTimeout}."));
    }

    internal void ReportFailure(GrainId grain, Request request, Exception error)
    {
        if (request.Method is not { IsOneWay: true }) return;

        Interlocked.Increment(ref _oneWayFailures);
        LogOneWayFailure(_log, grain, request.Name, error);
        try
        {
            Options.OneWayFailed?.Invoke(grain, request.Name, error);
        }
#pragma warning disable CA1031 // A listener's failure is not the grain's.
        catch (Exception listener)
#pragma warning restore CA1031
        {
            LogListenerFailure(_log, listener);
        }
    }

    internal void ReportBroken(GrainId grain, Exception error) => LogBroken(_log, grain, error);

    internal void ReportTimerFailure(GrainId grain, Exception error)
    {
        Interlocked.Increment(ref _timerFailures);
        LogTimerFailure(_log, grain, error);
    }

    internal void ReportActivationFailure(GrainId grain, Exception error)
    {
        Interlocked.Increment(ref _activationFailures);
        LogActivationFailure(_log, grain, error);
    }

    internal void ReportDeactivationFailure(GrainId grain, Exception error) =>
        LogDeactivationFailure(_log, grain, error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "One-way call {Method} to {Grain} failed")]
    private static partial void LogOneWayFailure(ILogger log, GrainId grain, string method, Exception error);

    [LoggerMessage(Level = LogLevel.Error, Message = "A listener to failures of one-way calls failed itself")]
    private static partial void LogListenerFailure(ILogger log, Exception error);

    [LoggerMessage(Level = LogLevel.Critical, Message = "The activation of {Grain} broke and was dropped")]
    private static partial void LogBroken(ILogger log, GrainId grain, Exception error);

    [LoggerMessage(Level = LogLevel.Error, Message = "A timer of {Grain} failed")]
    private static partial void LogTimerFailure(ILogger log, GrainId grain, Exception error);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Grain} could not be activated")]
    private static partial void LogActivationFailure(ILogger log, GrainId grain, Exception error);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Grain} failed while it was deactivated")]
    private static partial void LogDeactivationFailure(ILogger log, GrainId grain, Exception error);
}
