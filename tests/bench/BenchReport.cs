namespace OrleansAcd.Bench;

/// <summary>What a bench found.</summary>
/// <param name="Figures">For JSON; what the table shows.</param>
/// <param name="IsSound">False: something was lost or failed, so that the figures are not worth quoting.</param>
internal sealed record BenchReport(object Figures, bool IsSound);
