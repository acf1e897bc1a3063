using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Sip.Messages;
using Xunit;

namespace OrleansAcd.Tests.Unit.MediaNode;

/// <summary>A leg moves from one call to another: its phone is told nothing, and goes on talking.</summary>
public sealed class TakeLegTests
{
    private static readonly LegId Taken = new(7);

    [Fact]
    public async Task ATakenLegGoesOnInTheOtherCallWithoutASipMessage()
    {
        await using var rig = await NodeRig.Start();
        using var first = new WirePhone(rig.Node.Sip);
        using var second = new WirePhone(rig.Node.Sip);
        var (target, firstOk) = await rig.Up(first);
        var (source, secondOk) = await rig.Up(second);
        var sent = await rig.Figure("sipSent");

        await rig.Command(n => new TakeLeg(target, 1, n, Taken, source, LegId.Caller));

        var answered = await rig.Next<LegAnswered>();
        var ended = await rig.Next<LegEnded>();
        Assert.Equal((target, Taken), (answered.Call, answered.Leg));
        Assert.Equal((source, LegId.Caller, LegEndReason.Moved), (ended.Call, ended.Leg, ended.Reason));
        Assert.Equal("PCMU", ended.Quality.Codec);

        await rig.Bridge(target, LegId.Caller, Taken);
        Assert.True(await Hears(first, second, WirePhone.AudioPort(secondOk)));
        Assert.True(await Hears(second, first, WirePhone.AudioPort(firstOk)));
        Assert.Equal((sent, 1), (await rig.Figure("sipSent"), await rig.Calls()));

        // Its dialog is the other call's now, both ways.
        second.Send(SipMethods.Invite, 2, second.Sdp() + "a=sendonly\r\n");
        await second.Final(SipMethods.Invite, 2);
        second.Send(SipMethods.Ack, 2);
        var held = await rig.Next<LegHeld>();
        Assert.Equal((target, Taken, true), (held.Call, held.Leg, held.Held));
        second.Send(SipMethods.Bye, 3);
        var gone = await rig.Next<LegEnded>();
        Assert.Equal((target, Taken, LegEndReason.RemoteHangup), (gone.Call, gone.Leg, gone.Reason));
        Assert.Equal(1, await rig.Calls());
    }

    [Fact]
    public async Task TheCallThatIsLeftGoesOnWithItsOtherLegs()
    {
        await using var rig = await NodeRig.Start();
        using var first = new WirePhone(rig.Node.Sip);
        using var second = new WirePhone(rig.Node.Sip);
        using var agent = new WirePhone(rig.Node.Sip);
        var (target, _) = await rig.Up(first);
        var (source, ok) = await rig.Up(second);
        await rig.Join(source, new LegId(2), agent);
        await rig.Bridge(source, LegId.Caller, new LegId(2));
        Assert.True(await Hears(agent, second, WirePhone.AudioPort(ok)));

        await rig.Command(n => new TakeLeg(target, 1, n, Taken, source, new LegId(2)));

        Assert.Equal((target, Taken), await NextAnswered(rig));
        Assert.Equal(LegEndReason.Moved, (await rig.Next<LegEnded>()).Reason);
        Assert.Equal(2, await rig.Calls());
        await rig.Command(n => new Hangup(target, 1, n, Taken, 200));
        agent.Respond(await agent.Request(SipMethods.Bye), 200);
        Assert.Equal((target, Taken), await NextEnded(rig));
    }

    [Theory]
    [InlineData("none", 481)]
    [InlineData("no-leg", 481)]
    [InlineData("itself", 481)]
    [InlineData("not-up", 481)]
    [InlineData("taken", 503)]
    public async Task ALegThatIsNotThereOrHasNoPlaceFails(string wrong, int code)
    {
        await using var rig = await NodeRig.Start();
        using var first = new WirePhone(rig.Node.Sip);
        using var second = new WirePhone(rig.Node.Sip);
        var (target, _) = await rig.Up(first);
        var source = wrong == "not-up" ? await rig.Offered(second) : (await rig.Up(second)).Call;

        await rig.Command(n => new TakeLeg(
            target,
            1,
            n,
            wrong == "taken" ? LegId.Caller : Taken,
            wrong switch { "none" => new CallId("none"), "itself" => target, _ => source },
            wrong == "no-leg" ? new LegId(9) : LegId.Caller));

        var failed = await rig.Next<LegFailed>();
        Assert.Equal((target, code), (failed.Call, failed.SipCode));
        Assert.Equal(2, await rig.Calls());
    }

    private static async Task<bool> Hears(WirePhone listener, WirePhone speaker, int port)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var heard = listener.Hear();
        while (!heard.IsCompleted)
        {
            speaker.Say(port);
            await timer.WaitForNextTickAsync();
        }

        return (await heard).Length == 172;
    }

    private static async Task<(CallId, LegId)> NextAnswered(NodeRig rig)
    {
        var answered = await rig.Next<LegAnswered>();
        return (answered.Call, answered.Leg);
    }

    private static async Task<(CallId, LegId)> NextEnded(NodeRig rig)
    {
        var ended = await rig.Next<LegEnded>();
        return (ended.Call, ended.Leg);
    }
}
