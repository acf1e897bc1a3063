using OrleansAcd.Contracts.Centre;

namespace OrleansAcd.Actors;

/// <summary>The centre as this process knows it; replaced whole by each newer version. Safe for any thread.</summary>
public sealed class LocalCentreSource : ICentreSource
{
    /// <summary>The stream that carries every applied centre.</summary>
    public const string Stream = "centre";

    private readonly Lock _gate = new();
    private volatile CentreIndex _current = CentreIndex.Empty;

    public CentreIndex Current => _current;

    /// <summary>Takes a centre unless it is older than or the same as the one there is.</summary>
    /// <returns>The one before; null: nothing changed.</returns>
    public CentreIndex? Update(Centre centre)
    {
        lock (_gate)
        {
            var before = _current;
            if (centre.Version <= before.Centre.Version) return null;

            _current = new CentreIndex(centre);
            return before;
        }
    }
}
