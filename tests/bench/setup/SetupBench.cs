using System.Diagnostics;

namespace OrleansAcd.Bench;

/// <summary>Complete calls through the whole centre: caller's INVITE, queue, agent's INVITE, answer, BYE; two legs,
/// journal
/// and record on disk.</summary>
/// <remarks>The centre is a process of its own, so that its CPU time is told apart from the load's; both share this
/// machine.
/// </remarks>
internal static class SetupBench
{
    private const int Agents = 200;
    private const int WarmUpCalls = 3_000;
    private const int PacedCalls = 1_500;
    private const int PacedPerSecond = 100;
    private const int FullCalls = 12_000;
    private const int FullAtOnce = 100;
    private static readonly TimeSpan StageMax = TimeSpan.FromSeconds(90);

    /// <summary>Timer J of RFC 3261 section 17.2.2, 64*T1, and a little.</summary>
    private static readonly TimeSpan RestMin = TimeSpan.FromSeconds(33);
    private static readonly TimeSpan RestMax = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan IdleCpuMax = TimeSpan.FromMilliseconds(30);

    public static BenchReport Run(TextWriter output)
    {
        using var centre = new CentreProcess(Agents);
        using var load = new CallLoad(centre.Sip);
        if (!load.Register(Agents).Wait(StageMax)) throw new InvalidOperationException("phones could not register");

        var held = Hold(centre, load, out var bytesPerCall);
        var warm = load.Run(new CallRun(WarmUpCalls, FullAtOnce, TimeSpan.Zero), StageMax);

        // The paced stage comes last: earlier the JIT's second tier would be half of what is measured. What other calls
        // left behind (transactions that live for 32 s, grains that linger) is let go first.
        var full = Measure(centre, load, new CallRun(FullCalls, FullAtOnce, TimeSpan.Zero));
        LetRest(centre);
        var paced = Measure(centre, load, new CallRun(PacedCalls, Agents, TimeSpan.FromSeconds(1) / PacedPerSecond));
        var made = held.Answered + warm.Completed + paced.Run.Completed + full.Run.Completed;
        var failed = held.Failed + warm.Failed + paced.Run.Failed + full.Run.Failed;
        var records = centre.Stop();
        var figures = SetupFigures.Of(paced, full, bytesPerCall, made, failed, records, load.Retransmissions);
        figures.Print(output);
        if (load.FirstFailure is { } why) output.WriteLine($"  first failure: {why}");
        return new BenchReport(figures, failed == 0 && records == made);
    }

    /// <summary>Every agent talks: what a call that is up holds in memory, garbage of its set-up included.</summary>
    private static CallRun Hold(CentreProcess centre, CallLoad load, out long bytesPerCall)
    {
        load.Run(new CallRun(Agents, FullAtOnce, TimeSpan.Zero), StageMax);
        var before = centre.ResidentBytes;
        var held = load.Run(new CallRun(Agents, Agents, TimeSpan.Zero, IsHeld: true), StageMax);
        bytesPerCall = Math.Max(0, centre.ResidentBytes - before) / Agents;
        load.HangUp(held, StageMax);
        return held with { Answered = held.Answered + Agents };
    }

    /// <summary>Until a whole second costs the centre next to nothing, or no longer.</summary>
    private static void LetRest(CentreProcess centre)
    {
        var started = Stopwatch.GetTimestamp();
        for (var cpu = TimeSpan.MaxValue; cpu > IdleCpuMax && Stopwatch.GetElapsedTime(started) < RestMax;)
        {
            var before = centre.Cpu;
            Thread.Sleep(TimeSpan.FromSeconds(1));
            cpu = Stopwatch.GetElapsedTime(started) < RestMin ? TimeSpan.MaxValue : centre.Cpu - before;
        }
    }

    private static Stage Measure(CentreProcess centre, CallLoad load, CallRun run)
    {
        var (cpu, started) = (centre.Cpu, Stopwatch.GetTimestamp());
        load.Run(run, StageMax);
        return new Stage(run, Stopwatch.GetElapsedTime(started), centre.Cpu - cpu);
    }
}

/// <summary>A run, how long it took, and what it cost the centre.</summary>
internal sealed record Stage(CallRun Run, TimeSpan Took, TimeSpan Cpu)
{
    public double CallsPerSecond => Run.Completed / Took.TotalSeconds;

    public double CpuMilliseconds => Cpu.TotalMilliseconds / Math.Max(1, Run.Completed);
}
