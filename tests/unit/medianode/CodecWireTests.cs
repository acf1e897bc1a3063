using System.Text;
using OrleansAcd.Audio;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Sip.Messages;
using Xunit;

namespace OrleansAcd.Tests.Unit.MediaNode;

/// <summary>Which codec legs get, and what is told of their quality, on the wire.</summary>
public sealed class CodecWireTests
{
    private static readonly LegId Agent = new(2);

    private static readonly Func<OrleansAcd.MediaNode.Node.MediaNodeOptions, OrleansAcd.MediaNode.Node.MediaNodeOptions>
        AllCodecs = options => options with
        {
            Codecs = [AudioCodecId.Pcmu, AudioCodecId.Pcma, AudioCodecId.G722, AudioCodecId.Opus, AudioCodecId.L16],
        };

    /// <summary>The caller's first choice is taken; the agent is offered the same first, so that it can be
    /// relayed.</summary>
    [Theory, InlineData("9 0 8", 9), InlineData("0 9", 0), InlineData("8 0", 8)]
    public async Task TheAgentIsOfferedWhatTheCallerSpeaksFirst(string formats, int chosen)
    {
        await using var rig = await NodeRig.Start(change: AllCodecs);
        using var caller = new WirePhone(rig.Node.Sip);
        using var agent = new WirePhone(rig.Node.Sip);
        caller.Send(SipMethods.Invite, 1, caller.Sdp(formats));
        var offered = await rig.Next<LegOffered>();
        await rig.Command(n => new Answer(offered.Call, 1, n, LegId.Caller));
        var answer = await caller.Final(SipMethods.Invite, 1);
        caller.ToTag = answer.ToTag;
        caller.Send(SipMethods.Ack, 1);
        await rig.Next<LegAnswered>();

        await rig.Dial(offered.Call, Agent, [agent.Contact(rig.Node.Node)]);
        var invite = await agent.Request(SipMethods.Invite);

        Assert.Equal(chosen, Formats(answer)[0]);
        Assert.Equal(chosen, Formats(invite)[0]);
        foreach (var format in new[] { 0, 8, 9, 97 }) Assert.Contains(format, Formats(invite));
        Assert.Equal(AudioCodecs.IsAvailable(AudioCodecId.Opus), Formats(invite).Contains(96));
    }

    /// <summary>Nothing is transcoded because a phone sorts its list anew.</summary>
    [Fact]
    public async Task ALegThatIsUpKeepsItsCodecWhenItsPhoneOffersAgain()
    {
        await using var rig = await NodeRig.Start(change: AllCodecs);
        using var caller = new WirePhone(rig.Node.Sip);
        caller.Send(SipMethods.Invite, 1, caller.Sdp("8 9"));
        var offered = await rig.Next<LegOffered>();
        await rig.Command(n => new Answer(offered.Call, 1, n, LegId.Caller));
        caller.ToTag = (await caller.Final(SipMethods.Invite, 1)).ToTag;
        caller.Send(SipMethods.Ack, 1);
        await rig.Next<LegAnswered>();

        caller.Send(SipMethods.Invite, 2, caller.Sdp("9 8"));

        var again = await caller.Final(SipMethods.Invite, 2);
        caller.Send(SipMethods.Ack, 2);
        Assert.Equal(8, Formats(again)[0]);
    }

    [Fact]
    public async Task ALegThatIsUpTellsItsQualityAgainAndAgain()
    {
        await using var rig = await NodeRig.Start(
            change: options => options with { QualityPeriod = TimeSpan.FromMilliseconds(100) });
        using var caller = new WirePhone(rig.Node.Sip);
        var call = await rig.Offered(caller);
        await rig.Command(n => new Answer(call, 1, n, LegId.Caller));
        var answer = await caller.Final(SipMethods.Invite, 1);
        caller.ToTag = answer.ToTag;
        caller.Send(SipMethods.Ack, 1);
        await rig.Next<LegAnswered>();
        for (var i = 0; i < 60; i++) caller.Say(WirePhone.AudioPort(answer));

        var report = await rig.Next<LegQualityReported>();
        while (report.Quality.PacketsReceived < 60) report = await rig.Next<LegQualityReported>();

        Assert.Equal((LegId.Caller, "PCMU", 0L), (report.Leg, report.Quality.Codec, report.Quality.PacketsLost));
        Assert.InRange(report.Quality.MosReceived!.Value, 3.5, 4.42);
        Assert.Null(report.Quality.MosSent);
    }

    private static int[] Formats(SipMessage message)
    {
        var text = Encoding.UTF8.GetString(message.Body.Span);
        var line = text.Split("\r\n").First(part => part.StartsWith("m=audio", StringComparison.Ordinal));
        return [.. line.Split(' ').Skip(3).Select(int.Parse)];
    }
}
