using System.Globalization;

namespace OrleansAcd.Bench;

/// <summary>What the set-up bench shows. Delays are from a caller's INVITE to an agent's phone's, agents
/// idle.</summary>
internal sealed record SetupFigures(
    double DelayP50Ms,
    double DelayP90Ms,
    double DelayP99Ms,
    double PacedCpuMsPerCall,
    double CallsPerSecond,
    double CpuMsPerCall,
    double CallsPerSecondAndCore,
    double BusyDelayP50Ms,
    double BusyDelayP99Ms,
    long ResidentBytesPerCall,
    long Calls,
    long Failed,
    long Records,
    long Retransmissions)
{
    public static SetupFigures Of(
        Stage paced, Stage full, long residentBytesPerCall, long calls, long failed, long records, long retransmissions) => new(
        paced.Run.Delay(0.5), paced.Run.Delay(0.9), paced.Run.Delay(0.99), paced.CpuMilliseconds,
        full.CallsPerSecond, full.CpuMilliseconds, 1_000 / full.CpuMilliseconds,
        full.Run.Delay(0.5), full.Run.Delay(0.99), residentBytesPerCall, calls, failed, records, retransmissions);

    public void Print(TextWriter output)
    {
        void Line(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));

        Line($"setup: complete calls through the queue, two legs each, journal and record on disk");
        Line($"  at 100 calls/s   p50 {DelayP50Ms:F1}  p90 {DelayP90Ms:F1}  p99 {DelayP99Ms:F1} ms, caller's INVITE -> agent's INVITE");
        Line($"                   the centre's CPU {PacedCpuMsPerCall:F2} ms a call");
        Line($"  as many as go    p50 {BusyDelayP50Ms:F1}  p99 {BusyDelayP99Ms:F1} ms, {CallsPerSecond:F0} calls/s beside the load");
        Line($"                   the centre's CPU {CpuMsPerCall:F2} ms a call: {CallsPerSecondAndCore:F0} calls/s and core");
        Line($"  memory           {ResidentBytesPerCall / 1024.0:F1} KiB resident for a call that is up, with its set-up's garbage");
        Line($"  {Calls} calls, {Failed} failed, {Records} records on disk, {Retransmissions} retransmissions");
    }
}
