namespace OrleansAcd.MediaCore;

/// <summary>Where cores get random bits and ids from: a seeded generator in tests, the system's generator in
/// shells.</summary>
public interface IIdSource
{
    /// <summary>64 random bits.</summary>
    ulong NextBits();
}
