using Orleans.Storage;

namespace OrleansAcd.Engine.Runtime;

/// <summary>Which turn is next, and what follows one.</summary>
internal sealed partial class Activation
{
    private static readonly object ActivateTurn = new();
    private static readonly object DeactivateTurn = new();

    private bool WakeLocked()
    {
        if (_scheduled) return false;

        _scheduled = true;
        return true;
    }

    /// <summary>Continuations first: they belong to requests that were admitted before.</summary>
    private object? NextLocked()
    {
        if (_continuations.TryDequeue(out var continuation)) return continuation;

        switch (_state)
        {
            case ActivationState.Created:
                _state = ActivationState.Activating;
                return ActivateTurn;

            case ActivationState.Active when _deactivation is not null && _running.Count == 0:
                _state = ActivationState.Deactivating;
                return DeactivateTurn;

            case ActivationState.Active:
                return AdmitLocked();

            default:
                return null;
        }
    }

    private Request? AdmitLocked()
    {
        while (_interleaving.TryDequeue(out var request))
        {
            if (!request.IsAnswered) return StartLocked(request);
        }

        while (_waiting.TryPeek(out var head))
        {
            if (!head.IsAnswered && !MayStartLocked(head)) return null;

            _waiting.Dequeue();
            if (!head.IsAnswered) return StartLocked(head);
        }

        return null;
    }

    private bool MayStartLocked(Request request) =>
        _running.Count == 0 || (request.IsReadOnly && _runningWriters == 0);

    private Request StartLocked(Request request)
    {
        request.RunningIndex = _running.Count;
        _running.Add(request);
        if (!request.IsReadOnly) _runningWriters++;
        return request;
    }

    private void StopLocked(Request request)
    {
        if (request.RunningIndex < 0) return;

        var last = _running[^1];
        _running[request.RunningIndex] = last;
        last.RunningIndex = request.RunningIndex;
        _running.RemoveAt(_running.Count - 1);
        request.RunningIndex = -1;
        if (!request.IsReadOnly) _runningWriters--;
    }

    private void Run(object turn)
    {
        switch (turn)
        {
            case Task continuation:
                Engine.Trace(this, "continues");
                _scheduler.Run(continuation);
                break;

            case Request request:
                Engine.Trace(this, request.Name);
                Run(request);
                break;

            default:
                _ = turn == ActivateTurn ? ActivateAsync() : DeactivateAsync();
                break;
        }
    }

    private void Run(Request request)
    {
        request.RunsOn(this);
        Task outcome;
        try
        {
            outcome = request.Begin(GrainInstance!)
                ?? throw new InvalidOperationException($"{request.Name} returned null instead of a task.");
        }
#pragma warning disable CA1031 // Whatever the grain throws is the caller's answer.
        catch (Exception error)
#pragma warning restore CA1031
        {
            outcome = Task.FromException(error);
        }

        if (outcome.IsCompleted) Finish(request, outcome);
        else FinishLater(request, outcome);
    }

    private void FinishLater(Request request, Task outcome) => outcome.ContinueWith(
        (done, state) => Finish((Request)state!, done),
        request,
        CancellationToken.None,
        TaskContinuationOptions.ExecuteSynchronously,
        _scheduler);

    private void Finish(Request request, Task outcome)
    {
        lock (_gate)
        {
            StopLocked(request);
            if (request.KeepsAlive) _lastUsed = Engine.Tick;
        }

        request.Release();
        if (request is { IsInternal: false } && outcome.Exception is { } failure)
        {
            Engine.ReportFailure(GrainId, request, failure.InnerException!);
            if (failure.InnerException is InconsistentStateException) EndForStaleState(failure.InnerException);
        }

        Engine.Turns.Deliver(request, outcome);
    }
}
