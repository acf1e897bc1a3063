using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;

namespace OrleansAcd.Tests.Simulation.Grains;

/// <summary>What phones ask for by themselves, and what nodes do for call control.</summary>
internal sealed partial class SimulatedNode
{
    private const string Hash = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    /// <summary>A registered phone calls.</summary>
    public void OfferFrom(string call, string agent, string dialled)
    {
        var made = new SimulatedCall(new CallId(call));
        Calls[made.Id] = made;
        made.Legs[1] = new SimulatedLeg(LegId.Caller, agent) { State = LegState.Offered };
        Publish(made, n => new LegOffered(
            made.Id, 1, n, LegId.Caller, Id, dialled, new PartyIdentity(agent, $"sip:{agent}@acd"), [],
            new AgentId(agent), "PCMU"));
    }

    /// <summary>A phone sends REFER; with another call, Replaces is in it.</summary>
    public void Refer(SimulatedCall call, LegId leg, string target, CallId? replaces = null, LegId? replaced = null) =>
        Publish(call, n => new LegReferred(call.Id, 1, n, leg, target, replaces, replaced, "", true));

    public void Hold(SimulatedCall call, LegId leg, bool held) =>
        Publish(call, n => new LegHeld(call.Id, 1, n, leg, held));

    public void HangUp(SimulatedCall call, LegId leg) => Down(call, call.Legs[leg.Value], LegEndReason.RemoteHangup);

    public void Lose(SimulatedCall call, LegId leg) => Down(call, call.Legs[leg.Value], LegEndReason.MediaLost);

    public void Hear(SimulatedCall call, DetectedTone tone) =>
        Publish(call, n => new ToneDetected(call.Id, 1, n, LegId.Caller, tone));

    private void AnswerNewcomer(SimulatedCall call, SimulatedLeg leg) => After(0.02, () =>
    {
        if (leg.State != LegState.Offered) return;

        leg.State = LegState.Up;
        Publish(call, n => new LegAnswered(call.Id, 1, n, leg.Id));
    });

    private void Take(SimulatedCall call, TakeLeg take)
    {
        if (!Calls.TryGetValue(take.FromCall, out var from) || !from.Legs.TryGetValue(take.FromLeg.Value, out var leg)
            || leg.State != LegState.Up)
        {
            Publish(call, n => new LegFailed(call.Id, 1, n, take.Leg, 481, "no such leg"));
            return;
        }

        call.Legs[take.Leg.Value] = new SimulatedLeg(take.Leg, leg.Party) { State = LegState.Up };
        Publish(call, n => new LegAnswered(call.Id, 1, n, take.Leg));
        Down(from, leg, LegEndReason.Moved);
    }

    /// <summary>A piece is on disk some time after the recording has ended, long after the call perhaps.</summary>
    private void CloseRecording(SimulatedCall call, double seconds)
    {
        if (call.Recording is not { } recording) return;

        call.Recording = null;
        var segment = ++call.Segments;
        After(seconds * 10 * random.NextDouble(), () => Publish(call, n => new RecordingSegment(
            call.Id, 1, n, recording, segment, $"{call.Id}-{recording}-{segment}.wav", time.GetUtcNow(),
            TimeSpan.FromSeconds(1), [LegId.Caller], [], 100, Hash)));
    }
}
