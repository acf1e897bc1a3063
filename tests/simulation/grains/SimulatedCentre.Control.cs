using OrleansAcd.Actors;
using OrleansAcd.Calls;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;

namespace OrleansAcd.Tests.Simulation.Grains;

/// <summary>People and programs that ask for everything at any moment.</summary>
internal sealed partial class SimulatedCentre
{
    public IReadOnlyList<string> Supervisors => _traffic.ControlsPerCall > 0 ? ["sup0", "sup1"] : [];

    public int Accepted { get; private set; }

    public int MatricesChecked { get; private set; }

    public int RightsChanged { get; private set; }

    public ControlAnswer Control(string call, CallControl control) =>
        Ask(grains => grains.GetGrain<ICallGrain>(call).Control(control));

    /// <summary>The queues of a storm record, and the last one is where faxes go.</summary>
    private string More(int queue) => _traffic.ControlsPerCall == 0 ? "" : queue == _traffic.Queues - 1
        ? ", recording: on-demand"
        : $", recording: {{ mode: always, announce: recorded }}, fax: queue{_traffic.Queues - 1}"
            + ", monitoring: { visible: true }";

    /// <summary>One request for a call that is up, whatever it does just now.</summary>
    private void AskForSomething()
    {
        var live = Node.Calls.Values.Where(c => c.Caller.State == LegState.Up).ToList();
        if (live.Count == 0) return;

        var call = live[_random.Next(live.Count)];
        if (_random.Next(60) == 0) ChangeRights();
        else if (_random.Next(6) == 0) Supervise(call.Id);
        else if (_random.Next(6) == 0) PhoneAsks(call);
        else if (Control(call.Id.Value, AnyControl(call)).IsAccepted) Accepted++;
        CheckMatrices();
    }

    private CallControl AnyControl(SimulatedCall call)
    {
        var leg = new LegId(call.Legs.Keys.ElementAt(_random.Next(call.Legs.Count)));
        return _random.Next(18) switch
        {
            0 => new CallControl.Hold(leg),
            1 or 2 => new CallControl.Unhold(leg),
            3 => new CallControl.Mute(leg),
            4 => new CallControl.Unmute(leg),
            5 or 6 => new CallControl.BlindTransfer(AnyTarget()),
            7 or 8 => new CallControl.Consult(AnyTarget()),
            9 => new CallControl.Swap(),
            10 => new CallControl.CompleteTransfer(),
            11 => new CallControl.CancelConsult(),
            12 => new CallControl.Conference(),
            13 => new CallControl.AddParty(AnyTarget()),
            14 => new CallControl.RemoveParty(leg),
            15 => new CallControl.RecordOn(),
            16 => new CallControl.RecordOff(),
            _ => new CallControl.PauseRecording(),
        };
    }

    private string AnyTarget() => _random.Next(6) switch
    {
        0 => "+1555" + _random.Next(1_000),
        1 => "queue/" + QueueIds[_random.Next(_traffic.Queues)],
        _ => "agent/" + AgentIds[_random.Next(_traffic.Agents)],
    };

    private void PhoneAsks(SimulatedCall call)
    {
        var up = call.Legs.Values.Where(l => l.State == LegState.Up && l.Id != LegId.Caller).ToList();
        if (up.Count == 0) return;

        var leg = up[_random.Next(up.Count)].Id;
        switch (_random.Next(5))
        {
            case 0: Node.Refer(call, leg, AgentIds[_random.Next(_traffic.Agents)]); break;
            case 1: Node.Hold(call, leg, _random.Next(3) == 0); break;
            case 2: Node.HangUp(call, leg); break;
            case 3: Node.Lose(call, leg); break;
            default: Node.Hear(call, DetectedTone.FaxCalling); break;
        }
    }

    private void Supervise(CallId call)
    {
        var id = Supervisors[_random.Next(Supervisors.Count)];
        var mode = (SupervisionMode)_random.Next(4);
        var agent = new AgentId(AgentIds[_random.Next(_traffic.Agents)]);
        var answer = Ask(grains =>
        {
            var supervisor = grains.GetGrain<ISupervisorGrain>(id);
            return _random.Next(6) switch
            {
                0 or 1 => supervisor.Watch(new WatchTarget(null, agent), mode),
                2 => supervisor.Watch(new WatchTarget(call, null), mode),
                3 or 4 => supervisor.ChangeMode(mode),
                _ => supervisor.Stop(),
            };
        });
        if (answer.Refusal == ControlRefusal.None) Accepted++;
    }

    /// <summary>A new centre in the middle of it all: supervisors lose a queue, or get it back.</summary>
    private void ChangeRights()
    {
        var queues = QueueIds.Where(_ => _random.Next(3) > 0);
        var changed = Yaml().Replace(
            $"supervises: [{string.Join(", ", QueueIds)}]", $"supervises: [{string.Join(", ", queues)}]",
            StringComparison.Ordinal);
        if (Apply(changed).Changed) RightsChanged++;
    }

    private void StopSupervising()
    {
        foreach (var id in Supervisors) Ask(grains => grains.GetGrain<ISupervisorGrain>(id).Stop());
    }

    /// <summary>Wherever the node has had all that was decided, its matrix is what the state says.</summary>
    private void CheckMatrices()
    {
        foreach (var call in Node.Calls.Values.Where(c => c.Caller.State == LegState.Up))
        {
            var lines = Ask(_ => Journal.Replay(call.Id, CancellationToken.None).AsTask());
            var (state, _) = CallFold.Replay(lines);
            if (state.Phase != CallPhase.Talking || state.SentSequence != call.CommandSequence) continue;

            MatricesChecked++;
            if (!HearingMatrix.Of(state).Cells.SequenceEqual(call.Matrix))
                Node.Violations.Add($"{call.Id}: the node's matrix is not the state's");
        }
    }
}
