using System.Text;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;
using OrleansAcd.MediaNode.Node;
using OrleansAcd.Sip.Messages;
using Xunit;

namespace OrleansAcd.Tests.Unit.MediaNode;

/// <summary>Lines beside audio on the wire: answered, offered to the other leg, passed on, refused.</summary>
public sealed class LinesTests
{
    private const string NoVideo = "m=video 0 RTP/AVP 96\r\n";

    private static readonly LegId Agent = new(2);

    [Fact]
    public async Task ACallersVideoIsOfferedToTheAgentWithItsNumberAndPassedOn()
    {
        await using var rig = await NodeRig.Start();
        using var caller = new WirePhone(rig.Node.Sip);
        using var agent = new WirePhone(rig.Node.Sip);
        using var picture = new WirePhone(rig.Node.Sip);
        var (call, ok) = await rig.Up(caller, caller.Sdp() + Video(caller, 97) + "m=application 9 UDP/BFCP *\r\n");
        Assert.Equal(0, WirePhone.PortOf(ok, "application"));

        await rig.Dial(call, Agent, [agent.Contact(rig.Node.Node)]);
        var invite = await agent.Request(SipMethods.Invite);
        agent.Respond(invite, 200, agent.Sdp("0") + Video(picture, 120));
        await rig.Next<LegAnswered>();
        await rig.Bridge(call, LegId.Caller, Agent);

        Assert.Contains("RTP/AVP 97\r\n", Encoding.UTF8.GetString(invite.Body.Span), StringComparison.Ordinal);
        Assert.Equal(120, await Sees(picture, caller, WirePhone.PortOf(ok, "video"), 97) & 0x7F);
        Assert.Equal(97, await Sees(caller, picture, WirePhone.PortOf(invite, "video"), 97) & 0x7F);
        await End(rig, call, caller, agent);
        Assert.True((await rig.Counters()).ForwardedPackets >= 2);
    }

    [Fact]
    public async Task AnAgentWithoutVideoGetsNone()
    {
        await using var rig = await NodeRig.Start();
        using var caller = new WirePhone(rig.Node.Sip);
        using var agent = new WirePhone(rig.Node.Sip);
        var (call, ok) = await rig.Up(caller, caller.Sdp() + Video(caller, 97));
        await rig.Dial(call, Agent, [agent.Contact(rig.Node.Node)]);

        agent.Respond(await agent.Request(SipMethods.Invite), 200, agent.Sdp("0") + NoVideo);

        Assert.Equal(Agent, (await rig.Next<LegAnswered>()).Leg);
        Assert.NotEqual(0, WirePhone.PortOf(ok, "video"));
        await rig.Bridge(call, LegId.Caller, Agent);
        caller.Say(WirePhone.PortOf(ok, "video"), 97);
        await End(rig, call, caller, agent);
        Assert.Equal(0, (await rig.Counters()).ForwardedPackets);
    }

    [Fact]
    public async Task ACallWithoutVideoOffersNone()
    {
        await using var rig = await NodeRig.Start();
        using var caller = new WirePhone(rig.Node.Sip);
        using var agent = new WirePhone(rig.Node.Sip);
        var (call, _) = await rig.Up(caller, caller.Sdp());

        await rig.Dial(call, Agent, [agent.Contact(rig.Node.Node)]);

        var invite = await agent.Request(SipMethods.Invite);
        Assert.DoesNotContain("m=video", Encoding.UTF8.GetString(invite.Body.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task APolicyWithoutBandwidthRefusesVideoAndNothingElse()
    {
        await using var rig = await NodeRig.Start(change: options => options with { VideoBandwidthMax = 0 });
        using var caller = new WirePhone(rig.Node.Sip);

        var (_, ok) = await rig.Up(caller, caller.Sdp() + Video(caller, 97)
            + "m=text 4010 RTP/AVP 98\r\na=rtpmap:98 t140/1000\r\n");

        Assert.Equal(0, WirePhone.PortOf(ok, "video"));
        Assert.NotEqual(0, WirePhone.PortOf(ok, "text"));
    }

    /// <summary>RFC 3264 §8: a phone turns its camera on, and off again.</summary>
    [Fact]
    public async Task VideoComesAndGoesByReinvite()
    {
        await using var rig = await NodeRig.Start(rtpPorts: 8);
        using var caller = new WirePhone(rig.Node.Sip);
        await rig.Up(caller, caller.Sdp());

        // Each time the ports of before come back, or the range would soon be used up.
        for (var i = 0u; i < 2; i++)
        {
            var on = await Reinvite(caller, 2 + (2 * i), caller.Sdp() + Video(caller, 97));
            var off = await Reinvite(caller, 3 + (2 * i), caller.Sdp() + NoVideo);

            Assert.NotEqual(0, WirePhone.PortOf(on, "video"));
            Assert.Equal(0, WirePhone.PortOf(off, "video"));
        }
    }

    /// <summary>Ports are bounded: a caller whose video finds none talks without.</summary>
    [Fact]
    public async Task WithoutAFreePortTheLineIsRefusedAndTheCallTaken()
    {
        await using var rig = await NodeRig.Start(rtpPorts: 2);
        using var caller = new WirePhone(rig.Node.Sip);

        var (_, ok) = await rig.Up(caller, caller.Sdp() + Video(caller, 97));

        Assert.Equal(0, WirePhone.PortOf(ok, "video"));
    }

    private static string Video(WirePhone phone, int payloadType) =>
        $"m=video {phone.RtpPort} RTP/AVP {payloadType}\r\na=rtpmap:{payloadType} VP8/90000\r\n";

    private static async Task<SipResponse> Reinvite(WirePhone phone, uint cseq, string sdp)
    {
        phone.Send(SipMethods.Invite, cseq, sdp);
        var ok = await phone.Final(SipMethods.Invite, cseq);
        phone.Send(SipMethods.Ack, cseq);
        return ok;
    }

    /// <summary>The second byte of the first packet that arrives: marker and payload type.</summary>
    private static async Task<int> Sees(WirePhone viewer, WirePhone source, int port, byte payloadType)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var seen = viewer.Hear();
        while (!seen.IsCompleted)
        {
            source.Say(port, payloadType);
            await timer.WaitForNextTickAsync();
        }

        return (await seen)[1];
    }

    private static async Task End(NodeRig rig, CallId call, WirePhone caller, WirePhone agent)
    {
        await rig.Command(n => new Hangup(call, 1, n, LegId.Caller, 200));
        await rig.Command(n => new Hangup(call, 1, n, Agent, 200));
        caller.Respond(await caller.Request(SipMethods.Bye), 200);
        agent.Respond(await agent.Request(SipMethods.Bye), 200);
    }
}
