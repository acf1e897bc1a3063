using OrleansAcd.Calls;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;

namespace OrleansAcd.Tests.Unit.Grains;

/// <summary>Brings a call into a phase by the events that lead there, and runs more of them.</summary>
internal sealed class CallScenario
{
    private long _sequence = 1;

    public CallState State { get; private set; } = CallState.Empty;

    public List<CallEffect> Last { get; private set; } = [];

    public List<CallEffect> All { get; } = [];

    public static CallState In(string phase)
    {
        var s = new CallScenario();
        if (phase == "New") return s.State;

        s.Offer();
        if (phase == "Queued") return s.State;

        s.Step(new CallEvent.Assigned(Given.Assignment()), 1);
        if (phase == "Dialling") return s.State;

        s.Progress(2);
        if (phase == "Ringing") return s.State;

        s.Answer(3);
        if (phase == "Talking") return s.State;

        s.CallerLeaves(4);
        if (phase == "Closing") return s.State;

        s.AgentLeaves(5);
        return s.State;
    }

    public static string NameOf(CallEffect effect) => effect switch
    {
        CallEffect.Send send => send.Command.GetType().Name,
        CallEffect.ReleaseAgent release => "release:" + release.Reason,
        CallEffect.LeaveQueue leave => "leave:" + leave.Outcome,
        CallEffect.Show show => "show:" + show.What,
        _ => effect.GetType().Name,
    };

    public CallScenario Offer(QueueRoute? route = null, LegOffered? leg = null, double at = 0) =>
        Step(new CallEvent.Offered(leg ?? Given.Offered(), route ?? Given.Route()), at);

    public CallScenario Assign(double at = 1) => Step(new CallEvent.Assigned(Given.Assignment()), at);

    public CallScenario Progress(double at, int leg = 2) =>
        Media(at, n => new LegProgress(Given.Call, 1, n, new LegId(leg), 180));

    public CallScenario Answer(double at, int leg = 2) =>
        Media(at, n => new LegAnswered(Given.Call, 1, n, new LegId(leg)));

    public CallScenario Fail(double at, int code, int leg = 2) =>
        Media(at, n => new LegFailed(Given.Call, 1, n, new LegId(leg), code, ""));

    public CallScenario CallerLeaves(double at, LegEndReason reason = LegEndReason.RemoteHangup) =>
        Media(at, n => new LegEnded(Given.Call, 1, n, LegId.Caller, reason, LegQuality.None));

    public CallScenario AgentLeaves(double at, LegEndReason reason = LegEndReason.RemoteHangup, int leg = 2) =>
        Media(at, n => new LegEnded(Given.Call, 1, n, new LegId(leg), reason, LegQuality.None));

    public CallScenario Media(double at, Func<long, MediaEvent> make) =>
        Step(new CallEvent.Media(make(++_sequence)), at);

    public CallScenario Tick(double at) => Step(new CallEvent.Tick(), at);

    public CallScenario Step(CallEvent e, double at)
    {
        var step = CallMachine.Step(State, e, Given.T0.AddSeconds(at));
        var (next, effects, _) = step;
        State = next;
        Last = [.. effects];
        All.AddRange(effects);
        Reply = step.Answer ?? Reply;
        CheckInvariants();
        return this;
    }

    /// <summary>After every step: the node knows the matrix as it is, and nobody is two parties.</summary>
    private void CheckInvariants()
    {
        if (State.Phase is CallPhase.New or CallPhase.Closing or CallPhase.Ended) return;

        var plan = HearingMatrix.Of(State);
        Xunit.Assert.Equal(plan.Cells.AsEnumerable(), State.Heard.AsEnumerable());
        Xunit.Assert.Equal(plan.Music.AsEnumerable(), State.MusicTo.AsEnumerable());
        Xunit.Assert.Equal(State.Parties.Length, State.Parties.Select(p => p.Leg).Distinct().Count());
        var sent = All.OfType<CallEffect.Send>().Select(e => e.Command).OfType<Hear>().LastOrDefault();
        var last = Last.OfType<CallEffect.Send>().Select(e => e.Command).OfType<Hear>().LastOrDefault() ?? sent;
        Xunit.Assert.Equal(last?.Matrix.AsEnumerable() ?? [], State.Heard.AsEnumerable());
    }

    public string LastNames() => string.Join(" ", Last.Select(NameOf));

    /// <summary>Caller (leg 1) and alice (leg 2) talk.</summary>
    public static CallScenario Talk(QueueRoute? route = null)
    {
        var s = new CallScenario();
        return s.Offer(route).Answer(0.1, 1).Assign().Answer(3);
    }

    /// <summary>What was asked for, and the answer.</summary>
    public CallScenario Control(
        double at, CallControl control, DialTarget? target = null, params SupervisionMode[] may)
    {
        Step(new CallEvent.Controlled(control) { Target = target, May = [.. may] }, at);
        return this;
    }

    /// <summary>Goes on counting where the machine is.</summary>
    public CallScenario Sync()
    {
        _sequence = State.SeenSequence;
        return this;
    }

    public ControlAnswer Reply { get; private set; } = ControlAnswer.Accepted;

    /// <summary>The summoned agent comes; its phone answers.</summary>
    public CallScenario Comes(double at, string agent, int leg)
    {
        Step(new CallEvent.Summoned(Granted(agent, leg, at)), at);
        return Answer(at, leg);
    }

    public static SummonsAnswer Granted(string agent, int leg, double at) => new(
        Given.Call, new LegId(leg), new AgentId(agent), Given.Reservation(100 + leg, agent, expires: at + 30),
        Given.Phone, "");

    public CallScenario Ends(double at, int leg, LegEndReason reason = LegEndReason.RemoteHangup) =>
        Media(at, n => new LegEnded(Given.Call, 1, n, new LegId(leg), reason, LegQuality.None));

    /// <summary>Who hears whom, as the node was told last: "1&lt;2" is that leg 1 hears leg 2.</summary>
    public string Heard => string.Join(" ", State.Heard.Select(h => $"{h.Listener.Value}<{h.Speaker.Value}"));

    public string Music => string.Join(" ", State.MusicTo.Select(l => l.Value));

    public IEnumerable<T> Sent<T>() where T : MediaCommand =>
        Last.OfType<CallEffect.Send>().Select(e => e.Command).OfType<T>();
}
