using OrleansAcd.Calls;
using OrleansAcd.Contracts;
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
        var (next, effects, _) = CallMachine.Step(State, e, Given.T0.AddSeconds(at));
        State = next;
        Last = [.. effects];
        All.AddRange(effects);
        return this;
    }

    public string LastNames() => string.Join(" ", Last.Select(NameOf));
}
