using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Contracts.Views;

namespace OrleansAcd.Calls;

/// <summary>Recording, and what is heard on the line: fax machines.</summary>
public static partial class CallMachine
{
    /// <summary>An agent talks to the caller: the recording begins or goes on, as queue and agent say.</summary>
    private static void BeginRecording(CallWork work)
    {
        var rule = work.State.RecordingRule;
        if (rule.Policy == RecordingPolicy.Always) StartRecording(work, rule, "by rule");
        else if (rule.Policy == RecordingPolicy.Never) StopRecording(work);
    }

    /// <summary>Somebody else talks to the caller now: that agent's rule holds beside the queue's.</summary>
    private static void RecordAs(CallWork work, CallParty party)
    {
        if (party.Target is { } known) work.State = work.State with { AgentRecording = known.Recording };
        BeginRecording(work);
    }

    private static void StartRecording(CallWork work, RecordingRule rule, string by)
    {
        if (work.State.Recording is not null) return;

        var number = work.State.LastRecording + 1;
        work.State = work.State with { LastRecording = number, Recording = new RecordingNow(number, false) };
        // The matrix stands first: a node cuts what it plays when a party gets somebody to hear.
        work.Rewire();
        if (rule.Announce is { } announce) work.Play(LegId.Caller, [announce], loopLast: false);
        work.Record(number, rule.Format, rule.SipRecServer);
        work.Note("recording", "started " + by);
        work.Show("recording-started");
    }

    private static void StopRecording(CallWork work, string by = "by rule")
    {
        if (work.State.Recording is not { } recording) return;

        work.StopRecord(recording.Number);
        work.State = work.State with { Recording = null };
        work.Note("recording", "stopped " + by);
        work.Show("recording-stopped");
    }

    private static ControlAnswer RecordOn(CallWork work, string by)
    {
        var s = work.State;
        if (s.RecordingRule.Policy == RecordingPolicy.Never)
            return Refused(ControlRefusal.NotPermitted, "Neither the queue nor the agent may be recorded.");
        if (s.Phase != CallPhase.Talking) return Impossible("Nobody talks to the caller.");

        StartRecording(work, s.RecordingRule, "by " + by);
        return ControlAnswer.Accepted;
    }

    private static ControlAnswer RecordOff(CallWork work, string by)
    {
        if (work.State.Recording is null) return Impossible("The call is not recorded.");

        StopRecording(work, "by " + by);
        return ControlAnswer.Accepted;
    }

    private static ControlAnswer PauseRecording(CallWork work, bool paused, string by)
    {
        if (work.State.Recording is not { } recording) return Impossible("The call is not recorded.");
        if (recording.Paused == paused) return ControlAnswer.Accepted;

        work.PauseRecord(recording.Number, paused);
        work.State = work.State with { Recording = recording with { Paused = paused } };
        work.Note("recording", (paused ? "paused by " : "resumed by ") + by);
        work.Show(paused ? "recording-paused" : "recording-resumed");
        return ControlAnswer.Accepted;
    }

    /// <summary>A piece is on disk. It may come long after the end of the call, and twice.</summary>
    private static void Recorded(CallWork work, RecordingSegment e)
    {
        var s = work.State;
        if (s.Recorded.Any(r => r.Recording == e.Recording && r.Segment == e.Segment)) return;

        if (RecordingChain.Next(s.Recorded.IsEmpty ? null : s.Recorded[^1].Chain, e.Sha256) is not { } chain)
        {
            work.Note("recording", $"a piece of recording {e.Recording} came without a hash");
            return;
        }

        var piece = new RecordedSegment(
            e.Recording, e.Segment, e.Name, e.StartedAt, e.Duration,
            [.. e.Channels.Select(c => c.Value)], e.Gaps, e.Bytes, e.Sha256, chain) { Recovered = e.Recovered };
        var list = s.Recorded.Count >= RecordedMax ? s.Recorded.RemoveAt(0) : s.Recorded;
        work.State = s with { Recorded = list.Add(piece), SeenSequence = SeenWith(s, e) };
        var how = e.Recovered ? ", rescued after a crash" : "";
        work.Note("recorded", $"recording {e.Recording}, piece {e.Segment}{how}");
        work.Show("recorded");
    }

    private static long SeenWith(CallState s, MediaEvent e) =>
        e.Epoch == s.Epoch ? Math.Max(s.SeenSequence, e.Sequence) : s.SeenSequence;

    /// <summary>The call goes on without it.</summary>
    private static void RecordingBroken(CallWork work, RecordingFailed e)
    {
        work.Note("recording-failed", e.Reason.Length > 200 ? e.Reason[..200] : e.Reason);
        if (work.State.Recording?.Number == e.Recording) work.State = work.State with { Recording = null };
        work.Show("recording-failed");
    }

    private static void ListenForFax(CallWork work)
    {
        if (work.State.Route?.Fax is not null) work.Detect(LegId.Caller, ToneKinds.Fax);
    }

    /// <summary>A fax machine calls (T.30 CNG): its call is for the queue that takes faxes.</summary>
    private static void ToneHeard(CallWork work, ToneDetected e)
    {
        var s = work.State;
        if (s.Phase is CallPhase.Closing or CallPhase.Ended) return;

        work.Note("tone", e.Tone.ToString());
        var isFax = e.Tone == DetectedTone.FaxCalling && e.Leg == LegId.Caller;
        if (!isFax || s.Route?.Fax is not { } fax) return;

        work.Show("fax");
        if (s.Phase == CallPhase.Talking)
        {
            TransferToQueue(work, fax, "the fax detector");
            return;
        }

        if (s.IsOffering && s.AgentParty is { } agent)
        {
            StopDialling(work, agent);
            work.Drop(agent);
            work.Release(agent.Reservation, ReleaseReason.CallerGone);
        }

        work.Add(new CallEffect.LeaveQueue(s.Route.Queue, QueueOutcome.TransferredOut));
        work.State = work.State with { Phase = CallPhase.Queued, Agent = null };
        ToOtherLine(work, fax, QueueOutcome.TransferredOut);
    }
}
