using Orleans.Runtime;
using OrleansAcd.Engine.Runtime;

namespace Orleans;

/// <summary>Base of grain classes: one object per key, one turn at a time.</summary>
public abstract class Grain : IGrainBase, IAddressable
{
    /// <summary>Made by the runtime, in the activation that it is making.</summary>
    protected Grain()
    {
        GrainContext = Activation.BeingMade!;
    }

    /// <summary>The activation that this object is; null where the object was made by hand.</summary>
    public IGrainContext GrainContext { get; }

    /// <summary>Type and key in one text, for logs.</summary>
    public string IdentityString => GrainContext?.GrainId.ToString() ?? string.Empty;

    /// <summary>References to other grains.</summary>
    protected IGrainFactory GrainFactory => (GrainContext as Activation)?.Factory!;

    /// <summary>Services of this activation.</summary>
    protected IServiceProvider ServiceProvider => GrainContext?.ActivationServices!;

#pragma warning disable CA1725 // The names are Orleans' own.
    /// <summary>Runs once, before the first request; a failure here fails the calls that wait.</summary>
    public virtual Task OnActivateAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Runs once, after the last request; not when a process dies.</summary>
    public virtual Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) =>
        Task.CompletedTask;
#pragma warning restore CA1725

    /// <summary>Ends this activation as soon as no request runs; the next call makes a new one.</summary>
    protected void DeactivateOnIdle() => Activation.Of(this).DeactivateOnIdle();

    /// <summary>Keeps idle collection away for a time; a negative time takes that back.</summary>
    protected void DelayDeactivation(TimeSpan timeSpan) => Activation.Of(this).DelayDeactivation(timeSpan);
}
