namespace OrleansAcd.Engine.Runtime;

/// <summary>What became of a request at an activation's door.</summary>
internal enum Admission
{
    /// <summary>It waits for its turn.</summary>
    Accepted,

    /// <summary>Too many wait already.</summary>
    Full,

    /// <summary>The activation has ended: ask the directory for the next.</summary>
    Gone,
}
