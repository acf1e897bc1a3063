using OrleansAcd.Calls;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Grains;
using Xunit;

namespace OrleansAcd.Tests.Unit.Grains;

/// <summary>The Queue machine: every situation of one call and one agent by every event.</summary>
/// <remarks>A cell is what there is afterwards (waiting, free, ready agents in the pool, offers) and what was
/// sent.</remarks>
public sealed class QueueMatrixTests
{
    private static readonly string[] Situations =
        ["empty", "call waits", "agent ready", "offered", "assigned", "settling"];

    private static readonly string[] Events =
    [
        "enqueue", "enqueue-again", "leave", "offer-failed", "agent-ready", "agent-busy", "agent-gone", "granted",
            "refused",
        "defined", "dropped", "due",
    ];

    private const string Table = """
        event         | empty          | call waits     | agent ready    | offered         | assigned     | settling
        enqueue       | 1w1f0r0o       | 2w2f0r0o       | 1w0f0r1o Offer | 2w1f0r1o        | 2w1f0r1o     | 2w2f0r0o
        enqueue-again | 1w1f0r0o       | -              | 1w0f0r1o Offer | -               | -            | -
        leave         | -              | 0w0f0r0o       | -              | 0w0f0r0o        | 0w0f0r0o     | 0w0f0r0o
        offer-failed  | -              | -              | -              | -               | 1w1f0r0o     | -
        agent-ready   | 0w0f1r0o Bid   | 1w0f0r1o Offer | 0w0f1r0o Bid   | 1w0f1r1o Bid    | 1w0f1r1o Bid | 1w1f1r0o Bid
        agent-busy    | 0w0f0r0o       | 1w1f0r0o       | 0w0f0r0o       | 1w0f0r1o        | 1w0f0r1o     | 1w1f0r0o
        agent-gone    | -              | -              | 0w0f0r0o       | 1w0f0r1o        | 1w0f0r1o     | -
        granted       | rel:CallerGone | rel:Void       | rel:CallerGone | 1w0f0r1o Assign | -            | rel:Void
        refused       | -              | -              | -              | 1w1f0r0o        | -            | -
        defined       | 0w0f0r0o       | 1w1f0r0o       | 0w0f1r0o       | 1w0f0r1o        | 1w0f0r1o     | 1w1f0r0o
        dropped       | 0w0f0r0o      | 0w0f0r0o Gone | 0w0f1r0o       | 1w0f0r1o        | 1w0f0r1o     | 0w0f0r0o Gone
        due           | -              | -              | -              | 1w1f0r0o        | 1w1f0r0o     | 1w1f0r0o
        """;

    [Fact]
    public void EveryCellIsDecided() => MatrixTable.Check(Table, Situations, Events, Run);

    [Fact]
    public void TheReadmeShowsTheSameTable() => MatrixTable.CheckReadme(Table);

    private static string Run(string situation, string name)
    {
        var state = In(situation);
        var now = name == "due" ? state.Deadline ?? Given.T0.AddSeconds(6) : Given.T0.AddSeconds(6);
        var (next, effects) = QueueMachine.Step(state, EventOf(name), now);
        if (ReferenceEquals(next, state)) return effects.IsEmpty ? "-" : Names(effects);

        var change = $"{next.Line.Count}w{next.Line.FreeCount}f{next.Pool.Count}r{next.Offers.Count}o";
        return effects.IsEmpty ? change : change + " " + Names(effects);
    }

    private static string Names(IEnumerable<QueueEffect> effects) => string.Join("+", effects.Select(e => e switch
    {
        QueueEffect.OfferAgent { Offer.Call: null } => "Bid",
        QueueEffect.ReleaseAgent release => "rel:" + release.Reason,
        QueueEffect.OfferAgent => "Offer",
        QueueEffect.AssignCall => "Assign",
        QueueEffect.LetGo => "Gone",
        _ => e.GetType().Name,
    }));

    private static QueueState In(string situation)
    {
        var s = Step(QueueState.Empty, new QueueEvent.Started(Given.Queue(), []), 0);
        switch (situation)
        {
            case "call waits": return Enqueue(s, "call-1");
            case "agent ready": return Step(s, new QueueEvent.AgentChanged(Given.Notice("alice", 5)), 2);
            case "offered": return Enqueue(In("agent ready"), "call-1");
            case "assigned": return Step(In("offered"), new QueueEvent.Granted(Given.Reservation(), Given.Phone), 3);
            case "settling": return Step(s, new QueueEvent.Enqueued(Given.Ticket("call-1", -30)), 1);
            default: return s;
        }
    }

    private static QueueState Enqueue(QueueState s, string call) =>
        Step(s, new QueueEvent.Enqueued(Given.Ticket(call, 2)), 2);

    private static QueueState Step(QueueState s, QueueEvent e, double at) =>
        QueueMachine.Step(s, e, Given.T0.AddSeconds(at)).Next;

    private static QueueEvent EventOf(string name) => name switch
    {
        "enqueue" => new QueueEvent.Enqueued(Given.Ticket("call-2", 6)),
        "enqueue-again" => new QueueEvent.Enqueued(Given.Ticket("call-1", 2)),
        "leave" => new QueueEvent.Left(Given.Call, QueueOutcome.Abandoned),
        "offer-failed" => new QueueEvent.OfferFailed(Given.Reservation(), OfferFailure.RingNoAnswer),
        "agent-ready" => new QueueEvent.AgentChanged(Given.Notice("alice", 9)),
        "agent-busy" => new QueueEvent.AgentChanged(Given.Notice("alice", 9, Presence.Talking)),
        "agent-gone" => new QueueEvent.AgentChanged(Given.Notice("alice", 9, Presence.LoggedOut, member: false)),
        "granted" => new QueueEvent.Granted(Given.Reservation(), Given.Phone),
        "refused" => new QueueEvent.Refused(new AgentOffer(
            Given.Alice, Given.Support, 5, Given.Call, default, TimeSpan.Zero, TimeSpan.Zero)),
        "defined" => new QueueEvent.Defined(Given.Queue() with { Priority = 3 }),
        "dropped" => new QueueEvent.Defined(null),
        "due" => new QueueEvent.Tick(),
        _ => throw new ArgumentException(name),
    };
}
