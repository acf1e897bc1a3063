namespace OrleansAcd.Streams;

/// <summary>A stream whatever it carries.</summary>
internal interface ILocalStream
{
    /// <summary>The type of its messages.</summary>
    Type Carries { get; }

    /// <summary>Nobody is subscribed.</summary>
    bool IsUnheard { get; }
}
