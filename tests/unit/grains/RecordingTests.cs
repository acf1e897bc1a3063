using OrleansAcd.Actors;
using OrleansAcd.Calls;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Contracts.Storage;
using Xunit;
using Record = OrleansAcd.Contracts.Media.Record;

namespace OrleansAcd.Tests.Unit.Grains;

/// <summary>Recording and fax, as queue and agent say.</summary>
public sealed class RecordingTests
{
    private const string HashA = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    private const string HashB = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    [Fact]
    public void AQueueThatRecordsAlwaysRecordsFromTheAnswerAndTellsTheCaller()
    {
        var s = CallScenario.Talk(Rule(RecordingPolicy.Always, "recorded"));

        var record = s.Sent<Record>().Single();
        Assert.Equal((1, RecordingFormat.Opus, "sip:rec.example"),
            (record.Recording, record.Format, record.SipRecServer));
        Assert.Equal(["recorded"], s.Sent<Play>().Single().Prompts.AsEnumerable());
        Assert.True(CallViews.Of(s.State, Given.T0).IsRecording);
    }

    [Fact]
    public void ARecordingFollowsTheCallThroughATransferAndEndsInTheLine()
    {
        var s = CallScenario.Talk(Rule(RecordingPolicy.Always))
            .Control(10, new CallControl.BlindTransfer("bob"), Given.Colleague("bob")).Comes(12, "bob", 3);
        Assert.Empty(s.Sent<Record>());
        Assert.Equal(1, s.State.Recording!.Number);

        s.Control(20, new CallControl.BlindTransfer("sales"), Given.Line(Given.Sales));
        Assert.Equal(1, s.Sent<StopRecord>().Single().Recording);
    }

    [Theory]
    [InlineData(RecordingPolicy.Never, RecordingPolicy.Never, ControlRefusal.NotPermitted)]
    [InlineData(RecordingPolicy.OnDemand, RecordingPolicy.Never, ControlRefusal.None)]
    [InlineData(RecordingPolicy.Never, RecordingPolicy.OnDemand, ControlRefusal.None)]
    public void RecordingOnDemandNeedsTheStrongerRule(
        RecordingPolicy queue, RecordingPolicy agent, ControlRefusal refusal)
    {
        var s = new CallScenario().Offer(Rule(queue)).Step(
            new CallEvent.Assigned(Given.Assignment()) { Recording = new RecordingRule(agent) }, 1).Answer(3)
            .Control(4, new CallControl.RecordOn());

        Assert.Equal(refusal, s.Reply.Refusal);
        Assert.Equal(refusal == ControlRefusal.None ? 1 : 0, s.Sent<Record>().Count());
    }

    [Fact]
    public void PauseAndResumeGoToTheNodeOnceEach()
    {
        var s = CallScenario.Talk(Rule(RecordingPolicy.Always)).Control(10, new CallControl.PauseRecording());
        Assert.True(s.Sent<PauseRecord>().Single().Paused);
        Assert.False(CallViews.Of(s.State, Given.T0).IsRecording);

        Assert.Empty(s.Control(11, new CallControl.PauseRecording()).Last);
        Assert.False(s.Control(12, new CallControl.ResumeRecording()).Sent<PauseRecord>().Single().Paused);
        s.Control(13, new CallControl.RecordOff());
        Assert.Equal(ControlRefusal.Impossible, s.Control(14, new CallControl.RecordOff()).Reply.Refusal);
    }

    [Fact]
    public void PiecesAreChainedInTheOrderInWhichTheyCameAndOnceEach()
    {
        var s = CallScenario.Talk(Rule(RecordingPolicy.Always));
        Piece(s, 1, HashA, 20);
        s.CallerLeaves(30);
        Piece(s, 2, HashB, 31);
        s.Ends(32, 2, LegEndReason.LocalHangup);
        Assert.Equal(CallPhase.Ended, s.State.Phase);
        Piece(s, 1, HashA, 40);
        Assert.Empty(s.Last);
        Piece(s, 3, HashA, 41);

        var chain = s.State.Recorded.Select(r => r.Chain).ToList();
        Assert.Equal(3, chain.Count);
        Assert.True(RecordingChain.Verify([HashA, HashB, HashA], chain[2]));
    }

    /// <summary>Rescued after a crash: the call was marked as lost, its pieces come when the node is back.</summary>
    [Fact]
    public void APieceThatComesAfterTheCallWasLostReachesItsRecord()
    {
        var offered = CallJson.Write(new CallEvent.Offered(Given.Offered(), Given.Route()));
        var (state, _) = CallFold.Replay(
        [
            new JournalEntry(1, Given.T0, "offered", offered, null),
            new JournalEntry(9, Given.T0.AddSeconds(9), JournalEntry.SystemLost, "", null),
        ]);
        var step = CallMachine.Step(state, new CallEvent.Media(PieceOf(1, HashA, epoch: 5, n: 1)), Given.T0);

        Assert.Single(step.Next.Recorded);
        Assert.Equal(10, step.Entries.Single().Sequence);
    }

    [Fact]
    public void ARecordingThatFailsIsNotedAndTheCallGoesOn()
    {
        var s = CallScenario.Talk(Rule(RecordingPolicy.Always))
            .Media(20, n => new RecordingFailed(Given.Call, 1, n, 1, "disk full"));

        Assert.Equal((CallPhase.Talking, null), (s.State.Phase, s.State.Recording));
        Assert.Contains(s.State.Timeline, t => t is { Kind: "recording-failed", Detail: "disk full" });
    }

    [Theory]
    [InlineData("Queued")]
    [InlineData("Ringing")]
    [InlineData("Talking")]
    public void AFaxMachineIsSentToTheFaxQueueAtItsPlace(string phase)
    {
        var s = new CallScenario().Offer(Given.Route() with { Fax = Given.Route() with { Queue = Given.Sales } });
        Assert.Equal(ToneKinds.Fax, s.Sent<Detect>().Single().Kinds);
        if (phase != "Queued") s.Assign().Progress(2);
        if (phase == "Talking") s.Answer(3);
        s.Media(4, n => new ToneDetected(Given.Call, 1, n, LegId.Caller, DetectedTone.FaxCalling));

        var ticket = s.Last.OfType<CallEffect.Enqueue>().Single().Ticket;
        Assert.Equal((Given.Sales, Given.T0, CallPhase.Queued), (ticket.Queue, ticket.EnqueuedAt, s.State.Phase));
        Assert.Equal(QueueOutcome.TransferredOut, s.State.Segments[0].Outcome);
        if (phase == "Ringing") Assert.Single(s.Sent<CancelDial>());
    }

    [Fact]
    public void QualityIsLiveAndTheFinalFiguresAreInTheRecord()
    {
        var good = new LegQuality("PCMU", 100, 0, 100, 1) { MosReceived = 4.3, MosSent = 4.1 };
        var s = CallScenario.Talk().Media(10, n => new LegQualityReported(Given.Call, 1, n, new(2), good));
        Assert.Equal(4.3, CallViews.Of(s.State, Given.T0).Legs.Single(l => l.Leg == 2).Quality!.MosReceived);
        Assert.Empty(s.Last);

        s.Media(20, n => new LegEnded(
            Given.Call, 1, n, new(2), LegEndReason.RemoteHangup, good with { MosReceived = 3.9 }));
        var leg = CallViews.Of(s.State, Given.T0).Legs.Single(l => l.Leg == 2);
        Assert.Equal(("ended", 3.9), (leg.State, leg.Quality!.MosReceived!.Value));
    }

    private static QueueRoute Rule(RecordingPolicy policy, string? announce = null) => Given.Route() with
    {
        Recording = new RecordingRule(policy, RecordingFormat.Opus, announce, "sip:rec.example"),
    };

    private static void Piece(CallScenario s, int segment, string hash, double at) =>
        s.Media(at, n => PieceOf(segment, hash, 1, n));

    private static RecordingSegment PieceOf(int segment, string hash, int epoch, long n) => new(
        Given.Call, epoch, n, 1, segment, $"2026-01-01/call-1-1-{segment}.wav", Given.T0, TimeSpan.FromSeconds(5),
        [new(1), new(2)], [], 1_000, hash);
}
