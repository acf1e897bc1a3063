using OrleansAcd.Calls;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;
using Xunit;

namespace OrleansAcd.Tests.Unit.Grains;

/// <summary>The Call machine, every phase by every event. A cell is the next phase, or what is answered without a
/// change.</summary>
public sealed class CallMatrixTests
{
    private static readonly string[] Phases = ["New", "Queued", "Dialling", "Ringing", "Talking", "Closing", "Ended"];

    private static readonly string[] Events =
    [
        "offered", "caller-up", "progress", "answered", "late-answer", "busy", "caller-left", "agent-left",
            "agent-lost", "held",
        "play-ended", "digit", "assigned", "overflowed", "queue-gone",
        "verified", "voided", "hang-up", "due",
    ];

    private const string Table = """
        event       | New       | Queued   | Dialling     | Ringing      | Talking       | Closing       | Ended
        offered     | Queued    | -        | -            | -            | -             | -             | -
        caller-up   | -         | noted    | noted        | noted        | noted         | -             | -
        progress    | -         | -        | Ringing      | -            | -             | -             | -
        answered    | -         | Hangup   | Talking      | Talking      | -             | Hangup        | Hangup
        late-answer | -         | Hangup   | Hangup       | Hangup       | Hangup        | Hangup        | Hangup
        busy        | -         | -        | Queued       | Queued       | -             | Ended         | -
        caller-left | -         | Ended    | Closing      | Closing      | Closing       | -             | -
        agent-left  | -         | -        | Queued       | Queued       | Closing       | Ended         | -
        agent-lost  | -         | -        | Queued       | Queued       | Queued        | Ended         | -
        held        | -         | -        | -            | -            | Hear+Play     | -             | -
        play-ended  | -         | -        | -            | -            | -             | -             | -
        digit       | -         | -        | -            | -            | -             | -             | -
        assigned    | back:Lost | Dialling | back:None    | back:None    | back:Answered | back:Answered | back:Answered
        overflowed  | -         | Enqueue  | -            | -            | -             | -             | -
        queue-gone  | -         | Enqueue  | -            | -            | -             | -             | -
        verified    | rel:Void  | rel:Void | AgentRinging | AgentRinging | ConfirmAgent  | -             | rel:Finished
        voided      | -         | -        | Queued       | Queued       | Queued        | -             | -
        hang-up     | -         | Closing  | Closing      | Closing      | Closing       | -             | -
        due         | -         | Enqueue  | AgentRinging | AgentRinging | ConfirmAgent  | Ended         | -
        """;

    [Fact]
    public void EveryCellIsDecided() => MatrixTable.Check(Table, Phases, Events, Run);

    [Fact]
    public void TheReadmeShowsTheSameTable() => MatrixTable.CheckReadme(Table);

    private static string Run(string phase, string name)
    {
        var state = CallScenario.In(phase);
        Assert.Equal(phase, state.Phase.ToString());
        var (e, now) = EventOf(name, state);
        var (next, effects, entries) = CallMachine.Step(state, e, now);
        if (next.Phase != state.Phase) return next.Phase.ToString();

        var done = effects.Select(CallScenario.NameOf).ToList();
        done.RemoveAll(name => name is "show:queued" or "show:held");
        // The agent is given back, and the queue hears again what became of the call.
        if (done is ["release:CallerGone", var left])
            return left.Replace("leave:", "back:").Replace("SystemLost", "Lost");
        if (done is [var one] && one.StartsWith("release:", StringComparison.Ordinal))
            return one.Replace("release:", "rel:");
        return done.Count > 0 ? string.Join("+", done) : entries.IsEmpty ? "-" : "noted";
    }

    private static (CallEvent Event, DateTimeOffset Now) EventOf(string name, CallState s)
    {
        var soon = Given.T0.AddSeconds(6);
        var leg = s.AgentLeg ?? new LegId(2);
        var n = s.SeenSequence + 1;
        var id = Given.Call;
        CallEvent e = name switch
        {
            "offered" => new CallEvent.Offered(Given.Offered(), Given.Route()),
            "caller-up" => Media(new LegAnswered(id, 1, n, LegId.Caller)),
            "progress" => Media(new LegProgress(id, 1, n, leg, 180)),
            "answered" => Media(new LegAnswered(id, 1, n, leg)),
            "late-answer" => Media(new LegAnswered(id, 1, n, new LegId(99))),
            "busy" => Media(new LegFailed(id, 1, n, leg, 486, "Busy Here")),
            "caller-left" => Media(new LegEnded(id, 1, n, LegId.Caller, LegEndReason.RemoteHangup, LegQuality.None)),
            "agent-left" => Media(new LegEnded(id, 1, n, leg, LegEndReason.RemoteHangup, LegQuality.None)),
            "agent-lost" => Media(new LegEnded(id, 1, n, leg, LegEndReason.MediaLost, LegQuality.None)),
            "held" => Media(new LegHeld(id, 1, n, leg, true)),
            "play-ended" => Media(new PlayEnded(id, 1, n, LegId.Caller, new PlayId(1), true)),
            "digit" => Media(new DigitReceived(id, 1, n, LegId.Caller, '5', TimeSpan.FromMilliseconds(100))),
            "assigned" => new CallEvent.Assigned(Given.Assignment(Given.Reservation(epoch: 9, agent: "carol"))),
            "overflowed" => new CallEvent.Overflowed(Given.Support, Given.Route() with { Queue = Given.Sales }),
            "queue-gone" => new CallEvent.QueueGone(Given.Support, Given.Route() with { Queue = Given.Sales }),
            "verified" => new CallEvent.Verified(Given.Reservation()),
            "voided" => new CallEvent.Voided(Given.Reservation()),
            "hang-up" => new CallEvent.HangupAsked("supervisor"),
            "due" => new CallEvent.Tick(),
            _ => throw new ArgumentException(name),
        };
        return (e, name == "due" ? s.Deadline ?? soon : soon);

        static CallEvent Media(MediaEvent media) => new CallEvent.Media(media);
    }
}
