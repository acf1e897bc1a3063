namespace OrleansAcd.Engine;

/// <summary>A fingerprint of a run: FNV-1a over time, grain and deed of every turn.</summary>
internal sealed class VirtualTrace
{
    private const ulong Basis = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <summary>The fingerprint so far.</summary>
    public ulong Hash { get; private set; } = Basis;

    /// <summary>Turns so far.</summary>
    public long Count { get; private set; }

    /// <summary>Adds a turn.</summary>
    public void Add(long time, string grain, string what)
    {
        Count++;
        Mix(unchecked((ulong)time));
        foreach (var c in grain) Mix(c);
        foreach (var c in what) Mix(c);
    }

    private void Mix(ulong value) => Hash = unchecked((Hash ^ value) * Prime);
}
