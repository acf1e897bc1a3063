using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Streams;

namespace OrleansAcd.Tests.Simulation.Grains;

/// <summary>A media node with phones, without any media: answers commands with events as people and networks
/// would.</summary>
internal sealed partial class SimulatedNode(IStreamBus bus, TimeProvider time, Random random, Traffic traffic)
{
    public static readonly NodeId Id = new("node-1");

    private readonly List<ITimer> _timers = [];

    public Dictionary<CallId, SimulatedCall> Calls { get; } = [];

    public List<string> Violations { get; } = [];

    public int Bridges { get; private set; }

    public int Offers { get; private set; }

    public void Start() => bus.Subscribe<MediaCommand>(MediaStreams.Commands(Id), (c, _) =>
    {
        Handle(c);
        return ValueTask.CompletedTask;
    });

    public void Register(string agent) => bus.TryPublish<NodeEvent>(MediaStreams.NodeEvents, new PhoneChanged(
        Id, new AgentId(agent),
        [new PhoneContact($"sip:{agent}@10.0.0.1", [], "udp", "10.0.0.1:5060", Id, time.GetUtcNow().AddDays(2))]));

    public void Offer(string call, string dialled)
    {
        var made = new SimulatedCall(new CallId(call));
        Calls[made.Id] = made;
        made.Legs[1] = new SimulatedLeg(LegId.Caller, "") { State = LegState.Offered };
        Publish(made, n => new LegOffered(
            made.Id, 1, n, LegId.Caller, Id, dialled, new PartyIdentity("Bob", "sip:+15551234@example.org"), [], null,
            "PCMU"));
        After(-Math.Log(1 - random.NextDouble()) * traffic.PatienceSeconds, () =>
        {
            if (made.Bridged is null) CallerHangsUp(made);
        });
    }

    private void Handle(MediaCommand command)
    {
        if (!Calls.TryGetValue(command.Call, out var call)) return;
        if (command.Sequence <= call.CommandSequence) return;

        call.CommandSequence = command.Sequence;
        switch (command)
        {
            case Answer { Leg.Value: 1 }: AnswerCaller(call); break;
            case Answer answer: AnswerNewcomer(call, call.Legs[answer.Leg.Value]); break;
            case Reject reject: call.Legs[reject.Leg.Value].State = LegState.Down; break;
            case Redirect: call.Caller.State = LegState.Down; break;
            case Dial dial: Ring(call, dial); break;
            case CancelDial cancel when call.Legs.TryGetValue(cancel.Leg.Value, out var leg): Cancel(call, leg); break;
            case Hangup hangup when call.Legs.TryGetValue(hangup.Leg.Value, out var leg): End(call, leg); break;
            case Hear hear: Bridge(call, hear); break;
            case TakeLeg take: Take(call, take); break;
            case ReferProgress progress: call.ReferProgress.Add(progress.SipCode); break;
            case Record record: call.Recording = record.Recording; break;
            case StopRecord: CloseRecording(call, 0.5); break;
        }
    }

    private void AnswerCaller(SimulatedCall call) => After(0.02 + (random.NextDouble() * 0.1), () =>
    {
        if (call.Caller.State != LegState.Offered) return;

        call.Caller.State = LegState.Up;
        Publish(call, n => new LegAnswered(call.Id, 1, n, LegId.Caller));
    });

    private void Ring(SimulatedCall call, Dial dial)
    {
        Offers++;
        var agent = dial.Contacts[0].Uri[4..dial.Contacts[0].Uri.IndexOf('@')];
        var leg = new SimulatedLeg(dial.Leg, agent) { State = LegState.Dialling };
        call.Legs[dial.Leg.Value] = leg;
        var luck = random.NextDouble();
        if ((luck -= traffic.Unreachable) < 0) Fail(call, leg, 503, 0.5);
        else if ((luck -= traffic.Busy) < 0) Fail(call, leg, 486, 0.05);
        else if ((luck -= traffic.Rejects) < 0) Fail(call, leg, 603, 2);
        else
        {
            After(0.05, () =>
            {
                if (leg.State == LegState.Dialling) Publish(call, n => new LegProgress(call.Id, 1, n, leg.Id, 180));
            });
            var isSlow = luck - traffic.NoAnswer < 0;
            // Slow phones answer around the ring timeout, at the very moment of our cancel among others.
            PickUpAfter(call, leg, isSlow ? 14.9 + (random.NextDouble() * 10) : 0.3 + (random.NextDouble() * 6));
        }
    }

    private void PickUpAfter(SimulatedCall call, SimulatedLeg leg, double seconds)
    {
        var hangsUp = random.NextDouble() < traffic.HangsUpAtAnswer;
        After(seconds, () =>
        {
            if (leg.State != LegState.Dialling) return;

            var callerFirst = hangsUp && random.Next(2) == 0;
            if (callerFirst) CallerHangsUp(call);
            leg.State = LegState.Up;
            Publish(call, n => new LegAnswered(call.Id, 1, n, leg.Id));
            if (hangsUp && !callerFirst) CallerHangsUp(call);
        });
    }

    private void Fail(SimulatedCall call, SimulatedLeg leg, int code, double seconds) => After(seconds, () =>
    {
        if (leg.State != LegState.Dialling) return;

        leg.State = LegState.Down;
        Publish(call, n => new LegFailed(call.Id, 1, n, leg.Id, code, "simulated"));
    });

    private void Cancel(SimulatedCall call, SimulatedLeg leg)
    {
        leg.Cancelled = true;
        // The 200 of the phone may cross the CANCEL: RFC 3261 section 9.1.
        Fail(call, leg, 487, 0.03);
    }

    private void End(SimulatedCall call, SimulatedLeg leg)
    {
        if (leg.State == LegState.Dialling)
        {
            Cancel(call, leg);
            return;
        }

        After(0.02, () => Down(call, leg, LegEndReason.LocalHangup));
    }

    private void Down(SimulatedCall call, SimulatedLeg leg, LegEndReason reason)
    {
        if (leg.State == LegState.Down) return;

        leg.State = LegState.Down;
        if (call.Bridged == leg || leg == call.Caller) call.Bridged = null;
        Publish(call, n => new LegEnded(call.Id, 1, n, leg.Id, reason, LegQuality.None));
        if (leg == call.Caller) CloseRecording(call, 5);
    }

    public void CallerHangsUp(SimulatedCall call) => Down(call, call.Caller, LegEndReason.RemoteHangup);

    private void Bridge(SimulatedCall call, Hear hear)
    {
        call.Matrix = hear.Matrix;
        var others = hear.Matrix.Where(h => h.Listener == LegId.Caller).Select(h => h.Speaker.Value).Distinct()
            .ToList();
        if (others.Count > 1 && traffic.ControlsPerCall == 0)
            Violations.Add($"{call.Id}: caller hears {others.Count} agents");
        CheckNobodyTalksTwice(call);
        var before = call.Bridged;
        call.Bridged = others.Count >= 1 ? call.Legs[others[0]] : null;
        if (call.Bridged is not { } leg || leg == before) return;

        Bridges++;
        if (leg.State == LegState.Up) Talk(call, leg);      // else it has ended; the grain will hear of it
    }

    /// <summary>Whoever hears or is heard in this call is in no other call's matrix.</summary>
    private void CheckNobodyTalksTwice(SimulatedCall call)
    {
        var here = TalkersOf(call).ToHashSet();
        foreach (var other in Calls.Values)
        {
            if (other == call || here.Count == 0) continue;
            foreach (var agent in TalkersOf(other))
            {
                if (here.Contains(agent))
                    Violations.Add($"{time.GetUtcNow():T}: {agent} talks in {other.Id} and {call.Id}");
            }
        }
    }

    private static IEnumerable<string> TalkersOf(SimulatedCall call)
    {
        foreach (var leg in call.Matrix.SelectMany(h => new[] { h.Listener.Value, h.Speaker.Value }).Distinct())
        {
            if (call.Legs.TryGetValue(leg, out var found) && found is { State: LegState.Up, Party: [>= 'a', ..] })
                yield return found.Party;
        }
    }

    private void Talk(SimulatedCall call, SimulatedLeg leg)
    {
        var luck = random.NextDouble();
        After(1 + (random.NextDouble() * 2 * traffic.TalkSeconds), () =>
        {
            if (call.Bridged != leg)
            {
                // Held, or with somebody else: patience ends at last.
                if (traffic.ControlsPerCall > 0)
                    After(60 + (random.NextDouble() * 2 * traffic.TalkSeconds), () => CallerHangsUp(call));
                return;
            }

            if (luck < traffic.AgentMediaLost) Down(call, leg, LegEndReason.MediaLost);
            else if (luck < 0.5) Down(call, leg, LegEndReason.RemoteHangup);
            else CallerHangsUp(call);
        });
    }

    private void Publish(SimulatedCall call, Func<long, MediaEvent> make)
    {
        var e = make(++call.EventSequence);
        bus.TryPublish(MediaStreams.Events, e);
        if (random.NextDouble() < traffic.Duplicates) bus.TryPublish(MediaStreams.Events, e);
    }

    private void After(double seconds, Action action)
    {
        ITimer? timer = null;
        timer = time.CreateTimer(
            _ =>
            {
                timer!.Dispose();
                _timers.Remove(timer);
                action();
            },
            null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timers.Add(timer);
        timer.Change(TimeSpan.FromSeconds(seconds), Timeout.InfiniteTimeSpan);
    }
}
