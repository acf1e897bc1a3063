using OrleansAcd.Calls;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using Xunit;

namespace OrleansAcd.Tests.Unit.Grains;

/// <summary>Call control, every situation by every request. A cell is who hears whom afterwards, "=" where that does
/// not
/// change, or why it is refused.</summary>
public sealed class CallControlMatrixTests
{
    private static readonly string[] Situations =
        ["Queued", "Talking", "Held", "Consulting", "Consulted", "Transferring", "Conference", "TakenOver"];

    private static readonly Dictionary<string, CallControl> Requests = new()
    {
        ["hold"] = new CallControl.Hold(null),
        ["unhold"] = new CallControl.Unhold(null),
        ["mute"] = new CallControl.Mute(new LegId(2)),
        ["transfer"] = new CallControl.BlindTransfer("carol"),
        ["to-queue"] = new CallControl.BlindTransfer("queue/sales"),
        ["consult"] = new CallControl.Consult("carol"),
        ["swap"] = new CallControl.Swap(),
        ["complete"] = new CallControl.CompleteTransfer(),
        ["cancel"] = new CallControl.CancelConsult(),
        ["conference"] = new CallControl.Conference(),
        ["add"] = new CallControl.AddParty("carol"),
        ["remove"] = new CallControl.RemoveParty(new LegId(3)),
        ["redirect"] = new CallControl.RedirectCaller("carol"),
        ["answer"] = new CallControl.AnswerPhone(),
        ["record"] = new CallControl.RecordOn(),
        ["watch"] = new CallControl.Watch(new AgentId("tom"), SupervisionMode.Monitor),
        ["take-over"] = new CallControl.Watch(new AgentId("tom"), SupervisionMode.TakeOver),
        ["give-back"] = new CallControl.StopWatch(new AgentId("sue")),
    };

    private const string Table = """
        event | Queued | Talking | Held | Consulting | Consulted | Transferring | Conference | TakenOver
        hold | no | nobody | = | = | = | = | 2<3 3<2 | nobody
        unhold | no | = | 1<2 2<1 | = | = | = | = | =
        mute | unknown | 2<1 | = | = | 2<3 | = | 1<3 2<1 2<3 3<1 | =
        transfer | no | nobody | = | no | no | no | 1<3 3<1 | =
        to-queue | no | nobody | = | no | no | no | nobody | nobody
        consult | no | nobody | = | no | no | no | 1<3 3<1 | no
        swap | no | no | no | no | 1<2 2<1 | no | no | no
        complete | no | no | no | = | 1<3 3<1 | no | no | no
        cancel | no | no | no | 1<2 2<1 | 1<2 2<1 | no | no | no
        conference | no | no | no | no | 1<2 1<3 2<1 2<3 3<1 3<2 | no | no | no
        add | no | = | = | = | = | = | = | =
        remove | unknown | unknown | unknown | 1<2 2<1 | 1<2 2<1 | 1<2 2<1 | 1<2 2<1 | 1<2 2<1
        redirect | no | no | no | no | no | no | no | no
        answer | no | no | no | no | no | no | no | no
        record | no-right | no-right | no-right | no-right | no-right | no-right | no-right | no-right
        watch | no | = | = | = | = | = | = | =
        take-over | no | = | = | no | no | no | = | no
        give-back | no | no | no | no | no | no | no | 1<2 2<1
        """;

    [Fact]
    public void EveryCellIsDecided() => MatrixTable.Check(Table, Situations, [.. Requests.Keys], Run);

    [Fact]
    public void TheReadmeShowsTheSameTable() => MatrixTable.CheckReadme(Table);

    private static string Run(string situation, string request)
    {
        var s = In(situation);
        var before = s.Heard;
        var target = request == "to-queue" ? Given.Line(Given.Sales) : Given.Colleague("carol");
        s.Control(60, Requests[request], target, Enum.GetValues<SupervisionMode>());
        if (!s.Reply.IsAccepted) return s.Reply.Refusal switch
            {
                ControlRefusal.NotPermitted => "no-right",
                ControlRefusal.Impossible => "no",
                _ => "unknown",
            };

        return s.Heard == before ? "=" : s.Heard.Length == 0 ? "nobody" : s.Heard;
    }

    private static CallScenario In(string situation) => situation switch
    {
        "Queued" => new CallScenario().Offer(),
        "Talking" => CallScenario.Talk(),
        "Held" => CallScenario.Talk().Control(10, new CallControl.Hold(null)),
        "Consulting" => CallScenario.Talk().Control(10, new CallControl.Consult("bob"), Given.Colleague("bob")),
        "Consulted" => HearingTests.Consulted(),
        "Transferring" => CallScenario.Talk()
            .Control(10, new CallControl.BlindTransfer("bob"), Given.Colleague("bob")),
        "Conference" => HearingTests.Consulted().Control(20, new CallControl.Conference()),
        _ => HearingTests.Watched(SupervisionMode.TakeOver),
    };
}
