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
        await using var trunk = await Carrier.Start();
        var (rig, first, second) = trunk;

        await trunk.Dial(Outside);
        var invite = await first.Request(SipMethods.Invite);
        if (code != 0) first.Respond(invite, code);
        var again = await second.Request(SipMethods.Invite);
        second.Respond(again, 200, second.Sdp("0"));

        Assert.Equal(Outside, (await rig.Next<LegAnswered>()).Leg);
        Assert.Equal("sip:123@trunk.example", again.RequestUri.ToString());
        Assert.NotEqual(invite.CallId, again.CallId);
        Assert.Equal(1, (await rig.Counters()).TrunkFailovers);

        await trunk.Dial(new LegId(3));
        Assert.Equal(SipMethods.Invite, (await second.Request(SipMethods.Invite)).Method);
    }

    /// <summary>§4.3 is about servers that do not serve: what one of them says of the number is final.</summary>
    [Fact]
    public async Task ARefusalByAServerIsNotTriedElsewhere()
    {
        await using var trunk = await Carrier.Start();
        var (rig, first, second) = trunk;

        await trunk.Dial(Outside);
        first.Respond(await first.Request(SipMethods.Invite), 404);

        Assert.Equal(404, (await rig.Next<LegFailed>()).SipCode);
        Assert.Equal(0, (await rig.Counters()).TrunkFailovers);
    }

    [Fact]
    public async Task WhenNoServerServesTheCallFailsAfterEachWasTriedOnce()
    {
        await using var trunk = await Carrier.Start();
        var (rig, first, second) = trunk;

        await trunk.Dial(Outside);
        first.Respond(await first.Request(SipMethods.Invite), 503);
        second.Respond(await second.Request(SipMethods.Invite), 503);

        Assert.Equal(503, (await rig.Next<LegFailed>()).SipCode);
        Assert.Equal(1, (await rig.Counters()).TrunkFailovers);
    }

    /// <summary>A trunk of two servers, and a caller who is to be put through to it.</summary>
    private sealed class Carrier(NodeRig rig, NameServer names) : IAsyncDisposable
    {
        private readonly WirePhone _first = new(rig.Node.Sip);
        private readonly WirePhone _second = new(rig.Node.Sip);
        private readonly WirePhone _caller = new(rig.Node.Sip);
        private CallId _call;

        public static async Task<Carrier> Start()
        {
            var names = new NameServer();
            var carrier = new Carrier(
                await NodeRig.Start(change: options => options with
                {
                    NameServers = [names.At], TrunkSilenceMax = TimeSpan.FromMilliseconds(500),
                }),
                names);
            await carrier.Settle();
            return carrier;
        }

        public void Deconstruct(out NodeRig node, out WirePhone first, out WirePhone second) =>
            (node, first, second) = (rig, _first, _second);

        public Task Dial(LegId leg) => rig.Command(n => new Dial(
            _call, 1, n, leg,
            [new PhoneContact("sip:123@acd.invalid", [], "udp", "", rig.Node.Node, DateTimeOffset.MaxValue)],
            new PartyIdentity("Support", "sip:c@acd.invalid"), [], TimeSpan.FromSeconds(15)) { Trunk = "carrier" });

        public async ValueTask DisposeAsync()
        {
            foreach (var phone in (WirePhone[])[_first, _second, _caller]) phone.Dispose();
            await rig.DisposeAsync();
            names.Dispose();
        }

        private async Task Settle()
        {
            names.Add("_sip._udp.trunk.example", _first.Local, _second.Local);
            await rig.Settle([new TrunkSettings("carrier", "sip:trunk.example", [], null, EncryptionPolicy.Prefer, null)]);
            await rig.Located();
            _call = await rig.Offered(_caller);
        }
    }
}
