using System.Collections.Immutable;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;

namespace OrleansAcd.Calls;

/// <summary>One step of the Supervisor machine in the making.</summary>
internal sealed class SupervisorWork(SupervisorState state, AgentId own, DateTimeOffset now)
{
    private readonly SupervisorState _before = state;
    private readonly ImmutableArray<SupervisorEffect>.Builder _effects =
        ImmutableArray.CreateBuilder<SupervisorEffect>();

    private ControlAnswer? _refusal;

    public SupervisorState State { get; set; } = state;

    public AgentId Own { get; } = own;

    public DateTimeOffset Now { get; } = now;

    public void Add(SupervisorEffect effect) => _effects.Add(effect);

    public void Refuse(ControlRefusal refusal, string reason) => _refusal = new ControlAnswer(refusal, reason);

    public SupervisorTransition Done()
    {
        if (!ReferenceEquals(State, _before))
        {
            // Never below the clock: versions rise over restarts too.
            State = State with { Version = Math.Max(_before.Version + 1, Now.ToUnixTimeMilliseconds()) };
            var (old, now) = (Stored(_before), Stored(State));
            if (old != now) Add(new SupervisorEffect.Save(now));
            if (old != now || _before.Doing != State.Doing || _before.Reason != State.Reason)
                Add(new SupervisorEffect.Show());
        }

        return new SupervisorTransition(State, _effects.DrainToImmutable(), _refusal);
    }

    public void Follow(AgentId agent)
    {
        Enter(Supervision.Waiting);
        State = State with { Agent = agent };
        AskAgent(agent);
    }

    public void AskAgent(AgentId agent)
    {
        State = State with { AskAt = Now + SupervisorMachine.AskInterval };
        Add(new SupervisorEffect.WatchAgent(agent, true));
    }

    public void Join(CallId call)
    {
        Enter(Supervision.Joining);
        State = State with { Call = call, JoinUntil = Now + SupervisorMachine.JoinTime, CheckAt = null };
        Add(new SupervisorEffect.Ask(call, new CallControl.Watch(Own, State.Mode) { Agent = State.Agent }));
    }

    public void Listen(SupervisionMode mode)
    {
        Enter(Supervision.Listening);
        State = State with { JoinUntil = null, Mode = mode, CheckAt = Now + SupervisorMachine.CheckInterval };
    }

    public void Check(CallId call)
    {
        if (State.CheckAt is not null) State = State with { CheckAt = Now + SupervisorMachine.CheckInterval };
        Add(new SupervisorEffect.Check(call, State.Mode));
    }

    /// <summary>The place in the call is over; the agent's next call will come.</summary>
    public void CallOver(string reason)
    {
        var past = State.Call ?? State.Past;
        Enter(State.Agent is null ? Supervision.Off : Supervision.Waiting);
        State = State with { Call = null, Past = past, JoinUntil = null, CheckAt = null, Reason = reason };
    }

    /// <summary>Tells the call, if there is one, that the supervisor goes.</summary>
    public void LeaveCall()
    {
        if (State.Call is { } call) Add(new SupervisorEffect.Ask(call, new CallControl.StopWatch(Own)));
    }

    public void LeaveAll(string reason)
    {
        LeaveCall();
        if (State.Agent is { } agent) Add(new SupervisorEffect.WatchAgent(agent, false));
        Enter(Supervision.Off);
        State = State with
        {
            Call = null, Agent = null, JoinUntil = null, AskAt = null, CheckAt = null, Reason = reason,
        };
    }

    private void Enter(Supervision doing)
    {
        if (State.Doing != doing) State = State with { Since = Now };
        State = State with { Doing = doing, Reason = "" };
    }

    private static SupervisorRecord Stored(SupervisorState s) => new(s.Agent, s.Call, s.Mode);
}
