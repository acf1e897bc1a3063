namespace OrleansAcd.Engine.Runtime;

/// <summary>An activation's life, in this order.</summary>
internal enum ActivationState
{
    /// <summary>Made by the first call; nothing of it has run.</summary>
    Created,

    /// <summary>The object is made, its stored values are read, OnActivateAsync runs.</summary>
    Activating,

    /// <summary>Requests run.</summary>
    Active,

    /// <summary>OnDeactivateAsync runs; requests wait for the next activation.</summary>
    Deactivating,

    /// <summary>Gone from the directory.</summary>
    Dead,
}
