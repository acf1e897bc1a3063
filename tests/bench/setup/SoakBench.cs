using System.Globalization;

namespace OrleansAcd.Bench;

/// <summary>100,000 short calls through one centre: does memory stay flat?</summary>
/// <remarks>What calls leave behind for a while (transactions of RFC 3261 live 32 s, ended calls answer questions for
/// 30 s) grows with the rate, so the second half of the run is held against the first, not against nothing.</remarks>
internal static class SoakBench
{
    private const int Agents = 200;
    private const int Calls = 100_000;
    private const int CallsPerSample = 5_000;
    private const int AtOnce = 60;
    private const int CallsPerSecond = 300;
    private static readonly TimeSpan SampleMax = TimeSpan.FromSeconds(120);

    public static BenchReport Run(TextWriter output)
    {
        using var centre = new CentreProcess(Agents);
        using var load = new CallLoad(centre.Sip);
        if (!load.Register(Agents).Wait(SampleMax)) throw new InvalidOperationException("phones could not register");

        var (resident, failed, made) = (new List<double>(), 0, 0);
        output.WriteLine("soak: short calls through the queue, resident memory of the centre");
        while (made < Calls)
        {
            var run = load.Run(
                new CallRun(CallsPerSample, AtOnce, TimeSpan.FromSeconds(1) / CallsPerSecond), SampleMax);
            (failed, made) = (failed + run.Failed, made + CallsPerSample);
            resident.Add(centre.ResidentBytes / 1048576.0);
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"  {made,7} calls  {resident[^1],7:F1} MiB  {failed} failed"));
        }

        var half = resident.Count / 2;
        var figures = new SoakFigures(
            made, failed, centre.Stop(), resident.Skip(2).Take(half - 2).Max(), resident.Skip(half).Max());
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  highest: {figures.FirstHalfMiB:F1} MiB in the first half, {figures.SecondHalfMiB:F1} in the second; {figures.Records} records"));
        if (load.FirstFailure is { } why) output.WriteLine($"  first failure: {why}");
        return new BenchReport(figures, failed == 0 && figures.Records == made);
    }
}

/// <summary>What the soak shows.</summary>
internal sealed record SoakFigures(int Calls, int Failed, long Records, double FirstHalfMiB, double SecondHalfMiB);
