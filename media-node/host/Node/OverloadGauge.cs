using OrleansAcd.MediaCore;

namespace OrleansAcd.MediaNode.Node;

/// <summary>When a worker is overloaded: its loop comes late again and again. Then new calls are turned away, so that
/// those that are up stay good (RFC 3261 section 21.5.4).</summary>
/// <remarks>Fed once a housekeeping period with how late that came. One late turn, a collection or a compilation, is no
/// overload; nor does one good turn end it.</remarks>
internal sealed class OverloadGauge
{
    /// <summary>A turn that comes later than this counts as late: five frames of audio.</summary>
    public static readonly TimeSpan LatenessMax = TimeSpan.FromMilliseconds(100);

    /// <summary>Late turns one after the other that make an overload: two seconds of them.</summary>
    public const int LateTurnsMax = 8;

    /// <summary>Good turns one after the other that end it.</summary>
    public const int GoodTurnsNeeded = 8;

    private int _late;
    private int _good;

    public bool IsOverloaded { get; private set; }

    /// <summary>How often it began.</summary>
    public long Overloads { get; private set; }

    /// <summary>The latest turn since the beginning.</summary>
    public TimeSpan Worst { get; private set; }

    public void Handle(Instant due, Instant now)
    {
        var lateness = now > due ? now - due : TimeSpan.Zero;
        if (lateness > Worst) Worst = lateness;
        if (lateness > LatenessMax) (_late, _good) = (_late + 1, 0);
        else (_late, _good) = (0, _good + 1);

        if (!IsOverloaded && _late >= LateTurnsMax) Begin();
        else if (IsOverloaded && _good >= GoodTurnsNeeded) IsOverloaded = false;
    }

    private void Begin()
    {
        IsOverloaded = true;
        Overloads++;
    }
}
