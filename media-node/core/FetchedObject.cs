namespace OrleansAcd.MediaCore;

/// <summary>One of the objects that a packet leads to.</summary>
/// <param name="Lines">How much of its beginning, in lines of 64 bytes.</param>
public readonly record struct FetchedObject(object Of, int Lines);
