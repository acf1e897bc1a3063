namespace Orleans;

/// <summary>Why an activation ends.</summary>
public enum DeactivationReasonCode : byte
{
    /// <summary>No reason was given.</summary>
    None = 0,

    /// <summary>The process stops.</summary>
    ShuttingDown = 1,

    /// <summary>Making or activating the grain failed.</summary>
    ActivationFailed = 2,

    /// <summary>Nothing used it for long enough.</summary>
    ActivationIdle = 4,

    /// <summary>The grain's code failed in a way that ends the activation.</summary>
    ApplicationError = 8,

    /// <summary>The grain asked for it.</summary>
    ApplicationRequested = 9,

    /// <summary>The runtime asked for it.</summary>
    RuntimeRequested = 11,
}
