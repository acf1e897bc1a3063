using System.Text;
using System.Xml.Linq;
using OrleansAcd.Audio;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;
using OrleansAcd.MediaNode.Recording;
using OrleansAcd.Recordings;
using OrleansAcd.Recordings.Stores;
using OrleansAcd.Rtp;
using OrleansAcd.Rtp.Srtp;
using OrleansAcd.Sip.Digest;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Sdp;
using OrleansAcd.Sip.SipRec;
using OrleansAcd.Sip.Stack;
using OrleansAcd.Softphone;
using OrleansAcd.Tests.Common;
using OrleansAcd.Tests.Unit.Recordings;
using Xunit;
using Record = OrleansAcd.Contracts.Media.Record;

namespace OrleansAcd.Tests.Unit.MediaNode;

/// <summary>RFC 7866: a node's calls at a recorder elsewhere, which is a real one, and misbehaves.</summary>
public sealed class SipRecTests : IDisposable
{
    private static readonly LegId Agent = new(2);
    private static readonly LegId Expert = new(3);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly XNamespace Rs = SipRecMetadata.Namespace;
    private readonly RecordingFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task EachPartyIsHeardOnItsOwnLineUntilTheRecordingStops()
    {
        await using var rig = await Start();
        using var recorder = new SipRecorder();
        var (call, _, _) = await rig.Talk(Agent);
        await rig.Command(n => new Record(call, 1, n, 1, RecordingFormat.Wav, recorder.Uri));
        var invite = await recorder.Invite();
        await rig.Speech(1.2);
        await rig.Command(n => new StopRecord(call, 1, n, 1));

        Assert.Equal(SipEndReason.RemoteBye, await recorder.Ended);
        Assert.True(invite.Headers.HasToken(SipHeaderId.Require, "siprec"));
        Assert.EndsWith(">;+sip.src", invite.Headers.Get(SipHeaderId.Contact), StringComparison.Ordinal);
        AssertTone(recorder.Heard("1"), NodeRig.CallerHz, NodeRig.AgentHz);
        AssertTone(recorder.Heard("2"), NodeRig.AgentHz, NodeRig.CallerHz);
        Assert.Equal(1, (await rig.Next<RecordingSegment>()).Recording);
        Assert.Equal(1, await rig.Calls());
    }

    [Fact]
    public async Task TheRecorderSessionEndsWithTheCall()
    {
        await using var rig = await Start();
        using var recorder = new SipRecorder();
        var (call, _, caller) = await rig.Talk(Agent);
        await rig.Command(n => new Record(call, 1, n, 1, RecordingFormat.Wav, recorder.Uri));
        await recorder.Invite();
        caller.HangUp();
        await rig.Next<LegEnded>();
        await rig.Command(n => new Hangup(call, 1, n, Agent, 200));

        Assert.Equal(SipEndReason.RemoteBye, await recorder.Ended);
    }

    [Fact]
    public async Task WhilePausedNothingIsSentAndNothingIsMissingAfterwards()
    {
        await using var rig = await Start();
        using var recorder = new SipRecorder();
        var (call, _, _) = await rig.Talk(Agent);
        await rig.Command(n => new Record(call, 1, n, 1, RecordingFormat.Wav, recorder.Uri));
        await recorder.Invite();
        await rig.Speech(0.4);
        await rig.Command(n => new PauseRecord(call, 1, n, 1, true));
        Assert.Equal(["inactive", "inactive"], Directions(await recorder.Invite()));
        recorder.Heard("1");
        recorder.Heard("2");
        await rig.Speech(0.4);
        Assert.Equal((0, 0), (recorder.Heard("1").Packets, recorder.Heard("2").Packets));
        await rig.Command(n => new PauseRecord(call, 1, n, 1, false));
        Assert.Equal(["sendonly", "sendonly"], Directions(await recorder.Invite()));
        await rig.Speech(0.4);

        var (_, packets, missing) = recorder.Heard("1");
        Assert.True(packets > 5, $"{packets} packets after the pause");
        Assert.Equal(0, missing);
    }

    /// <summary>RFC 7866 section 6.1: the recorder is told by a re-INVITE with new metadata; a line that ended
    /// stays, with port 0 (RFC 3264 section 8.2).</summary>
    [Fact]
    public async Task WhoComesAndGoesIsToldWithNewMetadata()
    {
        await using var rig = await Start("alice", "bob");
        using var recorder = new SipRecorder();
        var (call, _, _) = await rig.Talk(Agent);
        await rig.Command(n => new Record(call, 1, n, 1, RecordingFormat.Wav, recorder.Uri));
        var first = await recorder.Invite();
        var bob = await rig.Register("bob", new PhoneBehaviour { Voice = NodeRig.AgentVoice });

        await rig.Dial(call, Expert, bob);
        var joined = await recorder.Invite();
        await rig.Command(n => new Hangup(call, 1, n, Agent, 200));
        var left = await recorder.Invite();

        Assert.Equal([2, 3, 2], new[] { first, joined, left }.Select(invite => Participants(invite).Length));
        Assert.Equal(Participants(first), Participants(joined).Take(2));
        Assert.Equal([false, true, false], SipRecorder.SdpOf(left).Media.Select(line => line.IsRefused));
        Assert.Equal(["1", "3"], Labels(left));
        Assert.EndsWith(">;+sip.src", left.Headers.Get(SipHeaderId.Contact), StringComparison.Ordinal);
        var packets = 0;
        await Eventually.Is(() => (packets += recorder.Heard("3").Packets) > 5, "the newcomer is heard");
    }

    /// <summary>RFC 7865 section 6.8.1: who stops receiving a stream, on hold say, is told in a snapshot.</summary>
    [Fact]
    public async Task WhoHearsWhomIsToldAndToldAgainWhenItChanges()
    {
        await using var rig = await Start();
        using var recorder = new SipRecorder();
        var (call, _, _) = await rig.Talk(Agent);
        await rig.Command(n => new Record(call, 1, n, 1, RecordingFormat.Wav, recorder.Uri));
        var talking = await recorder.Invite();
        await rig.Command(n => new Hear(call, 1, n, []));
        var held = await recorder.Invite();

        Assert.Equal(["send:0 recv:1", "send:1 recv:0"], Ties(talking));
        Assert.Equal(["send:0", "send:1"], Ties(held));
        Assert.Equal(Ports(talking), Ports(held));
        Assert.True(talking.Headers.HasToken(SipHeaderId.Accept, SipRecRequest.MetadataType));
    }

    [Theory]
    [InlineData(486, "486")]
    [InlineData(0, "did not answer")]
    public async Task ARecorderThatRefusesOrIsSilentIsToldOnceAndTheCallIsUntouched(int code, string reason)
    {
        await using var rig = await Start();
        using var recorder = new SipRecorder(code);
        var (call, agentCall, caller) = await rig.Talk(Agent);
        await rig.Command(n => new Record(call, 1, n, 1, RecordingFormat.Wav, recorder.Uri));

        var failed = await rig.Next<RecordingFailed>();
        await rig.Speech(0.4);
        await rig.Command(n => new StopRecord(call, 1, n, 1));

        Assert.Equal((call, 0), (failed.Call, failed.Recording));
        Assert.Contains(reason, failed.Reason, StringComparison.Ordinal);
        Assert.Equal(1, (await rig.Next<RecordingSegment>()).Recording);
        caller.HangUp();
        await rig.Next<LegEnded>();
        await rig.Command(n => new Hangup(call, 1, n, Agent, 200));
        Assert.Equal(0, (await agentCall.Ended.WaitAsync(Patience)).PacketsLost);
        Assert.Equal(1, await rig.Figure("sipRecFailed"));
    }

    [Fact]
    public async Task ARecorderThatHangsUpIsToldAndTheCallGoesOn()
    {
        await using var rig = await Start();
        using var recorder = new SipRecorder();
        var (call, _, _) = await rig.Talk(Agent);
        await rig.Command(n => new Record(call, 1, n, 1, RecordingFormat.Wav, recorder.Uri));
        await recorder.Invite();
        recorder.HangUp();

        Assert.Equal(0, (await rig.Next<RecordingFailed>()).Recording);
        await rig.Command(n => new StopRecord(call, 1, n, 1));
        Assert.Equal(1, (await rig.Next<RecordingSegment>()).Recording);
        Assert.Equal(1, await rig.Calls());
    }

    /// <summary>RFC 7866 section 8.1.1, RFC 3550 section 6: what was sent is reported beside each line, what the
    /// recorder missed is counted, and at the end it is told goodbye.</summary>
    [Fact]
    public async Task ReportsGoAndComeBesideEachLineUntilGoodbye()
    {
        await using var rig = await Start();
        using var recorder = new SipRecorder();
        var (call, _, _) = await rig.Talk(Agent);
        await rig.Command(n => new Record(call, 1, n, 1, RecordingFormat.Wav, recorder.Uri));
        var lines = SipRecorder.SdpOf(await recorder.Invite()).Media;
        await rig.Speech(0.3);

        var first = ReadReport(await recorder.Report("1"));
        var other = ReadReport(await recorder.Report("2"));
        recorder.SendReport("1", [1, 2, 3], lines[0].Port + 1);
        recorder.SendReport("1", Missed(first.Source, 7), lines[0].Port + 1);
        recorder.SendReport("1", Missed(first.Source, 9), lines[0].Port + 1);
        await rig.Reaches("sipRecReportsHeard", value => value >= 2);
        await rig.Command(n => new StopRecord(call, 1, n, 1));
        var last = first;
        while (!last.IsBye) last = ReadReport(await recorder.Report("1"));

        Assert.NotEqual(first.Source, other.Source);
        Assert.InRange(first.Sent.Packets, 10u, 500u);
        Assert.Equal(160 * first.Sent.Packets, first.Sent.PayloadBytes);
        Assert.True(last.Sent.Packets >= first.Sent.Packets);
        Assert.Equal(9, await rig.Figure("sipRecPacketsLostThere"));
        Assert.Equal(1, await rig.Figure("sipRecReportsRefused"));
    }

    /// <summary>RFC 7866 section 9.2.</summary>
    [Fact]
    public async Task ARecorderThatAsksForAllOfTheMetadataGetsItWithAnOffer()
    {
        await using var rig = await Start();
        using var recorder = new SipRecorder();
        var (call, _, _) = await rig.Talk(Agent);
        await rig.Command(n => new Record(call, 1, n, 1, RecordingFormat.Wav, recorder.Uri));
        var first = await recorder.Invite();
        await rig.Speech(0.2);

        recorder.AskForSnapshot();
        var again = await recorder.Invite();

        Assert.Equal(Participants(first), Participants(again));
        Assert.Equal("complete", Metadata(again).Element(Rs + "datamode")!.Value);
        Assert.Equal(Ports(first), Ports(again));
        Assert.Equal(1, await rig.Figure("sipRecSnapshotsAsked"));
        recorder.Heard("1");
        await rig.Speech(0.4);
        Assert.True(recorder.Heard("1").Packets > 5, "the copy goes on");
    }

    /// <summary>A recorder that asks who we are gets the account of the trunk that goes to the same host,
    /// once.</summary>
    [Theory]
    [InlineData("secret", true)]
    [InlineData("guess", false)]
    public async Task ARecorderThatAsksWhoWeAreIsToldByTheTrunkToItsHost(string password, bool isLetIn)
    {
        await using var rig = await Start();
        using var recorder = new SipRecorder { Account = ("acd", "rec", "secret") };
        var account = new SipAccount("acd", DigestMath.Ha1(DigestAlgorithm.Md5, "acd", "rec", password), "");
        await rig.Settle(
            [new TrunkSettings("rec", "sip:127.0.0.1", [], null, EncryptionPolicy.Prefer, account)], "alice");
        var (call, _, _) = await rig.Talk(Agent);
        await rig.Command(n => new Record(call, 1, n, 1, RecordingFormat.Wav, recorder.Uri));

        if (isLetIn)
        {
            Assert.Equal(2, Participants(await recorder.Invite()).Length);
            await rig.Reaches("sipRecAnswered", value => value >= 1);
        }
        else
        {
            Assert.Contains("401", (await rig.Next<RecordingFailed>()).Reason, StringComparison.Ordinal);
        }

        Assert.Equal(isLetIn ? 1 : 2, recorder.Challenges);
    }

    /// <summary>RFC 7866 section 12.2: SRTP and SRTCP with keys in the descriptions; a key stands as long as its
    /// line.</summary>
    [SkippableFact]
    public async Task WhereTheTrunkSaysSoCopiesAndReportsAreEncryptedForARecorderThatCan()
    {
        Skip.IfNot(SrtpSuite.IsSupported, "libcrypto is not here");
        await using var rig = await Start("alice", "bob");
        using var recorder = new SipRecorder { Suite = SdesSuite.All[0] };
        await rig.Settle(
            [new TrunkSettings("rec", "sip:127.0.0.1", [], null, EncryptionPolicy.Prefer, null)], "alice", "bob");
        var (call, _, _) = await rig.Talk(Agent);
        await rig.Command(n => new Record(call, 1, n, 1, RecordingFormat.Wav, recorder.Uri));
        var first = await recorder.Invite();
        await rig.Speech(1.2);
        AssertTone(recorder.Heard("1"), NodeRig.CallerHz, NodeRig.AgentHz);
        Assert.InRange(ReadReport(await recorder.Report("1")).Sent.Packets, 10u, 500u);

        await rig.Dial(call, Expert, await rig.Register("bob", new PhoneBehaviour { Voice = NodeRig.AgentVoice }));
        var joined = SipRecorder.SdpOf(await recorder.Invite()).Media;
        recorder.Heard("1");
        await rig.Speech(0.8);

        Assert.All(
            SipRecorder.SdpOf(first).Media, line => Assert.Equal(("RTP/AVP", 2), (line.Protocol, line.Crypto.Count())));
        Assert.Equal([1, 1, 2], joined.Select(line => line.Crypto.Count()));
        AssertTone(recorder.Heard("1"), NodeRig.CallerHz, NodeRig.AgentHz);
    }

    [Fact]
    public async Task WhereEncryptionIsRequiredNothingIsSentWithoutTls()
    {
        await using var rig = await Start();
        using var recorder = new SipRecorder { Suite = SdesSuite.All[0] };
        await rig.Settle(
            [new TrunkSettings("rec", "sip:127.0.0.1", [], null, EncryptionPolicy.Require, null)], "alice");
        var (call, _, _) = await rig.Talk(Agent);
        await rig.Command(n => new Record(call, 1, n, 1, RecordingFormat.Wav, recorder.Uri));

        Assert.Contains("TLS only", (await rig.Next<RecordingFailed>()).Reason, StringComparison.Ordinal);
        Assert.Equal(0, await rig.Figure("sipRecAnswered"));
        await rig.Command(n => new StopRecord(call, 1, n, 1));
        Assert.Equal(1, (await rig.Next<RecordingSegment>()).Recording);
    }

    private static IEnumerable<int> Ports(SipRequest invite) => SipRecorder.SdpOf(invite).Media.Select(m => m.Port);

    private static (Ssrc Source, SenderInfo Sent, bool IsBye) ReadReport(byte[] compound)
    {
        Assert.Equal(RtcpParseError.None, RtcpReader.TryOpen(compound, out var reader));
        Assert.True(reader.TryRead(out var report));
        Assert.True(report.TryReadSource(out var source));
        Assert.True(report.TryReadSenderInfo(out var sent));
        Assert.True(reader.TryRead(out var description) && description.TryReadCname(out _));
        return (source, sent, reader.TryRead(out var bye) && bye.Type == RtcpType.Bye);
    }

    private static byte[] Missed(Ssrc source, int packets)
    {
        var report = new byte[RtcpWriter.CompoundMaxBytes];
        var block = new ReportBlock(source, 1, packets, 100, 0, 0, 0);
        return report[..RtcpWriter.Write(report, new Ssrc(42), null, block, "recorder"u8, isBye: false)];
    }

    private Task<NodeRig> Start(params string[] agents)
    {
        var recorder = new RecorderOptions(new RecordingSpool(_folder.Path, new DirectoryStore(_folder.Path)));
        return NodeRig.Start(
            change: node => node with { Recorder = recorder, SipRecAnswerMax = TimeSpan.FromSeconds(2) },
            agents: agents.Length == 0 ? ["alice"] : agents);
    }

    private static IEnumerable<string> Directions(SipRequest invite)
    {
        var description = SipRecorder.SdpOf(invite);
        return description.Media.Select(line => description.DirectionOf(line).Name());
    }

    private static string[] Participants(SipRequest invite) =>
        [.. Metadata(invite).Elements(Rs + "participant").Select(one => one.Attribute("participant_id")!.Value)];

    /// <summary>By participant: the streams that it sends and receives.</summary>
    private static IEnumerable<string> Ties(SipRequest invite)
    {
        var streams = Metadata(invite).Elements(Rs + "stream").Select(s => s.Attribute("stream_id")!.Value).ToList();
        return Metadata(invite).Elements(Rs + "participantstreamassoc").Select(one => string.Join(
            " ", one.Elements().Select(tie => $"{tie.Name.LocalName}:{streams.IndexOf(tie.Value)}")));
    }

    private static IEnumerable<string> Labels(SipRequest invite) =>
        Metadata(invite).Elements(Rs + "stream").Select(stream => stream.Element(Rs + "label")!.Value);

    private static XElement Metadata(SipRequest invite) =>
        XElement.Parse(Encoding.UTF8.GetString(SipRecorder.MetadataOf(invite)));

    private static void AssertTone((short[] Sound, int Packets, int Missing) heard, double own, double other)
    {
        Assert.True(heard.Packets > 25, $"{heard.Packets} packets");
        Assert.Equal(0, heard.Missing);
        var (level, crosstalk) = (
            ToneMeter.LevelAt(heard.Sound, own).Dbfs, ToneMeter.LevelAt(heard.Sound, other).Dbfs);
        Assert.True(level > -20, $"own tone at {level} dBFS");
        Assert.True(crosstalk < level - 30, $"the other's tone at {crosstalk} dBFS");
    }
}
