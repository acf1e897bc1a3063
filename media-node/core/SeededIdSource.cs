namespace OrleansAcd.MediaCore;

/// <summary>A repeatable source of bits: SplitMix64 from a seed. Not for secrets.</summary>
public sealed class SeededIdSource(ulong seed) : IIdSource
{
    private ulong _state = seed;

    public ulong NextBits()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
