namespace OrleansAcd.Tests.Simulation.Grains;

/// <summary>How callers and phones behave, and what goes wrong.</summary>
internal sealed record Traffic
{
    public int Agents { get; init; } = 10;

    public int Queues { get; init; } = 2;

    public int Calls { get; init; } = 200;

    public TimeSpan Length { get; init; } = TimeSpan.FromMinutes(20);

    public double TalkSeconds { get; init; } = 40;

    public double PatienceSeconds { get; init; } = 60;

    public double NoAnswer { get; init; } = 0.08;

    public double Rejects { get; init; } = 0.03;

    public double Busy { get; init; } = 0.02;

    public double Unreachable { get; init; } = 0.02;

    public double HangsUpAtAnswer { get; init; } = 0.05;

    public double Duplicates { get; init; } = 0.05;

    public double AgentMediaLost { get; init; } = 0.01;

    public double LostMessages { get; init; }

    public TimeSpan? KillEvery { get; init; }

    public bool KillsCalls { get; init; }

    /// <summary>A call and its agent die together, as with the process that held both.</summary>
    public bool KillsPairs { get; init; }

    public TimeSpan Commit { get; init; } = TimeSpan.FromMilliseconds(2);

    public string WrapUp { get; init; } = "5s";

    /// <summary>Requests of people and programs for each call that comes: transfers, conferences, supervisors
    /// ...</summary>
    public int ControlsPerCall { get; init; }
}
