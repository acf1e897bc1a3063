using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Sip.Messages;
using Xunit;

namespace OrleansAcd.Tests.Unit.MediaNode;

/// <summary>A trunk by its domain name: its servers are found by SRV, and the next is tried where one does not serve
/// (RFC 3263 §4).</summary>
public sealed class TrunkServersTests
{
    private static readonly LegId Outside = new(2);

    [Theory]
    [InlineData(503)]
    [InlineData(0)]
    public async Task WhereTheFirstServerDoesNotServeTheNextHasTheCallAndTheCallsAfterIt(int code)
    {
        using var names = new NameServer();
        await using var rig = await Start(names);
        using var first = new WirePhone(rig.Node.Sip);
        using var second = new WirePhone(rig.Node.Sip);
        await Settle(rig, names, first, second);
        using var caller = new WirePhone(rig.Node.Sip);
        var call = await Offer(rig, caller);

        await Dial(rig, call, Outside);
        var invite = await first.Request(SipMethods.Invite);
        if (code != 0) first.Respond(invite, code);
        var again = await second.Request(SipMethods.Invite);
        second.Respond(again, 200, second.Sdp("0"));

        Assert.Equal(Outside, (await rig.Next<LegAnswered>()).Leg);
        Assert.Equal("sip:123@trunk.example", again.RequestUri.ToString());
        Assert.NotEqual(invite.CallId, again.CallId);
        Assert.Equal(1, (await rig.Counters()).TrunkFailovers);

        await Dial(rig, call, new LegId(3));
        Assert.Equal(SipMethods.Invite, (await second.Request(SipMethods.Invite)).Method);
    }

    /// <summary>§4.3 is about servers that do not serve: what one of them says of the number is final.</summary>
    [Fact]
    public async Task ARefusalByAServerIsNotTriedElsewhere()
    {
        using var names = new NameServer();
        await using var rig = await Start(names);
        using var first = new WirePhone(rig.Node.Sip);
        using var second = new WirePhone(rig.Node.Sip);
        await Settle(rig, names, first, second);
        using var caller = new WirePhone(rig.Node.Sip);
        var call = await Offer(rig, caller);

        await Dial(rig, call, Outside);
        first.Respond(await first.Request(SipMethods.Invite), 404);

        Assert.Equal(404, (await rig.Next<LegFailed>()).SipCode);
        Assert.Equal(0, (await rig.Counters()).TrunkFailovers);
    }

    [Fact]
    public async Task WhenNoServerServesTheCallFailsAfterEachWasTriedOnce()
    {
        using var names = new NameServer();
        await using var rig = await Start(names);
        using var first = new WirePhone(rig.Node.Sip);
        using var second = new WirePhone(rig.Node.Sip);
        await Settle(rig, names, first, second);
        using var caller = new WirePhone(rig.Node.Sip);
        var call = await Offer(rig, caller);

        await Dial(rig, call, Outside);
        first.Respond(await first.Request(SipMethods.Invite), 503);
        second.Respond(await second.Request(SipMethods.Invite), 503);

        Assert.Equal(503, (await rig.Next<LegFailed>()).SipCode);
        Assert.Equal(1, (await rig.Counters()).TrunkFailovers);
    }

    private static Task<NodeRig> Start(NameServer names) => NodeRig.Start(change: options => options with
    {
        NameServers = [names.At], TrunkSilenceMax = TimeSpan.FromMilliseconds(500),
    });

    private static async Task Settle(NodeRig rig, NameServer names, WirePhone first, WirePhone second)
    {
        names.Add("_sip._udp.trunk.example", first.Local, second.Local);
        await rig.Settle([new TrunkSettings("carrier", "sip:trunk.example", [], null, EncryptionPolicy.Prefer, null)]);
        await rig.Located();
    }

    private static async Task<CallId> Offer(NodeRig rig, WirePhone caller)
    {
        caller.Send(SipMethods.Invite, 1, caller.Sdp());
        return (await rig.Next<LegOffered>()).Call;
    }

    private static Task Dial(NodeRig rig, CallId call, LegId leg) => rig.Command(n => new Dial(
        call, 1, n, leg,
        [new PhoneContact("sip:123@acd.invalid", [], "udp", "", rig.Node.Node, DateTimeOffset.UtcNow + TimeSpan.FromMinutes(1))],
        new PartyIdentity("Support", "sip:c@acd.invalid"), [], TimeSpan.FromSeconds(15)) { Trunk = "carrier" });
}
