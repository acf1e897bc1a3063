using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;

namespace OrleansAcd.Engine.Runtime;

/// <summary>How an activation begins and ends.</summary>
internal sealed partial class Activation : IGrainContext
{
    private readonly TaskCompletionSource _deactivated;
    private readonly CancellationTokenSource _ending = new();
    private readonly HashSet<GrainTimer> _timers = [];
    private AsyncServiceScope? _scope;
    private DeactivationReason? _deactivation;
    private long _keptUntil;
    private bool _killed;

    /// <summary>The activation whose object is being made on this thread.</summary>
    [ThreadStatic]
    internal static Activation? BeingMade;

    /// <inheritdoc/>
    public GrainId GrainId { get; }

    /// <inheritdoc/>
    public object? GrainInstance { get; private set; }

    /// <inheritdoc/>
    public IServiceProvider ActivationServices => _scope?.ServiceProvider ?? Engine.Services;

    /// <inheritdoc/>
    public Task Deactivated => _deactivated.Task;

    /// <summary>References to other grains.</summary>
    public IGrainFactory Factory => Engine;

    /// <summary>The activation that a grain's object is.</summary>
    public static Activation Of(object grain)
    {
        ArgumentNullException.ThrowIfNull(grain);
        return (grain as IGrainBase)?.GrainContext as Activation
            ?? throw new InvalidOperationException($"{grain.GetType()} was not made by the engine.");
    }

    /// <inheritdoc/>
    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
        bool wake;
        lock (_gate)
        {
            if (_state is ActivationState.Deactivating or ActivationState.Dead) return;

            _deactivation ??= deactivationReason;
            wake = WakeLocked();
        }

        if (wake) Engine.Turns.Ready(this);
    }

    /// <summary>The grain wants to end as soon as no request runs.</summary>
    public void DeactivateOnIdle() =>
        Deactivate(new(DeactivationReasonCode.ApplicationRequested, "the grain asked for it"));

    /// <summary>Keeps idle collection away for a time; a negative time takes that back.</summary>
    public void DelayDeactivation(TimeSpan time) => _keptUntil =
        time == Timeout.InfiniteTimeSpan || time == TimeSpan.MaxValue ? long.MaxValue
        : time < TimeSpan.Zero ? 0
        : Engine.Tick + Engine.TicksOf(time);

    /// <summary>A reference to this grain.</summary>
    public object ReferenceAs(Type interfaceType) =>
        Engine.Reference(interfaceType, _class, GrainId.Key.ToString());

    /// <summary>A timer that ends with the activation.</summary>
    public IGrainTimer RegisterTimer(Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        var timer = new GrainTimer(this, callback, options);
        bool refused;
        lock (_gate)
        {
            refused = _state is ActivationState.Dead || _timers.Count >= Engine.Options.TimersPerActivationMax;
            if (!refused) _timers.Add(timer);
        }

        if (!refused) return timer;

        timer.Dispose();
        throw new LimitExceededException(
            nameof(EngineOptions.TimersPerActivationMax),
            _timers.Count,
            Engine.Options.TimersPerActivationMax,
            GrainId);
    }

    /// <summary>A timer was disposed.</summary>
    public void Forget(GrainTimer timer)
    {
        lock (_gate) _timers.Remove(timer);
    }

    /// <summary>The activation vanishes as if its process had died: nothing of it runs again.</summary>
    public void Kill(Exception error)
    {
        lock (_gate)
        {
            if (_state is ActivationState.Dead) return;

            _killed = true;
            _continuations.Clear();
        }

        Engine.Trace(this, "killed");
        FailAll(Bury(), error);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private async Task ActivateAsync()
    {
        Engine.Trace(this, "activates");
        try
        {
            await MakeAsync();
            if (GrainInstance is IGrainBase grain) await grain.OnActivateAsync(_ending.Token);
        }
#pragma warning disable CA1031 // Whatever stops the activation is the answer of the calls that wait.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Engine.ReportActivationFailure(GrainId, error);
            FailAll(Bury(), error);
            await DisposeAsync();
            return;
        }

        lock (_gate)
        {
            if (_state is ActivationState.Activating) _state = ActivationState.Active;
        }
    }

    private async Task MakeAsync()
    {
        var scopes = Engine.Services.GetService<IServiceScopeFactory>();
        if (scopes is not null) _scope = scopes.CreateAsyncScope();
        var (instance, states) = _class.Make(this);
        GrainInstance = instance;
        foreach (var state in states) await state.ReadStateAsync();
    }

    private async Task DeactivateAsync()
    {
        Engine.Trace(this, "deactivates");
        StopTimers();
        try
        {
            if (GrainInstance is IGrainBase grain)
            {
                using var limit = new CancellationTokenSource(Engine.Options.DeactivationTimeout, Engine.TimeProvider);
                await grain.OnDeactivateAsync(_deactivation!.Value, limit.Token)
                    .WaitAsync(Engine.Options.DeactivationTimeout, Engine.TimeProvider);
            }
        }
#pragma warning disable CA1031 // The activation ends all the same.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Engine.ReportDeactivationFailure(GrainId, error);
        }

        var left = Bury();
        foreach (var request in left) Engine.SendOn(_class, GrainId, request);
        await DisposeAsync();
    }

    /// <summary>Leaves the directory; returns the requests that have no answer yet.</summary>
    private List<Request> Bury()
    {
        List<Request> left;
        lock (_gate)
        {
            _state = ActivationState.Dead;
            left = [.. _killed ? _running : [], .. _interleaving, .. _waiting];
            left.RemoveAll(request => request.IsInternal);
            _interleaving.Clear();
            _waiting.Clear();
        }

        Engine.Remove(this);
        StopTimers();
        _ending.Cancel();
        Engine.Turns.Deliver(() => _deactivated.TrySetResult());
        return left;
    }

    private void FailAll(List<Request> requests, Exception error)
    {
        foreach (var request in requests)
        {
            Engine.ReportFailure(GrainId, request, error);
            Engine.FailLater(request, error);
        }
    }

    private void StopTimers()
    {
        GrainTimer[] timers;
        lock (_gate) timers = [.. _timers];
        foreach (var timer in timers) timer.Dispose();
    }

    private void EndForStaleState(Exception error) =>
        Deactivate(new(DeactivationReasonCode.ApplicationError, error, "its stored state was changed elsewhere"));

    private async Task DisposeAsync()
    {
        try
        {
            if (GrainInstance is IAsyncDisposable asyncDisposable) await asyncDisposable.DisposeAsync();
            else if (GrainInstance is IDisposable disposable) disposable.Dispose();
            if (_scope is { } scope) await scope.DisposeAsync();
        }
#pragma warning disable CA1031 // The activation is gone already.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Engine.ReportDeactivationFailure(GrainId, error);
        }
    }
}
