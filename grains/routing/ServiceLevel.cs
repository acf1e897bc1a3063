namespace OrleansAcd.Routing;

/// <summary>The formulas of definitions 1.1. <see cref="Sl4"/> is the default.</summary>
public enum ServiceLevelFormula
{
    /// <summary>A≤T / (A + B&gt;T).</summary>
    Sl4,

    /// <summary>(A≤T + B≤T) / (A + B).</summary>
    Sl1,

    /// <summary>A≤T / A.</summary>
    Sl2,

    /// <summary>A≤T / (A + B).</summary>
    Sl3,

    /// <summary>(A≤T + S) / (A + B).</summary>
    Sl5,

    /// <summary>A≤T / (A + B − S).</summary>
    Sl6,
}

/// <summary>What a service level is computed from; T is the service level's time.</summary>
/// <param name="Answered">A.</param>
/// <param name="AnsweredWithin">A≤T: answered after a wait of T or less.</param>
/// <param name="Abandoned">B, short ones included.</param>
/// <param name="AbandonedWithin">B≤T.</param>
/// <param name="ShortAbandoned">S.</param>
public readonly record struct WaitCounts(
    long Answered, long AnsweredWithin, long Abandoned, long AbandonedWithin, long ShortAbandoned);

/// <summary>Service level by formula, definitions 1.1.</summary>
public static class ServiceLevel
{
    /// <summary>The level, 0..1; null while nothing was counted.</summary>
    public static double? Of(WaitCounts counts, ServiceLevelFormula formula = ServiceLevelFormula.Sl4)
    {
        var (met, all) = formula switch
        {
            ServiceLevelFormula.Sl1 =>
                (counts.AnsweredWithin + counts.AbandonedWithin, counts.Answered + counts.Abandoned),
            ServiceLevelFormula.Sl2 => (counts.AnsweredWithin, counts.Answered),
            ServiceLevelFormula.Sl3 => (counts.AnsweredWithin, counts.Answered + counts.Abandoned),
            ServiceLevelFormula.Sl5 =>
                (counts.AnsweredWithin + counts.ShortAbandoned, counts.Answered + counts.Abandoned),
            ServiceLevelFormula.Sl6 =>
                (counts.AnsweredWithin, counts.Answered + counts.Abandoned - counts.ShortAbandoned),
            _ => (counts.AnsweredWithin, counts.Answered + counts.Abandoned - counts.AbandonedWithin),
        };

        return all > 0 ? (double)met / all : null;
    }
}
