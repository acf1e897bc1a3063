using OrleansAcd.Calls;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Grains;
using Xunit;

namespace OrleansAcd.Tests.Unit.Grains;

/// <summary>The Agent machine, every presence by every event. A cell is the next presence, or what is answered without
/// a change.</summary>
public sealed class AgentMatrixTests
{
    private static readonly string[] Presences =
        ["LoggedOut", "NotReady", "Ready", "Reserved", "Ringing", "Talking", "WrapUp"];

    private static readonly string[] Events =
    [
        "started", "undefined", "offer", "stale-offer", "empty-bid", "rings", "confirmed", "stale-confirm", "finished",
            "no-answer",
        "caller-gone", "phone", "no-phone", "login", "logout", "ready", "not-ready", "end-wrap-up", "announce", "due",
    ];

    private const string Table = """
        event         | LoggedOut | NotReady  | Ready     | Reserved  | Ringing   | Talking   | WrapUp
        started       | Notify    | LoggedOut | LoggedOut | LoggedOut | LoggedOut | LoggedOut | LoggedOut
        undefined     | Notify    | LoggedOut | LoggedOut | Notify    | Notify    | Notify    | Notify
        offer         | Refuse    | Refuse    | Reserved  | Refuse    | Refuse    | Refuse    | Refuse
        stale-offer   | Refuse    | Refuse    | Refuse    | Refuse    | Refuse    | Refuse    | Refuse
        empty-bid     | -         | -         | -         | -         | -         | -         | -
        rings         | Ringing   | Ringing   | Ringing   | Ringing   | -         | -         | Void
        confirmed     | Talking   | Talking   | Talking   | Talking   | Talking   | kept      | Void
        stale-confirm | Void      | Void      | Void      | Void      | Void      | Void      | Void
        finished      | -         | -         | -         | WrapUp    | WrapUp    | WrapUp    | -
        no-answer     | -         | -         | -         | NotReady  | NotReady  | NotReady  | -
        caller-gone   | -         | -         | -         | Ready     | Ready     | Ready     | -
        phone         | Ready     | kept      | kept      | kept      | kept      | kept      | kept
        no-phone      | -         | LoggedOut | LoggedOut | kept      | kept      | kept      | kept
        login         | -         | -         | -         | -         | -         | -         | -
        logout        | -         | LoggedOut | LoggedOut | next      | next      | next      | next
        ready         | -         | Ready     | -         | -         | -         | -         | Ready
        not-ready     | -         | -         | NotReady  | next      | next      | next      | next
        end-wrap-up   | -         | -         | -         | -         | -         | -         | Ready
        announce      | Notify    | Notify    | Notify    | Notify    | Notify    | Notify    | Notify
        due           | -         | LoggedOut | Notify    | Ready     | Ready     | Verify    | Ready
        """;

    [Fact]
    public void EveryCellIsDecided() => MatrixTable.Check(Table, Presences, Events, Run);

    [Fact]
    public void TheReadmeShowsTheSameTable() => MatrixTable.CheckReadme(Table);

    private static string Run(string presence, string name)
    {
        var state = AgentScenario.In(presence);
        Assert.Equal(presence, state.Presence.ToString());
        var (e, now) = EventOf(name, state);
        var (next, effects) = AgentMachine.Step(state, e, now);
        if (next.Presence != state.Presence) return next.Presence.ToString();

        var done = effects.Where(x => x is not (AgentEffect.Save or AgentEffect.Show)).Select(x => x.GetType().Name)
            .Distinct();
        var names = string.Join("+", done);
        return names.Length > 0 ? names : ReferenceEquals(next, state) ? "-" : next.HasNext ? "next" : "kept";
    }

    private static (AgentEvent Event, DateTimeOffset Now) EventOf(string name, AgentState s)
    {
        var now = Given.T0.AddSeconds(6);
        var held = s.Current ?? Given.Reservation(epoch: 1);
        AgentEvent e = name switch
        {
            "started" => new AgentEvent.Started(AgentRecord.None, Given.Agent()),
            "undefined" => new AgentEvent.Defined(null),
            "offer" => new AgentEvent.Offered(AgentScenario.OfferOf("call-2", s.ReadyEpoch)),
            "stale-offer" => new AgentEvent.Offered(AgentScenario.OfferOf("call-2", s.ReadyEpoch - 1)),
            "empty-bid" => new AgentEvent.Offered(AgentScenario.OfferOf(null, s.ReadyEpoch)),
            "rings" => new AgentEvent.Rings(held),
            "confirmed" => new AgentEvent.Confirmed(held),
            "stale-confirm" => new AgentEvent.Confirmed(held with { Epoch = s.ClosedEpoch, Call = new CallId("old") }),
            "finished" => new AgentEvent.Released(held, ReleaseReason.Finished),
            "no-answer" => new AgentEvent.Released(held, ReleaseReason.RingNoAnswer),
            "caller-gone" => new AgentEvent.Released(held, ReleaseReason.CallerGone),
            "phone" => new AgentEvent.PhonesChanged(new NodeId("node-2"), [Given.Contact("sip:alice@10.0.0.2")]),
            "no-phone" => new AgentEvent.PhonesChanged(Given.Node, []),
            "login" => new AgentEvent.ChangeAsked(new AgentChange(AgentWish.Login, "")),
            "logout" => new AgentEvent.ChangeAsked(new AgentChange(AgentWish.Logout, "")),
            "ready" => new AgentEvent.ChangeAsked(new AgentChange(AgentWish.Ready, "")),
            "not-ready" => new AgentEvent.ChangeAsked(new AgentChange(AgentWish.NotReady, "lunch")),
            "end-wrap-up" => new AgentEvent.ChangeAsked(new AgentChange(AgentWish.EndWrapUp, "")),
            "announce" => new AgentEvent.AnnounceAsked(Given.Support),
            "due" => new AgentEvent.Tick(),
            _ => throw new ArgumentException(name),
        };
        return (e, name == "due" ? s.Deadline ?? now : now);
    }
}
