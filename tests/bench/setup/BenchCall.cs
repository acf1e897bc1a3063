using OrleansAcd.Sip.Stack;

namespace OrleansAcd.Bench;

/// <summary>A call of the load, both ends of it.</summary>
internal sealed class BenchCall(int id)
{
    public int Id => id;

    /// <summary>Stopwatch's time of the caller's INVITE.</summary>
    public long InvitedAt { get; init; }

    public SipCall? Caller { get; set; }

    public SipCall? Agent { get; set; }

    public bool HasCallerEnded { get; set; }

    public bool HasAgentEnded { get; set; }
}

/// <summary>Calls to be made, and what came of them. Written on the load's loop, read when it is done.</summary>
/// <param name="Calls">How many in all.</param>
/// <param name="InFlightMax">How many at once.</param>
/// <param name="Interval">Between two calls' beginnings; zero: as soon as there is room.</param>
/// <param name="IsHeld">Calls stay up until told otherwise; the run is done when all are answered.</param>
internal sealed record CallRun(int Calls, int InFlightMax, TimeSpan Interval, bool IsHeld = false)
{
    private readonly List<double> _delays = new(Calls);

    public int Started { get; set; }

    public int Answered { get; set; }

    public int Completed { get; set; }

    public int Failed { get; set; }

    public int InFlight => Started - Completed - Failed;

    public bool IsDone => IsHeld ? Answered + Failed == Calls : Completed + Failed == Calls;

    public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Milliseconds from a caller's INVITE until an agent's phone has one.</summary>
    public void AddDelay(double milliseconds) => _delays.Add(milliseconds);

    public double Delay(double quantile)
    {
        _delays.Sort();
        return _delays.Count == 0 ? double.NaN : _delays[Math.Min(_delays.Count - 1, (int)(quantile * _delays.Count))];
    }
}
