namespace Orleans.Runtime;

/// <summary>An activation as the runtime sees it.</summary>
public interface IGrainContext
{
    /// <summary>The identity: type and key.</summary>
    GrainId GrainId { get; }

    /// <summary>The grain's object; null until it has been made.</summary>
    object? GrainInstance { get; }

    /// <summary>Services of this activation; its scope ends with it.</summary>
    IServiceProvider ActivationServices { get; }

    /// <summary>Completes when the activation is gone.</summary>
    Task Deactivated { get; }

    /// <summary>Asks for deactivation as soon as no request runs; returns at once.</summary>
    void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default);
}
